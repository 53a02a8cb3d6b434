import type { RolloutAction, RolloutTextKey } from "../../extension/protocol/rolloutMessages";
import { element, fill, setText } from "../shared/dom";
import { createEpisodeView } from "./episodeView";
import { createListView } from "./listView";
import type { Announcement, Choice, Page } from "./state";

export type Texts = Readonly<Record<RolloutTextKey, string>>;

export interface RolloutsView {
  update(page: Page): void;
}

export interface ViewOptions {
  readonly texts: Texts;
  readonly send: (action: RolloutAction) => void;
  readonly choose: (choice: Choice) => void;
}

/** Builds the page into the body, in place of what was there, and gives what keeps it up to date. */
export function createView(options: ViewOptions): RolloutsView {
  const { texts, send } = options;
  let page: Page | null = null;
  const title = element("h1");
  const list = createListView(options);
  const episode = createEpisodeView(options);
  const live = element("div", { class: "spoken", attributes: { role: "status" } });
  const parts = [element("header", {}, [title]), list.root, episode.root, live];
  document.body.replaceChildren(element("main", {}, parts));
  document.onkeydown = (event) => {
    if (page === null || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const isInField = event.target instanceof HTMLElement && event.target.matches("input, select");
    if (page.state.open !== null) {
      if (event.key === "Escape" && !isInField) send({ type: "close" });
    } else if (!isInField && event.key === "ArrowLeft") list.step(-1);
    else if (!isInField && event.key === "ArrowRight") list.step(1);
  };
  return {
    update: (now) => {
      const before = page;
      page = now;
      const isOpen = now.state.open !== null;
      setText(title, fill(texts.title, now.state.name));
      list.root.classList.toggle("hidden", isOpen);
      episode.root.classList.toggle("hidden", !isOpen);
      list.update(now);
      episode.update(now);
      if (before !== null && before.state.open !== null && !isOpen) list.focus();
      if (now.announcement !== null) setText(live, spoken(texts, now.announcement));
    },
  };
}

function spoken(texts: Texts, announcement: Announcement): string {
  switch (announcement.type) {
    case "iteration":
      return fill(texts.saidIteration, announcement.iteration, announcement.episodes);
    case "newer":
      return fill(texts.saidNewer, announcement.iteration);
  }
}
