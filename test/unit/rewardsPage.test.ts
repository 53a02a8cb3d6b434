// The reward inspector's page without a browser: its reducer, and what it shows of a state.
import assert from "node:assert/strict";
import { changedResponse, withoutWord, wordsOf } from "../../extension/data/probeVariants";
import { changedLabels, usesOfLabel, type LabelsOfRun } from "../../extension/project/labelUse";
import { parseProbes, probesText, withProbe } from "../../extension/protocol/probeFormat";
import { isProblem } from "../../extension/protocol/problem";
import { parseHostMessage, webviewProtocolVersion } from "../../extension/protocol/webviewProtocol";
import {
  filteredLabels,
  firstGroup,
  groupsOf,
  reduce,
  shown,
  signed,
  steps,
  strengths,
  worstOf,
  type Page,
} from "../../webviews/rewards/state";
import { scale, stepPath, ticksOf } from "../../webviews/shared/plotGeometry";
import { expectClose } from "../support/expectClose";
import { good } from "../support/fakeRuns";
import { onTheLine, rewardState, rewardTextExamples } from "../support/rewardStates";

const hydrated = (): Page => ({ state: rewardState(), announcement: null });
const after = (page: Page | null, delta: object): Page => {
  const message = good(parseHostMessage("rewards", { type: "delta", delta: onTheLine(delta) }));
  const next = reduce(page, message);
  assert.ok(next);
  return next;
};

describe("the reward inspector's page", () => {
  it("takes a state over the line, NaN and all, and refuses one with a broken inspection", () => {
    const state = rewardState();
    const message = { type: "hydrate", version: webviewProtocolVersion, texts: rewardTextExamples() };
    const read = good(parseHostMessage("rewards", { ...message, state: onTheLine(state) }));
    assert.deepEqual(reduce(null, read), { state, announcement: null });
    assert.ok(isProblem(parseHostMessage("rewards", { ...message, state: { ...state, inspection: 3 } })));
  });

  it("is nothing before it is hydrated", () => {
    const delta = { type: "probes" as const, probes: [] };
    assert.equal(reduce(null, { type: "delta", delta }), null);
  });

  it("a screen reader hears scores, problems, corrections and uses, each once", () => {
    const result = { id: 1, score: 0.5, tokens: [], words: null, variants: null };
    const scored = after(hydrated(), { type: "result", result });
    assert.deepEqual(scored.announcement, { type: "score", score: 0.5 });
    const explained = after(scored, { type: "result", result: { ...result, words: [] } });
    assert.equal(explained.announcement, null, "the score again, when its reasons come");
    const down = { type: "probing", probing: { status: "down", problem: "gone" } };
    const failed = after(explained, down);
    assert.deepEqual(failed.announcement, { type: "problem", text: "gone" });
    assert.equal(after(failed, down).announcement, null);
    const corrections = [{ id: "x", isGone: false, models: ["rm-a"] }];
    assert.deepEqual(after(scored, { type: "corrections", corrections }).announcement, {
      type: "corrections",
    });
  });

  it("begins with labels that were not trained on, where there are any", () => {
    const { inspection } = rewardState();
    assert.ok(inspection);
    assert.deepEqual(groupsOf(inspection), ["training", "validation", "heldOut"]);
    assert.equal(firstGroup(inspection), "validation");
    const figures = inspection.figures.filter(({ group }) => group === "training");
    assert.equal(firstGroup({ ...inspection, figures }), "training");
  });

  it("worst pairs are one group's, worst first; one whose label is not there is left out", () => {
    const { inspection } = rewardState();
    assert.ok(inspection);
    const margins = worstOf(inspection, "training").map(({ pair }) => pair.chosenScore - pair.rejectedScore);
    assert.ok(margins.length > 3 && margins.every((margin) => margin < 0));
    assert.deepEqual(
      margins,
      [...margins].sort((a, b) => a - b),
    );
    const [first] = inspection.worst;
    assert.deepEqual(worstOf({ ...inspection, worst: [{ ...first, label: 999 }] }, "training"), []);
  });

  it("labels are found by prompt, labeler and id, whatever the case", () => {
    const { inspection } = rewardState();
    assert.ok(inspection);
    assert.equal(filteredLabels(inspection, " ").length, 40);
    assert.equal(filteredLabels(inspection, "LEE").length, 14);
    assert.deepEqual(
      filteredLabels(inspection, "Round/17/").map(({ prompt }) => prompt),
      ["prompt 17"],
    );
  });

  it("moves of the score by fours of the strongest", () => {
    assert.deepEqual(strengths([1, -0.5, 0.25, 0.01, 0, NaN]), [4, 2, 1, 1, 0, 0]);
    assert.deepEqual(strengths([0, 0]), [0, 0]);
    assert.deepEqual(steps([1, 3, 2]), [0, 2, -1]);
  });

  it("numbers as people read them", () => {
    assert.deepEqual([shown(NaN), shown(-0.12345), shown(3), shown(12345.6)], ["–", "−0.123", "3", "12350"]);
    assert.deepEqual([signed(0.5), signed(-0.5), signed(0)], ["+0.5", "−0.5", "0"]);
  });
});

