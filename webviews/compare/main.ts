import { isObject } from "../../extension/protocol/codec";
import { openChannel } from "../shared/channel";
import "../shared/plots.css";
import "../shared/theme.css";
import { useToolkit } from "../shared/toolkit";
import { choose, reduce, type Choice, type Page } from "./state";
import "./style.css";
import type { Texts } from "./texts";
import { createView, type CompareView } from "./view";

let page: Page | null = null;
let view: CompareView | null = null;

useToolkit();
const channel = openChannel(
  "compare",
  (message) => {
    page = reduce(page, message, page === null ? keptChoice() : {});
    if (page === null) return;
    if (message.type === "hydrate")
      view = createView({
        // The decoder has checked that every text is there.
        texts: message.texts as Texts,
        page,
        send: channel.send,
        choose: (choice) => {
          if (page === null) return;
          page = choose(page, choice);
          view?.update(page);
          keep();
        },
      });
    view?.update(page);
    keep();
  },
  ({ problem, message }) => {
    if (problem === "protocolMismatch") document.body.textContent = message;
    else console.warn(message);
  },
);

/** The host finds the runs by it when the window is reloaded, the page its place when it was hidden. */
function keep(): void {
  if (page === null) return;
  const { state, prompt, filter, isDiff } = page;
  const { project, runs, baseline } = state;
  channel.keep({ project, runs: runs.map(({ id }) => id), baseline, prompt, filter, isDiff });
}

function keptChoice(): Choice {
  const kept = channel.kept();
  if (!isObject(kept)) return {};
  const { prompt, filter, isDiff } = kept;
  return {
    ...(typeof prompt === "number" && Number.isSafeInteger(prompt) && prompt >= 0 && { prompt }),
    ...(typeof filter === "string" && { filter }),
    ...(typeof isDiff === "boolean" && { isDiff }),
  };
}
