// What a reward model's scores say: against values worked out by hand, and against loops that share nothing with the code.
import assert from "node:assert/strict";
import { noiseCeiling } from "../../extension/algorithms/agreement";
import { calibration } from "../../extension/algorithms/calibration";
import { binEdges, countInBins, spreadInBins } from "../../extension/algorithms/histogram";
import { createRng } from "../../extension/algorithms/rng";
import { accuracyRow, secondOpinions } from "../../extension/data/rewardAccuracy";
import { decidedPairs, inspectScores, type ScoredComparison } from "../../extension/data/rewardInspection";
import { lengthFigures } from "../../extension/data/rewardLength";
import { encodeJson } from "../../extension/protocol/codec";
import { parseInspection } from "../../extension/protocol/inspectionFormat";
import { expectClose } from "../support/expectClose";
import { good } from "../support/fakeRuns";
import { exampleInspection, scoredComparison } from "../support/rewardStates";

const rng = createRng(0);
const pairsOf = (scored: readonly ScoredComparison[]) =>
  scored.flatMap((each, label) => decidedPairs(each, label));
const rowOf = (scored: readonly ScoredComparison[]) => {
  const pairs = pairsOf(scored);
  return accuracyRow("all", pairs, secondOpinions(pairs), rng);
};

describe("calibration", () => {
  it("the example of its docstring, by hand: σ(0.1) = 0.524979, σ(2) = 0.880797", () => {
    const { bins, error } = calibration([0.1, 0.1, -0.1, 2], 2);
    assert.deepEqual(
      bins.map(({ from, to, pairs }) => [from, to, pairs]),
      [
        [0.5, 0.75, 3],
        [0.75, 1, 1],
      ],
    );
    expectClose(
      bins.map(({ predicted }) => predicted),
      [0.524979, 0.880797],
      1e-6,
    );
    expectClose(
      bins.map(({ observed }) => observed),
      [0.666667, 1],
      1e-6,
    );
    expectClose([error], [0.136066], 1e-6);
  });

  it("equal scores predict one half and count one half; nothing at all gives NaN", () => {
    expectClose([calibration([0, 0]).error], [0], 1e-12);
    assert.ok(Number.isNaN(calibration([]).error));
  });

  it("margins drawn from their own probabilities are calibrated, and three times as sure ones are not", () => {
    const draws = createRng(3);
    const margins = Array.from({ length: 20_000 }, () => {
      const size = 3 * draws.uniform();
      return draws.uniform() < 1 / (1 + Math.exp(-size)) ? size : -size;
    });
    assert.ok(calibration(margins).error < 0.02);
    assert.ok(calibration(margins.map((d) => 3 * d)).error > 0.1);
  });
});

describe("histograms", () => {
  it("edges are round numbers that hold all values", () => {
    expectClose(binEdges([-0.3, 1.1], 7), [-0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8, 1, 1.2], 1e-12);
    assert.deepEqual(binEdges([NaN, Infinity]), [0, 1]);
    const [first, last] = [binEdges([2, 2])[0], binEdges([2, 2]).at(-1)];
    assert.ok(first !== undefined && last !== undefined && first <= 2 && last >= 2 && first < last);
  });

  it("of each bin a few are kept, in order and spread evenly, the least and the greatest among them", () => {
    const values = [0.3, 1, 0, NaN, 0.2, 0.1];
    assert.deepEqual(
      spreadInBins(values, (x) => x, [0, 1, 2], 2),
      [[0, 0.3], [1]],
    );
    const many = Array.from({ length: 101 }, (_, i) => i);
    assert.deepEqual(
      spreadInBins(many, (x) => x, [0, 200], 5),
      [[0, 25, 50, 75, 100]],
    );
  });

  it("what is kept of a bin lies in it: all of it where it is little, and an answer of several pairs once", () => {
    for (const { edges, margins, distributions } of exampleInspection().figures) {
      margins.pairs.forEach((pairs, bin) => {
        const { edges: of, counts } = margins.histogram;
        assert.equal(pairs.length, Math.min(8, counts[bin]));
        for (const { chosenScore, rejectedScore } of pairs) {
          const margin = chosenScore - rejectedScore;
          assert.ok(margin >= of[bin] && margin <= of[bin + 1], `${margin} in ${of[bin]}`);
        }
      });
      for (const { answers, counts } of distributions)
        answers.forEach((some, bin) => {
          assert.ok(some.length <= 8 && some.length <= counts[bin] && some.length > 0 === counts[bin] > 0);
          assert.equal(new Set(some.map((each) => JSON.stringify(each))).size, some.length);
          for (const { score } of some) assert.ok(score >= edges[bin] && score <= edges[bin + 1]);
        });
    }
  });

  it("the last bin has its upper edge, and every value lies in one bin", () => {
    assert.deepEqual(countInBins([0, 0.5, 1, 2], [0, 1, 2]), [2, 2]);
    assert.deepEqual(countInBins([-5, 7, NaN], [0, 1, 2]), [1, 1]);
  });
});

