import { isObject } from "../../extension/protocol/codec";
import { openChannel } from "../shared/channel";
import "../shared/theme.css";
import { useToolkit } from "../shared/toolkit";
import { reduce, type Page } from "./state";
import "./style.css";
import type { Texts } from "./turnView";
import { createView, type ChatView } from "./view";

let page: Page | null = null;
let view: ChatView | null = null;
let draft = "";

useToolkit();
const channel = openChannel(
  "chat",
  (message) => {
    page = reduce(page, message);
    if (page === null) return;
    if (message.type === "hydrate") {
      const kept = channel.kept();
      draft = isObject(kept) && typeof kept.draft === "string" ? kept.draft : "";
      const onDraft = (text: string): void => {
        draft = text;
        keep();
      };
      // The decoder has checked that every text is there.
      const texts = message.texts as Texts;
      view = createView({ texts, state: page.state, draft, send: channel.send, onDraft });
    }
    view?.update(page.state, page.announcement);
    if (message.type === "hydrate" || message.delta.type !== "text") keep();
  },
  ({ problem, message }) => {
    if (problem === "protocolMismatch") document.body.textContent = message;
    else console.warn(message);
  },
);

/** The host gets it back when the window is reloaded, the page when it was hidden. */
function keep(): void {
  if (page !== null) channel.keep({ ...page.state, draft });
}
