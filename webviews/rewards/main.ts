import { isObject } from "../../extension/protocol/codec";
import { openChannel } from "../shared/channel";
import "../shared/plots.css";
import "../shared/theme.css";
import { useToolkit } from "../shared/toolkit";
import type { Draft } from "./probeView";
import { reduce, type Page } from "./state";
import "./style.css";
import type { Texts } from "./texts";
import { createView, type RewardView } from "./view";

let page: Page | null = null;
let view: RewardView | null = null;
let draft: Draft = { prompt: "", response: "" };

useToolkit();
const channel = openChannel(
  "rewards",
  (message) => {
    page = reduce(page, message);
    if (page === null) return;
    if (message.type === "hydrate" && view !== null) view.renew(page.state);
    else if (message.type === "hydrate") {
      draft = keptDraft();
      const onDraft = (typed: Draft): void => {
        draft = typed;
        keep();
      };
      // The decoder has checked that every text is there.
      const texts = message.texts as Texts;
      view = createView({ texts, state: page.state, draft, send: channel.send, onDraft });
      keep();
    }
    view?.update(page.state, page.announcement);
  },
  ({ problem, message }) => {
    if (problem === "protocolMismatch") document.body.textContent = message;
    else console.warn(message);
  },
);

/** What is small: the host finds everything else in files. */
function keep(): void {
  if (page !== null) channel.keep({ project: page.state.project, run: page.state.run, ...draft });
}

function keptDraft(): Draft {
  const kept = channel.kept();
  const textOf = (key: keyof Draft): string =>
    isObject(kept) && typeof kept[key] === "string" ? kept[key] : "";
  return { prompt: textOf("prompt"), response: textOf("response") };
}