describe("accuracy of a reward model", () => {
  it("counts pairs, and with few prompts has Wilson's interval over prompts", () => {
    // Prompts with 2 of 2, 1 of 2 and 0 of 2 pairs right, as in the docstring.
    const two = (id: string, isRight: readonly boolean[]): ScoredComparison[] =>
      isRight.map((right, i) => scoredComparison(`${id}${i}`, right ? [1, 0] : [0, 1], { prompt: id }));
    const row = rowOf([...two("a", [true, true]), ...two("b", [true, false]), ...two("c", [false, false])]);
    assert.deepEqual([row.pairs, row.prompts, row.value], [6, 3, 0.5]);
    expectClose([row.low, row.high], [0.1253345, 0.8746655], 1e-6);
  });

  it("prompts are drawn whole: pairs of one prompt that all say the same make the interval wider", () => {
    const alike = Array.from({ length: 20 }, (_, i) =>
      scoredComparison(String(i), i % 2 === 0 ? [3, 2, 1, 0] : [0, 1, 2, 3]),
    );
    const apart = Array.from({ length: 120 }, (_, i) =>
      scoredComparison(String(i), i % 2 === 0 ? [1, 0] : [0, 1]),
    );
    const [few, many] = [rowOf(alike), rowOf(apart)];
    assert.deepEqual([few.pairs, many.pairs, few.value, many.value], [120, 120, 0.5, 0.5]);
    assert.ok(few.high - few.low > 1.8 * (many.high - many.low));
  });

  it("the ceiling comes from other labelers of the same two texts, and is unknown without them", () => {
    const kim = scoredComparison("1", [2, 1, 0], { prompt: "same" });
    assert.deepEqual([rowOf([kim]).opinions, rowOf([kim]).ceiling], [0, NaN]);
    // Lee agrees on two of the three pairs: first over third, second over third, but second over first.
    const { comparison } = scoredComparison("1", [2, 1, 0], { prompt: "same", labeler: "lee" });
    const lee = { ...kim, comparison: { ...comparison, tiers: [[1], [0], [2]] } };
    const row = rowOf([kim, lee]);
    assert.equal(row.opinions, 6);
    assert.equal(row.ceiling, noiseCeiling(2 / 3));
    const own = rowOf([kim, { ...lee, comparison: { ...lee.comparison, labeler: "kim" } }]);
    assert.equal(own.opinions, 0, "a labeler's own second judgement");
  });

  it("ties are no pairs, and the distance counts the tiers between", () => {
    const each = scoredComparison("1", [3, 2, 1]);
    const tied = { ...each, comparison: { ...each.comparison, tiers: [[2], [0, 1]] } };
    assert.deepEqual(
      decidedPairs(tied, 0).map(({ margin, distance }) => [margin, distance]),
      [
        [-2, 1],
        [-1, 1],
      ],
    );
    assert.deepEqual(
      decidedPairs(each, 0).map(({ distance }) => distance),
      [1, 2, 1],
    );
  });
});

