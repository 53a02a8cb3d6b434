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
    const message = parseHostMessage(name, data);
    if (isProblem(message)) onProblem(message);
    else onMessage(message);
  });
  post({ type: "ready", version: webviewProtocolVersion });
  return {
    send: (action) => post({ type: "action", action }),
    keep: (state) => api.setState(state),
    kept: () => api.getState(),
  };
}
