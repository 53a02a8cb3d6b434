import assert from "node:assert/strict";
import fc from "fast-check";
import { isProblem } from "../../extension/protocol/problem";
import {
  applyRolloutDelta,
  type RolloutAction,
  type RolloutDelta,
} from "../../extension/protocol/rolloutMessages";
import {
  parseHostMessage,
  parsePageMessage,
  webviewProtocolVersion as version,
} from "../../extension/protocol/webviewProtocol";
import { assertRefused, damaged } from "../support/damage";
import {
  constants,
  episodeExample,
  rolloutState,
  rolloutTextExamples,
  rowExample,
} from "../support/rolloutStates";

type ByType<M extends { readonly type: string }> = {
  readonly [T in M["type"]]: Extract<M, { readonly type: T }>;
};

const open = episodeExample();
const answer = { line: 1, episode: 2, promptId: "p", score: 1, kl: 0, endReached: false, iteration: 3 };
const history = [{ ...answer, response: "r" }];
/** The types make the lists complete. */
const deltas: ByType<RolloutDelta> = {
  iterations: { type: "iterations", iterations: [0, 1] },
  shown: { type: "shown", iteration: 1, constants, rows: [rowExample(1)], problems: ["no"], open },
  open: { type: "open", open },
  constants: { type: "constants", constants: null },
  history: { type: "history", history },
  sending: { type: "sending", isSending: true },
};
const actions: ByType<RolloutAction> = {
  showIteration: { type: "showIteration", iteration: 1 },
  openEpisode: { type: "openEpisode", iteration: 1, line: 2 },
  close: { type: "close" },
  askHistory: { type: "askHistory" },
  copyTokens: { type: "copyTokens" },
  sendToLabels: { type: "sendToLabels" },
};
const state = rolloutState({ open, history, problems: ["no"] });
const toPage: readonly object[] = [
  { type: "hydrate", version, texts: rolloutTextExamples(), state },
  ...Object.values(deltas).map((delta) => ({ type: "delta", delta })),
];
const toHost: readonly object[] = Object.values(actions).map((action) => ({ type: "action", action }));

describe("the rollouts page's protocol, fuzzed", () => {
  it("good messages are taken as they are", () => {
    for (const message of toPage) assert.deepEqual(parseHostMessage("rollouts", message), message);
    for (const message of toHost) assert.deepEqual(parsePageMessage("rollouts", message), message);
  });

  it("1,000 damaged messages to a page and to the host each give a named problem", () => {
    assertRefused(damaged(toPage), (text) => parseHostMessage("rollouts", JSON.parse(text)));
    assertRefused(damaged(toHost), (text) => parsePageMessage("rollouts", JSON.parse(text)));
  });

  it("every change leaves a state that the page takes", () => {
    for (const delta of Object.values(deltas)) {
      const after = applyRolloutDelta(rolloutState(), delta);
      const hydrate = { type: "hydrate", version, texts: rolloutTextExamples(), state: after };
      assert.deepEqual(parseHostMessage("rollouts", hydrate), hydrate);
    }
  });

  it("messages of any content never throw", () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true }), (content) => {
        for (const type of ["hydrate", "delta"])
          isProblem(parseHostMessage("rollouts", { type, version, texts: content, state: content, delta: content })); // prettier-ignore
        parsePageMessage("rollouts", { type: "action", action: content });
      }),
      { numRuns: 300, seed: 20220304 },
    );
  });
});