describe("length bias", () => {
  const item = (prompt: string, tokens: readonly number[], scores: readonly number[]) => ({
    comparison: { prompt, responses: tokens.map((_, i) => ({ text: `${i}` })) },
    ...{ tokens, scores },
  });

  it("the example of its docstring: a strong correlation that is the prompts' alone", () => {
    const items = [item("a", [1, 3], [0, 1]), item("b", [11, 13], [5, 4])];
    const { correlation, withinPrompt, responses } = lengthFigures(items, []);
    expectClose([correlation, withinPrompt], [0.951303, 0], 1e-6);
    assert.equal(responses, 4);
  });

  it("a response that two labelers ranked counts once; pairs of one length say nothing", () => {
    const twice = [item("a", [1, 3], [0, 1]), item("a", [1, 3], [0, 1])];
    const pairs = [
      { margin: 1, longer: 1 },
      { margin: -1, longer: -1 },
      { margin: -1, longer: 1 },
      { margin: 1, longer: 0 },
    ];
    const { responses, pairs: uneven, modelPrefersLonger, peoplePreferLonger } = lengthFigures(twice, pairs);
    assert.deepEqual([responses, uneven], [2, 3]);
    expectClose([modelPrefersLonger, peoplePreferLonger], [2 / 3, 2 / 3], 1e-12);
  });
});

describe("an inspection", () => {
  const inspection = exampleInspection();

  it("reads back to the same from its file", () => {
    assert.deepEqual(good(parseInspection(encodeJson(inspection), "inspection.json")), inspection);
  });

  it("every pair is counted in its group, right or wrong, as a plain loop counts them", () => {
    const draws = createRng(9);
    const scored = Array.from({ length: 30 }, (_, i) =>
      scoredComparison(
        String(i),
        Array.from({ length: 4 }, () => draws.normal()),
        { labeler: i % 2 === 0 ? "kim" : "lee", group: i < 20 ? "validation" : "training" },
      ),
    );
    const found = inspectScores(scored, []);
    let [pairs, right, worst] = [0, 0, 0];
    const ofKim = { pairs: 0, right: 0 };
    scored.forEach(({ scores }, i) => {
      for (let a = 0; a < 4; a++)
        for (let b = a + 1; b < 4; b++) {
          if (i >= 20) continue;
          pairs++;
          if (scores[a] > scores[b]) right++;
          worst = Math.min(worst, scores[a] - scores[b]);
          if (i % 2 === 0) {
            ofKim.pairs++;
            if (scores[a] > scores[b]) ofKim.right++;
          }
        }
    });
    const row = found.byGroup.find(({ name }) => name === "validation");
    assert.deepEqual([row?.pairs, row?.value], [pairs, right / pairs]);
    const [validation] = found.figures.filter(({ group }) => group === "validation");
    const kim = validation.byLabeler.find(({ name }) => name === "kim");
    assert.deepEqual([kim?.pairs, kim?.value], [ofKim.pairs, ofKim.right / ofKim.pairs]);
    assert.deepEqual(
      validation.byDistance.map(({ name, pairs: n }) => [name, n]),
      [
        ["1", 60],
        ["2", 40],
        ["3", 20],
      ],
    );
    const first = found.worst.find(({ label }) => found.labels[label].group === "validation");
    assert.equal((first?.chosenScore ?? NaN) - (first?.rejectedScore ?? NaN), worst);
    assert.equal(
      found.wrong,
      found.labels.reduce((sum, each) => sum + each.pairs - each.right, 0),
    );
    assert.deepEqual(inspectScores(scored, []), found, "the same scores give other figures");
  });

  it("distributions share their bins, hold every score, and name the demonstrations first", () => {
    for (const { distributions, edges } of inspection.figures) {
      assert.equal(distributions[0].name, "demonstrations");
      for (const { n, counts, least, most } of distributions) {
        assert.equal(counts.length, edges.length - 1);
        assert.equal(
          counts.reduce((sum, count) => sum + count, 0),
          n,
        );
        assert.ok(edges[0] <= least && most <= edges[edges.length - 1]);
      }
    }
  });
});
