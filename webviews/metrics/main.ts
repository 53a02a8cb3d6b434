import "./locale";
import "uplot/dist/uPlot.min.css";
import type { HostMessage } from "../../extension/protocol/webviewProtocol";
import { openChannel } from "../shared/channel";
import "../shared/theme.css";
import { useToolkit } from "../shared/toolkit";
import { reduce, type Page, type PageEvent } from "./state";
import "./style.css";
import type { Texts } from "./texts";
import { createView, type MetricsPageView } from "./view";

/** Milliseconds after a change of the view before the host keeps it: a slider changes it many times a second. */
const keepAfter = 300;

let page: Page | null = null;
let view: MetricsPageView | null = null;
let keeping: number | undefined;

useToolkit();
const channel = openChannel("metrics", receive, ({ problem, message }) => {
  if (problem === "protocolMismatch") document.body.textContent = message;
  else console.warn(message);
});

function receive(message: HostMessage<"metrics">): void {
  page = reduce(page, message);
  if (page === null) return;
  if (message.type === "hydrate") {
    // The decoder has checked that every text is there.
    view = createView({ texts: message.texts as Texts, send: channel.send, tell });
    const { project, runs } = page.state;
    // The host gets it back when the window is reloaded.
    channel.keep({ project, id: runs[0]?.about.id ?? "" });
  }
  view?.update(page, true);
}

function tell(event: PageEvent): void {
  page = reduce(page, event);
  if (page === null) return;
  view?.update(page, event.type !== "choose");
  if (event.type !== "view") return;
  clearTimeout(keeping);
  const { view: now } = page.state;
  keeping = window.setTimeout(() => channel.send({ type: "view", view: now }), keepAfter);
}
