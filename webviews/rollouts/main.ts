import { isObject } from "../../extension/protocol/codec";
import { openChannel } from "../shared/channel";
import "../shared/theme.css";
import { useToolkit } from "../shared/toolkit";
import { isQuantity } from "./heat";
import { choose, reduce, sortKeys, type Page } from "./state";
import "./style.css";
import { createView, type RolloutsView, type Texts } from "./view";

let page: Page | null = null;
let view: RolloutsView | null = null;

useToolkit();
const channel = openChannel(
  "rollouts",
  (message) => {
    page = message.type === "hydrate" ? reduce(null, message, choices()) : reduce(page, message);
    if (page === null) return;
    if (message.type === "hydrate")
      view = createView({
        // The decoder has checked that every text is there.
        texts: message.texts as Texts,
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

/** The host finds the place by it when the window is reloaded, the page its order and colours when it was hidden. */
function keep(): void {
  if (page === null) return;
  const { state, order, quantity } = page;
  const { project, run, iteration, open } = state;
  // Before anything is read there is no place yet: the one kept before still stands.
  if (iteration === null) return;
  channel.keep({ project, run, iteration, line: open?.line ?? null, order, quantity });
}

function choices(): Pick<Page, "order" | "quantity"> | undefined {
  const kept = channel.kept();
  if (!isObject(kept) || !isObject(kept.order) || typeof kept.quantity !== "string") return undefined;
  const { quantity, order } = kept;
  const key = sortKeys.find((each) => each === order.key);
  if (key === undefined || !isQuantity(quantity)) return undefined;
  return { order: { key, isDescending: order.isDescending === true }, quantity };
}
