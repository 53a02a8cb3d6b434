import type { CompareAction } from "../../extension/protocol/compareMessages";
import { element, fill, setText } from "../shared/dom";
import { button } from "../shared/toolkit";
import { createAnswersView } from "./answersView";
import { createLineageView } from "./lineageView";
import { createMetricsView } from "./metricsView";
import { createOriginsView } from "./originsView";
import { createRunsView } from "./runsView";
import type { Announcement, Choice, Page } from "./state";
import type { Texts } from "./texts";

export interface CompareView {
  update(page: Page): void;
}

export interface ViewOptions {
  readonly texts: Texts;
  readonly page: Page;
  readonly send: (action: CompareAction) => void;
  readonly choose: (choice: Choice) => void;
}

/** Builds the page into the body, in place of what was there, and gives what keeps it up to date. */
export function createView(options: ViewOptions): CompareView {
  const { texts, send } = options;
  const title = element("h1");
  const copy = button(texts.copyMarkdown, () => send({ type: "copyMarkdown" }));
  const runs = createRunsView(options);
  const metrics = createMetricsView(options);
  const origins = createOriginsView(options);
  const answers = createAnswersView(options);
  const lineage = createLineageView(options);
  const live = element("div", { class: "spoken", attributes: { role: "status" } });
  const compared = element("div", { class: "comparison" }, [
    metrics.root,
    origins.root,
    answers.root,
    lineage.root,
  ]);
  document.body.replaceChildren(
    element("main", {}, [element("header", {}, [title, copy]), runs.root, compared, live]),
  );
  return {
    update: (page) => {
      const { state, announcement } = page;
      setText(title, fill(texts.title, state.runs.length));
      runs.update(state);
      compared.classList.toggle("hidden", state.runs.length === 0);
      metrics.update(page);
      origins.update(state);
      answers.update(page);
      lineage.update(state);
      if (announcement !== null) setText(live, spoken(texts, announcement));
    },
  };
}

function spoken(texts: Texts, { type, name }: Announcement): string {
  const words = { added: texts.saidAdded, removed: texts.saidRemoved, baseline: texts.saidBaseline };
  return fill(words[type], name);
}
