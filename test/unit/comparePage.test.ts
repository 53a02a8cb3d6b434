import assert from "node:assert/strict";
import type { Lineage } from "../../extension/protocol/compareMessages";
import { webviewProtocolVersion as version } from "../../extension/protocol/webviewProtocol";
import { branchesOf, drawnEdges, placeNodes } from "../../webviews/compare/lineageLayout";
import {
  baselinePlace,
  choose,
  differing,
  reduce,
  shownMetrics,
  shownOrigins,
  shownSettings,
  type Page,
} from "../../webviews/compare/state";
import {
  compareState,
  compareTextExamples,
  promptExample,
  runExample,
  runIds,
} from "../support/compareStates";

const texts = compareTextExamples();
const hydrated = (state = compareState(), kept = {}): Page => {
  const page = reduce(null, { type: "hydrate", version, texts, state }, kept);
  assert.ok(page);
  return page;
};

describe("the state of the page that compares runs", () => {
  it("begins with what was kept, and a hydrate leaves what a person chose", () => {
    assert.equal(reduce(null, { type: "delta", delta: { type: "baseline", baseline: "x" } }), null);
    const page = hydrated(compareState(), { prompt: 1, filter: "loss", isDiff: false });
    assert.deepEqual([page.prompt, page.filter, page.isDiff], [1, "loss", false]);
    const again = reduce(page, { type: "hydrate", version, texts, state: compareState() }, { prompt: 0 });
    assert.deepEqual([again?.prompt, again?.filter], [1, "loss"]);
  });

  it("says which run came, went, or is the baseline", () => {
    const page = hydrated();
    const two = compareState({ runs: [runExample(1), runExample(2)] });
    const removed = reduce(page, { type: "delta", delta: { type: "all", state: two } });
    assert.deepEqual(removed?.announcement, { type: "removed", name: "run 0" });
    const added = reduce(removed, { type: "delta", delta: { type: "all", state: compareState() } });
    assert.deepEqual(added?.announcement, { type: "added", name: "run 0" });
    const other = reduce(page, { type: "delta", delta: { type: "baseline", baseline: runIds[2] } });
    assert.deepEqual(other?.announcement, { type: "baseline", name: "run 2" });
    assert.equal(other && baselinePlace(other.state), 2);
    const running = reduce(page, { type: "delta", delta: { type: "runs", runs: page.state.runs } });
    assert.equal(running?.announcement, null);
  });

  it("goes from prompt to prompt within bounds, and stays at its prompt when others come before it", () => {
    const page = hydrated();
    assert.equal(choose(page, { prompt: 7 }).prompt, 1);
    assert.equal(choose(page, { prompt: -1 }).prompt, 0);
    const second = choose(page, { prompt: 1 });
    const none = reduce(second, { type: "delta", delta: { type: "prompts", prompts: [], promptCount: 0 } });
    assert.equal(none?.prompt, 1);
    const prompts = [3, 1, 2].map((n) => promptExample(n, ["a", "b", "c"]));
    const moved = reduce(second, { type: "delta", delta: { type: "prompts", prompts, promptCount: 3 } });
    assert.equal(moved?.prompt, 2);
    const fewer = reduce(second, {
      type: "delta",
      delta: { type: "prompts", prompts: prompts.slice(0, 1), promptCount: 1 },
    });
    assert.equal(fewer?.prompt, 0);
  });

  it("shows what differs, or all", () => {
    const { state } = hydrated();
    const all = { ...state, view: { ...state.view, showsAll: true } };
    assert.deepEqual([shownSettings(state).length, shownSettings(all).length], [1, 2]);
    assert.deepEqual([shownOrigins(state).length, shownOrigins(all).length], [2, 3]);
    assert.deepEqual([differing(state, "parent"), differing(state, "input")], [["initial"], []]);
  });

  it("filters metrics by their names", () => {
    const page = choose(hydrated(), { filter: " LOSS" });
    assert.deepEqual(
      shownMetrics(page).map(({ name }) => name),
      ["loss/validation"],
    );
  });
});

describe("places of the lineage", () => {
  const { lineage } = compareState();

  it("a node stands right of its parents, in the row of the mean of theirs", () => {
    const placed = placeNodes(lineage).map(({ node, column, row }) => [node.name, column, row]);
    assert.deepEqual(placed, [
      ["models/base", 0, 0],
      ["run 0", 1, 0],
      ["run 1", 2, 0],
      ["run 2", 2, 1],
    ]);
  });

  it("the list has every node once in full, under each of its parents", () => {
    const [sft, ppo] = [runIds[0], runIds[1]];
    const shared: Lineage = {
      ...lineage,
      edges: [...lineage.edges, { from: "base", to: ppo, roles: "ptx" }],
    };
    const [base, ...others] = branchesOf(shared);
    assert.deepEqual(others, []);
    assert.deepEqual(
      base.children.map(({ node, isRepeated }) => [node.id, isRepeated]),
      [
        [sft, false],
        [ppo, true],
      ],
    );
    assert.deepEqual(
      base.children[0].children.map(({ node }) => node.id),
      [runIds[1], runIds[2]],
    );
  });

  it("an edge that a longer way says as well is not drawn", () => {
    const implied = { from: "base", to: runIds[1], roles: "ptx" };
    assert.deepEqual(drawnEdges({ ...lineage, edges: [implied, ...lineage.edges] }), lineage.edges);
  });

  it("a file that makes a run its own ancestor does no harm", () => {
    const [a, b] = lineage.nodes.slice(1, 3);
    const edges = [
      { from: a.id, to: b.id, roles: "x" },
      { from: b.id, to: a.id, roles: "x" },
      { from: a.id, to: a.id, roles: "x" },
    ];
    const placed = placeNodes({ nodes: [a, b], edges });
    assert.equal(placed.length, 2);
    assert.ok(placed.every(({ column }) => Number.isFinite(column)));
  });
});
