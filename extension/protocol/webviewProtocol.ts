import { chatMessages } from "./chatMessages";
import { anything, integerFrom, union, type Decoded, type Decoder } from "./codec";
import { compareMessages } from "./compareMessages";
import { demonstrationMessages } from "./demonstrationMessages";
import { metricsMessages } from "./metricsMessages";
import { Problem, isProblem } from "./problem";
import { rankingMessages } from "./rankingMessages";
import { rolloutMessages } from "./rolloutMessages";
import { rewardMessages } from "./rewardMessages";

/**
 * What the host and its web pages say to each other. A page that has loaded says `ready`; the host answers with one `hydrate`, all there is
 * to show, and then sends deltas. Pages hold no truth: one that was hidden is hydrated again. Both sides read the other's messages as untrusted.
 */
export const webviewProtocolVersion = 1;

/** What each kind of page is told and may ask: its texts, its state, changes of the state, and what a person does there. */
export const panels = {
  chat: chatMessages,
  ranking: rankingMessages,
  demonstrations: demonstrationMessages,
  rollouts: rolloutMessages,
  metrics: metricsMessages,
  rewards: rewardMessages,
  compare: compareMessages,
} as const;
export type PanelName = keyof typeof panels;
export type TextsOf<N extends PanelName> = Decoded<(typeof panels)[N]["texts"]>;
export type StateOf<N extends PanelName> = Decoded<(typeof panels)[N]["state"]>;
export type DeltaOf<N extends PanelName> = Decoded<(typeof panels)[N]["delta"]>;
export type ActionOf<N extends PanelName> = Decoded<(typeof panels)[N]["action"]>;

export type PageMessage<N extends PanelName> =
  | { readonly type: "ready"; readonly version: number }
  | { readonly type: "action"; readonly action: ActionOf<N> };

export type HostMessage<N extends PanelName> =
  | {
      readonly type: "hydrate";
      readonly version: number;
      readonly texts: TextsOf<N>;
      readonly state: StateOf<N>;
    }
  | { readonly type: "delta"; readonly delta: DeltaOf<N> };

const version = integerFrom(0);
const pageEnvelope = union({ ready: { version }, action: { action: anything } });
const hostEnvelope = union({
  hydrate: { version, texts: anything, state: anything },
  delta: { delta: anything },
});

/** A message of a page, as the host reads it. */
export function parsePageMessage<N extends PanelName>(name: N, value: unknown): PageMessage<N> | Problem {
  const where = `a message of the ${name} page`;
  const message = pageEnvelope(value, { where, path: "" });
  if (isProblem(message) || message.type === "ready") return message;
  const decoder = panels[name].action as Decoder<ActionOf<N>>;
  const action = decoder(message.action, { where, path: "action" });
  return isProblem(action) ? action : { type: "action", action };
}

/** A message of the host, as a page reads it. One of another version is refused before anything else of it is read. */
export function parseHostMessage<N extends PanelName>(name: N, value: unknown): HostMessage<N> | Problem {
  const where = `a message to the ${name} page`;
  const message = hostEnvelope(value, { where, path: "" });
  if (isProblem(message)) return message;
  if (message.type === "delta") {
    const delta = (panels[name].delta as Decoder<DeltaOf<N>>)(message.delta, { where, path: "delta" });
    return isProblem(delta) ? delta : { type: "delta", delta };
  }
  const mismatch = webviewMismatch(message.version);
  if (mismatch !== null) return mismatch;
  const texts = (panels[name].texts as Decoder<TextsOf<N>>)(message.texts, { where, path: "texts" });
  if (isProblem(texts)) return texts;
  const state = parsePanelState(name, message.state);
  return isProblem(state) ? state : { type: "hydrate", version: message.version, texts, state };
}

/** The state of a page as it was kept for the next start of the editor. */
export function parsePanelState<N extends PanelName>(name: N, value: unknown): StateOf<N> | Problem {
  const decoder = panels[name].state as Decoder<StateOf<N>>;
  return decoder(value, { where: `the kept state of the ${name} page`, path: "" });
}

/** Why a page and a host of different versions cannot go on, or null when they are of the same. */
export function webviewMismatch(theirs: number): Problem | null {
  if (theirs === webviewProtocolVersion) return null;
  return new Problem(
    "protocolMismatch",
    `This panel speaks protocol ${theirs} and the extension protocol ${webviewProtocolVersion}: close the panel and open it again.`,
  );
}
