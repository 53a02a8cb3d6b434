import assert from "node:assert/strict";
import fc from "fast-check";
import { parseChatEvent, parseChatRequest, type ChatEvent } from "../../extension/protocol/chatProtocol";
import type { ChatAction, ChatDelta, ChatState } from "../../extension/protocol/chatMessages";
import { applyChatDelta } from "../../extension/protocol/chatMessages";
import { isProblem } from "../../extension/protocol/problem";
import {
  parseHostMessage,
  parsePageMessage,
  parsePanelState,
  webviewMismatch,
  webviewProtocolVersion,
} from "../../extension/protocol/webviewProtocol";
import { chatTextExamples } from "../support/chatTextExamples";
import { assertRefused, cut, damaged } from "../support/damage";

const runs = { numRuns: 1000, seed: 20220304 };

type ByType<M extends { readonly type: string }> = {
  readonly [T in M["type"]]: Extract<M, { readonly type: T }>;
};
type ByEvent = { readonly [N in ChatEvent["event"]]: Extract<ChatEvent, { readonly event: N }> };

const settings = { temperature: 1, responseTokens: 8, seed: 3 };
const answer = { model: "m", text: "한", status: "done", endReached: true, problem: "no", seed: 1 } as const;
const turn = {
  id: "1",
  prompt: "p",
  promptId: "q",
  temperature: 0,
  answers: [answer, answer],
  vote: "tie",
} as const;
const score = { first: 1, second: 2, ties: 3, bothBad: 1 };
const state: ChatState = {
  ...{ mode: "blind", project: "/p", models: ["a", "b"], settings, turns: [turn], score },
  ...{ status: "ready", problem: "no" },
};
/** The types make the lists complete. */
const deltas: ByType<ChatDelta> = {
  turn: { type: "turn", turn },
  text: { type: "text", turn: "1", index: 1, text: "x" },
  status: { type: "status", status: "down", problem: "no" },
  score: { type: "score", score },
  models: { type: "models", models: ["a"] },
  settings: { type: "settings", settings },
};
const actions: ByType<ChatAction> = {
  ask: { type: "ask", prompt: "p", settings },
  askNext: { type: "askNext", settings },
  stop: { type: "stop" },
  vote: { type: "vote", turn: "1", vote: "bothBad" },
  copy: { type: "copy", turn: "1", index: 0 },
  chooseModel: { type: "chooseModel", index: 1 },
  removeModel: { type: "removeModel", index: 0 },
  showLog: { type: "showLog" },
};
const events: ByEvent = {
  ready: { event: "ready", models: [{ model: "a", checkpointHash: "h", context: 64 }] },
  token: { event: "token", id: "1", model: "a", text: "x" },
  answer: {
    ...{ event: "answer", id: "1", model: "a", text: "x", tokens: [1], endReached: true, cancelled: false },
    ...{ seed: 1, temperature: 1, checkpointHash: "h" },
  },
  problem: { event: "problem", id: "1", model: "a", problem: "tooLarge", message: "no" },
  heldOut: { event: "heldOut", prompts: [{ id: "1", text: "x" }] },
};
const version = webviewProtocolVersion;
const toPage: readonly object[] = [
  { type: "hydrate", version, texts: chatTextExamples(), state },
  ...Object.values(deltas).map((delta) => ({ type: "delta", delta })),
];
const toHost: readonly object[] = [
  { type: "ready", version },
  ...Object.values(actions).map((action) => ({ type: "action", action })),
];
const requests: readonly object[] = [
  { id: "1", prompt: "p", model: "a", seed: 1, temperature: 1, responseTokens: 8 },
  { cancel: "1" },
  { heldOut: 3 },
];
const lines: readonly object[] = Object.values(events).map((event) => ({ type: "event", ...event }));

/** Anything that structured cloning can carry: JSON, and values that JSON has not. */
const anyMessage = fc.oneof(
  fc.jsonValue(),
  fc.anything({ withBigInt: true, withDate: true, withTypedArray: true, withMap: true }),
);

describe("the pages' protocol, fuzzed", () => {
  it("good messages are taken as they are", () => {
    for (const message of toPage) assert.deepEqual(parseHostMessage("chat", message), message);
    for (const message of toHost) assert.deepEqual(parsePageMessage("chat", message), message);
    for (const request of requests) assert.deepEqual(parseChatRequest(JSON.stringify(request)), request);
    for (const event of Object.values(events))
      assert.deepEqual(parseChatEvent(JSON.stringify({ type: "event", ...event })), event);
    assert.deepEqual(parsePanelState("chat", state), state);
  });

  it("1,000 damaged messages to a page and to the host each give a named problem", () => {
    assertRefused(damaged(toPage), (text) => parseHostMessage("chat", JSON.parse(text)));
    assertRefused(damaged(toHost), (text) => parsePageMessage("chat", JSON.parse(text)));
  });

  it("1,000 messages of any content never throw, and no delta that is taken breaks a state", () => {
    fc.assert(
      fc.property(anyMessage, fc.constantFrom("hydrate", "delta", "ready", "action"), (content, type) => {
        const wrapped = { type, version, texts: content, state: content, delta: content, action: content };
        for (const value of [content, wrapped]) {
          parsePageMessage("chat", value);
          parsePanelState("chat", value);
          const message = parseHostMessage("chat", value);
          if (!isProblem(message) && message.type === "delta") applyChatDelta(state, message.delta);
        }
      }),
      runs,
    );
  });

  it("1,000 damaged or cut lines to and from rlhf chat each give a named problem", () => {
    assertRefused(fc.oneof(damaged(requests), cut(requests)), parseChatRequest);
    assertRefused(fc.oneof(damaged(lines), cut(lines)), parseChatEvent);
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string({ unit: "binary" })), (text) => {
        parseChatRequest(text);
        parseChatEvent(text);
      }),
      runs,
    );
  });

  it("another version is refused with a sentence, whatever else the message holds", () => {
    const other = parseHostMessage("chat", { type: "hydrate", version: version + 1, texts: 1, state: null });
    assert.ok(isProblem(other) && other.problem === "protocolMismatch");
    assert.match(other.message, /close the panel and open it again\.$/);
    assert.equal(webviewMismatch(version), null);
  });
});
