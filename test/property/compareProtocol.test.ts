import assert from "node:assert/strict";
import fc from "fast-check";
import {
  applyCompareDelta,
  type CompareAction,
  type CompareDelta,
} from "../../extension/protocol/compareMessages";
import { isProblem } from "../../extension/protocol/problem";
import {
  parseHostMessage,
  parsePageMessage,
  webviewProtocolVersion as version,
} from "../../extension/protocol/webviewProtocol";
import { compareState, compareTextExamples, runExample, runIds } from "../support/compareStates";
import { assertRefused, damaged } from "../support/damage";

type ByType<M extends { readonly type: string }> = {
  readonly [T in M["type"]]: Extract<M, { readonly type: T }>;
};

const state = compareState();
const { settings, origins, metrics, groups, prompts, lineage, candidates, view } = state;
/** The types make the lists complete. */
const deltas: ByType<CompareDelta> = {
  view: { type: "view", view: { ...view, figure: "best" } },
  baseline: { type: "baseline", baseline: runIds[2] },
  candidates: { type: "candidates", candidates },
  runs: { type: "runs", runs: [runExample(1)] },
  settings: { type: "settings", settings, origins },
  metrics: { type: "metrics", metrics, groups },
  prompts: { type: "prompts", prompts, promptCount: 2 },
  lineage: { type: "lineage", lineage },
  all: { type: "all", state },
};
const actions: ByType<CompareAction> = {
  add: { type: "add", id: runIds[0] },
  remove: { type: "remove", id: runIds[0] },
  baseline: { type: "baseline", id: runIds[0] },
  view: { type: "view", view },
  copyMarkdown: { type: "copyMarkdown" },
  openMetrics: { type: "openMetrics", id: runIds[0] },
  openReport: { type: "openReport", id: runIds[0] },
};
const toPage: readonly object[] = [
  { type: "hydrate", version, texts: compareTextExamples(), state },
  ...Object.values(deltas).map((delta) => ({ type: "delta", delta })),
];
const toHost: readonly object[] = Object.values(actions).map((action) => ({ type: "action", action }));

describe("the protocol of the page that compares runs, fuzzed", () => {
  it("good messages are taken as they are", () => {
    for (const message of toPage) assert.deepEqual(parseHostMessage("compare", message), message);
    for (const message of toHost) assert.deepEqual(parsePageMessage("compare", message), message);
  });

  it("1,000 damaged messages to a page and to the host each give a named problem", () => {
    assertRefused(damaged(toPage), (text) => parseHostMessage("compare", JSON.parse(text)));
    assertRefused(damaged(toHost), (text) => parsePageMessage("compare", JSON.parse(text)));
  });

  it("messages of any content never throw", () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true }), (content) => {
        for (const type of ["hydrate", "delta"])
          isProblem(parseHostMessage("compare", { type, version, texts: content, state: content, delta: content })); // prettier-ignore
        parsePageMessage("compare", { type: "action", action: content });
      }),
      { numRuns: 300, seed: 20220304 },
    );
  });

  it("a delta changes its own part alone; another set of runs changes all", () => {
    const after = applyCompareDelta(state, deltas.runs);
    assert.deepEqual(after, { ...state, runs: [runExample(1)] });
    assert.equal(after.metrics, state.metrics);
    assert.equal(applyCompareDelta(after, deltas.all), state);
  });
});
