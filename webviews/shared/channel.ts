import { isProblem, type Problem } from "../../extension/protocol/problem";
import {
  parseHostMessage,
  webviewProtocolVersion,
  type ActionOf,
  type HostMessage,
  type PageMessage,
  type PanelName,
} from "../../extension/protocol/webviewProtocol";

interface EditorApi {
  postMessage(message: unknown): void;
  setState(state: unknown): void;
  getState(): unknown;
}
declare function acquireVsCodeApi(): EditorApi;

/** Marks of the page's timeline, for the browser's tools and for benchmarks: it asked for its state, a message came, the state is shown. */
const pageMarks = { ready: "rlhf.ready", heard: "rlhf.heard", shown: "rlhf.shown" } as const;

/** A page's end of the line to the host. */
export interface Channel<N extends PanelName> {
  /** What a person does. */
  send(action: ActionOf<N>): void;
  /** Kept by the editor for a reload of the window, when the host gets it back. */
  keep(state: unknown): void;
  /** What was kept last, by this page or by the one before it that was hidden; untrusted. */
  kept(): unknown;
}

/** Opens the line, says `ready`, and gives every good message of the host to `onMessage`; others go to `onProblem`. */
export function openChannel<N extends PanelName>(
  name: N,
  onMessage: (message: HostMessage<N>) => void,
  onProblem: (problem: Problem) => void,
): Channel<N> {
  const api = acquireVsCodeApi();
  const post = (message: PageMessage<N>): void => api.postMessage(message);
  window.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    performance.mark(pageMarks.heard);
    const message = parseHostMessage(name, data);
    if (isProblem(message)) return onProblem(message);
    onMessage(message);
    if (message.type === "hydrate") performance.mark(pageMarks.shown);
  });
  performance.mark(pageMarks.ready);
  post({ type: "ready", version: webviewProtocolVersion });
  return {
    send: (action) => post({ type: "action", action }),
    keep: (state) => api.setState(state),
    kept: () => api.getState(),
  };
}