describe("plots", () => {
  it("a scale is linear, upside down too, and puts an axis without extent into the middle", () => {
    assert.deepEqual([0, 5, 10].map(scale(0, 10, 100, 0)), [100, 50, 0]);
    assert.equal(scale(2, 2, 0, 10)(2), 5);
  });

  it("ticks are round and inside", () => {
    expectClose(ticksOf(0, 1), [0, 0.2, 0.4, 0.6, 0.8, 1], 1e-12);
    expectClose(ticksOf(0.5, 1), [0.5, 0.6, 0.7, 0.8, 0.9, 1], 1e-12);
    for (const tick of ticksOf(-0.33, 0.71)) assert.ok(tick >= -0.33 && tick <= 0.71);
  });

  it("a histogram's outline begins and ends on the ground", () => {
    const path = stepPath([0, 1, 2], [3, 1], scale(0, 2, 0, 20), scale(0, 3, 30, 0));
    assert.equal(path, "M0.0 30.0 L0.0 0.0 L10.0 0.0 L10.0 20.0 L20.0 20.0 L20.0 30.0");
  });
});

describe("probes", () => {
  it("words join to the text again, and one less is one less", () => {
    const text = "  hello there ,\nyou ";
    assert.equal(wordsOf(text).join(""), text);
    assert.deepEqual(wordsOf(""), []);
    assert.equal(withoutWord("hello there you", 1), "hello you");
    assert.equal(withoutWord("hello", 0), "");
  });

  it("canned changes", () => {
    assert.equal(changedResponse("the fox is red .", "flipped"), "the fox is not red .");
    assert.equal(changedResponse("the fox is not red .", "flipped"), "the fox is red .");
    assert.equal(changedResponse("there were 9 .", "flipped"), "there were not 9 .");
    assert.equal(changedResponse("about 99 .", "flipped"), "about 100 .");
    assert.equal(changedResponse("hello", "flipped"), null);
    assert.equal(changedResponse("yes . ", "repeated"), "yes . yes .");
    assert.equal(changedResponse("", "repeated"), null);
    assert.match(changedResponse("yes .", "polite") ?? "", /^yes \. thank you/);
  });

  it("a project's file reads back, holds each probe once, and refuses an id twice and a newer format", () => {
    const one = withProbe([], { prompt: "p", response: "r" });
    const two = withProbe(withProbe(one, { prompt: "p", response: "r" }), { prompt: "p", response: "s" });
    assert.deepEqual(
      two.map(({ id }) => id),
      ["p1", "p2"],
    );
    assert.deepEqual(parseProbes(probesText(two), "probes.json"), two);
    assert.deepEqual(parseProbes("", "probes.json"), []);
    assert.equal(withProbe(two.slice(1), { prompt: "x", response: "" })[1].id, "p3", "an id that is in use");
    assert.ok(isProblem(parseProbes(probesText([...two, two[0]]), "probes.json")));
    const newer = parseProbes('{"formatVersion":2,"probes":[]}', "probes.json");
    assert.ok(isProblem(newer) && newer.problem === "newerFormat");
  });
});

describe("labels that reward models have read", () => {
  const read = (ranking: string): LabelsOfRun =>
    new Map([["b/1/kim/overall", { group: "training", ranking }]]);
  const models = new Map([
    ["rm-new", read("[[1],[0]]")],
    ["rm-old", read("[[0],[1]]")],
    ["rm-other", new Map() as LabelsOfRun],
  ]);

  it("a correction makes stale who has read what stands no longer", () => {
    const now = new Map([["b/1/kim/overall", "[[1],[0]]"]]);
    assert.deepEqual(changedLabels("rm-new", models, now), []);
    const id = "b/1/kim/overall";
    assert.deepEqual(changedLabels("rm-old", models, now), [{ id, isGone: false, models: ["rm-old"] }]);
    const gone = [{ id, isGone: true, models: ["rm-new", "rm-old"] }];
    assert.deepEqual(changedLabels("rm-old", models, new Map()), gone);
    assert.deepEqual(usesOfLabel(id, models, now), [
      { run: "rm-new", group: "training", isStale: false },
      { run: "rm-old", group: "training", isStale: true },
    ]);
  });
});
