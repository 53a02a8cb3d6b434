import assert from "node:assert/strict";
import fc from "fast-check";
import type { BatchLabels } from "../../extension/data/itemContent";
import { fastReading } from "../../extension/data/labelHabits";
import { labelQuality, type LabelQuality } from "../../extension/data/labelQuality";
import type { LabelItem, RankingFile, RankingJudgement } from "../../extension/protocol/rankingFormat";
import { expectClose } from "../support/expectClose";
import { batchOf, labelItem, rankingOf, submitted } from "../support/labelBatches";

const abc = ["a", "b", "c"];
const items = ["1", "2", "3"].map((id) => labelItem(id, abc));
const quick = { resamples: 50 };

/** Two labelers, three items, by hand:
 *  1: a > b > c, a > c > b: ab and ac alike, bc opposite.                        2 of 3; tau (2 - 1)/3
 *  2: a = b > c, a > b > c: ac and bc alike, ab tied by the first.               2 of 2; tau 2/√(3·2)
 *  3: c > b > a, a > b > c: all opposite.                                        0 of 3; tau -1
 *  Together 4 of 8 pairs that both ordered, and 4 of all 9; mean tau (1/3 + 2/√6 - 1)/3. */
const worked = batchOf(items, {
  jin: { "1": "a > b > c", "2": "a = b > c", "3": "c > b > a" },
  mina: { "1": "a > c > b", "2": "a > b > c", "3": "a > b > c" },
});

/** A report without its last digits, which depend on the order of sums. */
const rounded = (quality: unknown): unknown =>
  JSON.parse(
    JSON.stringify(quality, (_, value: unknown) =>
      typeof value === "number" ? Number(value.toFixed(9)) : value,
    ),
  );

const texts = ["one", "two", "three", "two"];
/** Random labels: three labelers, up to six items, the third of which repeats the first, ties, drafts and ratings. */
const randomBatch: fc.Arbitrary<BatchLabels> = fc
  .array(
    fc.array(
      fc.record({
        status: fc.constantFrom("submitted", "submitted", "submitted", "draft", "skipped"),
        places: fc.array(fc.nat(3), { minLength: 4, maxLength: 4 }),
        likert: fc.array(fc.option(fc.integer({ min: 1, max: 7 })), { minLength: 4, maxLength: 4 }),
        flags: fc.array(fc.option(fc.subarray(["x", "y"])), { minLength: 4, maxLength: 4 }),
        activeMs: fc.option(fc.nat(60_000)),
      }),
      { minLength: 6, maxLength: 6 },
    ),
    { minLength: 3, maxLength: 3 },
  )
  .map((ofLabelers) => {
    const all = ["i1", "i2", "i3", "i4", "i5", "i6"].map((id, i) =>
      labelItem(id, texts, i === 2 ? "Prompt of i1" : `Prompt of ${id}`),
    );
    const rankings = ofLabelers.map((judgements, l) =>
      rankingOf(
        `labeler${l}`,
        Object.fromEntries(
          judgements.map(({ status, places, likert, flags, activeMs }, i): [string, RankingJudgement] => {
            const ids = all[i].responses.map(({ id }) => id);
            const tiers = [0, 1, 2, 3].map((tier) => ids.filter((_, r) => places[r] === tier));
            const ratings = ids.map((id, r) => [
              id,
              { ...(likert[r] !== null && { likert: likert[r] }), ...(flags[r] && { flags: flags[r] }) },
            ]);
            const overall = tiers.filter((tier) => tier.length > 0);
            return [
              all[i].id,
              {
                status: status as RankingJudgement["status"],
                tiers: { overall },
                ratings: Object.fromEntries(ratings) as NonNullable<RankingJudgement["ratings"]>,
                shownOrder: ids,
                submittedAt: `2026-01-02T03:04:0${i}Z`,
                ...(activeMs !== null && { activeMs }),
              },
            ];
          }),
        ),
      ),
    );
    return { batch: "b", items: all, rankings };
  });

describe("label quality", () => {
  it("two labelers and three items give the agreement computed by hand", () => {
    const { axes } = labelQuality([worked]);
    assert.deepEqual(
      axes.map(({ axis }) => axis),
      ["overall"],
    );
    const { all, byPair, byLabeler, contested } = axes[0];
    assert.deepEqual([all.rate, all.pairs, all.items, all.pairsWithTies, all.rankings], [4 / 8, 8, 3, 9, 3]);
    expectClose([all.rateWithTies ?? NaN, all.tau ?? NaN], [4 / 9, (1 / 3 + 2 / Math.sqrt(6) - 1) / 3]);
    assert.deepEqual(byPair, [{ labelers: ["jin", "mina"], figure: all }]);
    assert.deepEqual(byLabeler, [
      { labeler: "jin", figure: all },
      { labeler: "mina", figure: all },
    ]);
    assert.deepEqual(
      contested.map(({ itemId, opposite, pairs, labelers }) => [itemId, opposite, pairs, labelers]),
      [
        ["3", 3, 3, 2],
        ["1", 1, 3, 2],
      ],
    );
    assert.equal(all.interval, null); // three items are too few
  });

  it("the interval of agreement comes from items and not from pairs", () => {
    const many = Array.from({ length: 20 }, (_, i) => labelItem(`${i}`, abc));
    const intervalOf = (order: (i: number) => string): unknown => {
      const jin = Object.fromEntries(many.map(({ id }) => [id, "a > b > c"]));
      const mina = Object.fromEntries(many.map(({ id }, i) => [id, order(i)]));
      const { rate, interval } = labelQuality([batchOf(many, { jin, mina })]).axes[0].all;
      assert.equal(rate, 2 / 3);
      return interval;
    };
    // Items of 3/3 and of 1/3, half and half: a standard deviation of 1/3 an item, 1/3/√20 of the mean.
    const half = (1.96 * (1 / 3)) / Math.sqrt(20);
    const mixed = intervalOf((i) => (i % 2 === 0 ? "a > b > c" : "b > c > a"));
    expectClose(mixed as number[], [2 / 3 - half, 2 / 3 + half], 0.03);
    assert.equal(
      intervalOf(() => "a > c > b"),
      null,
    );
  });

  it("axes are never mixed", () => {
    const [first] = items;
    const axis = (order: string, other: string): RankingJudgement => ({
      ...submitted(first, order),
      tiers: { ...submitted(first, order).tiers, ...submitted(first, other, {}, "instruction").tiers },
    });
    const rankings = [
      rankingOf("jin", { "1": axis("a > b > c", "c > b > a") }),
      rankingOf("mina", { "1": axis("a > b > c", "a > b > c") }),
    ];
    const { axes } = labelQuality([{ batch: "b", items: [first], rankings }]);
    assert.deepEqual(
      axes.map(({ axis: name, all }) => [name, all.rate, all.tau]),
      [
        ["overall", 1, 1],
        ["instruction", 0, -1],
      ],
    );
  });

  it("without two labelers of one item, and without variation, figures are null and not made up", () => {
    const alone = labelQuality([batchOf(items, { jin: { "1": "a > b > c" }, mina: { "2": "a > b > c" } })]);
    const nothing = { rate: null, interval: null, pairs: 0, items: 0, rateWithTies: null };
    const none = { ...nothing, pairsWithTies: 0, tau: null, rankings: 0 };
    assert.deepEqual(alone.axes[0].all, none);
    assert.deepEqual(alone.axes[0].byLabeler, []);
    const ties = { "1": "a = b = c", "2": "a = b = c" };
    const tied = labelQuality([batchOf(items, { jin: ties, mina: ties })]).axes[0].all;
    assert.deepEqual(tied, { ...none, rateWithTies: 1, pairsWithTies: 6 });
    const same = { "1": "a > b > c", "2": "a > b > c" };
    const perfect = labelQuality([batchOf(items, { jin: same, mina: same })]).axes[0].all;
    assert.deepEqual([perfect.rate, perfect.tau, perfect.interval], [1, 1, null]);
    assert.deepEqual(labelQuality([]).axes, []);
  });

  it("held-out labelers are reported apart, and simulated ones are named so", () => {
    const order = (text: string) => ({ "1": text });
    const batch = batchOf(items, {
      jin: order("a > b > c"),
      "simulated-training-1": order("a > b > c"),
      mina: order("c > b > a"),
      suji: order("c > a > b"),
    });
    const { axes, labelers } = labelQuality([batch], { heldOut: new Set(["mina", "suji"]) });
    assert.deepEqual([axes[0].training.rate, axes[0].training.pairs], [1, 3]);
    assert.deepEqual([axes[0].heldOut.rate, axes[0].heldOut.pairs], [2 / 3, 3]);
    assert.equal(axes[0].all.pairs, 18);
    assert.deepEqual(
      labelers.map(({ labeler, isSimulated, isHeldOut }) => [labeler, isSimulated, isHeldOut]),
      [
        ["jin", false, false],
        ["mina", false, true],
        ["simulated-training-1", true, false],
        ["suji", false, true],
      ],
    );
  });

  it("repeated items are found by their content and compare labelers with themselves, not twice with others", () => {
    const first = labelItem("1", abc, "Sing.");
    const again: LabelItem = { ...labelItem("2", ["c", "a", "b"], "Sing."), promptId: "other" };
    const other = labelItem("3", abc, "Sing!");
    const batch = batchOf([first, again, other], {
      jin: { "1": "a > b > c", "2": "a > c > b", "3": "c > b > a" },
      mina: { "2": "a > b > c" },
    });
    const { repeats, axes } = labelQuality([batch], quick);
    assert.equal(repeats, 1);
    assert.deepEqual([axes[0].self.all.rate, axes[0].self.all.pairs], [2 / 3, 3]);
    assert.deepEqual(
      axes[0].self.byLabeler.map(({ labeler }) => labeler),
      ["jin"],
    );
    // Jin's first judgement of the content agrees with Mina's in all pairs.
    assert.deepEqual([axes[0].all.rate, axes[0].all.pairs], [1, 3]);
    const later = { "1": submitted(first, "c > b > a", { submittedAt: "2026-01-02T00:00:00Z" }) };
    const earlier = { "2": submitted(again, "a > b > c", { submittedAt: "2026-01-01T00:00:00Z" }) };
    const timed = { ...batch, rankings: [rankingOf("jin", { ...later, ...earlier }), batch.rankings[1]] };
    assert.equal(labelQuality([timed], quick).axes[0].all.rate, 1);
  });

  it("repeats across batches count too, and contested items name their batch", () => {
    const one = batchOf([items[0]], { jin: { "1": "a > b > c" } });
    const two = { ...batchOf([items[0]], { mina: { "1": "c > b > a" } }), batch: "c" };
    const { axes, batches } = labelQuality([one, two], quick);
    assert.deepEqual([batches, axes[0].all.pairs, axes[0].contested[0].batch], [["b", "c"], 3, "b"]);
  });

  it("names, ids and the order of files and items change nothing", () => {
    const rename: Readonly<Record<string, string>> = { labeler0: "z", labeler1: "a", labeler2: "m" };
    const turned = ({ items: all, rankings }: BatchLabels): BatchLabels => {
      const newItem = (item: LabelItem): LabelItem => ({
        ...item,
        id: `new ${item.id}`,
        responses: [...item.responses].map((response) => ({ ...response, id: `x${response.id}` })),
      });
      const newFile = (file: RankingFile): RankingFile => {
        const text = JSON.stringify(file.judgements).replace(/"r(\d)"/g, '"xr$1"');
        const judgements = Object.entries(JSON.parse(text) as RankingFile["judgements"]).reverse();
        return {
          ...file,
          labeler: rename[file.labeler],
          judgements: Object.fromEntries(judgements.map(([id, judged]) => [`new ${id}`, judged])),
        };
      };
      return { batch: "b", items: all.map(newItem).reverse(), rankings: rankings.map(newFile).reverse() };
    };
    const figures = (quality: LabelQuality, nameOf: (labeler: string) => string): unknown => {
      const { axes, likert, flags, medianSeconds, patterns } = quality;
      return rounded({
        likert,
        medianSeconds,
        flags: flags.map(({ byPair, ...flag }) => ({
          ...flag,
          byPair: byPair.map(({ labelers, ...of }) => [labelers.map(nameOf).sort().join(), of]).sort(),
        })),
        patterns: patterns
          .map((pattern) => JSON.stringify({ ...pattern, labeler: nameOf(pattern.labeler) }))
          .sort(),
        axes: axes.map(({ all, byLabeler, byPair, self }) => ({
          all,
          self: self.all,
          byLabeler: byLabeler
            .map(({ labeler, figure }) => JSON.stringify(rounded([nameOf(labeler), figure])))
            .sort(),
          byPair: byPair
            .map(({ labelers, figure }) => JSON.stringify(rounded([labelers.map(nameOf).sort(), figure])))
            .sort(),
        })),
      });
    };
    fc.assert(
      fc.property(randomBatch, (batch) => {
        const before = figures(labelQuality([batch], quick), (labeler) => rename[labeler]);
        assert.deepEqual(
          figures(labelQuality([turned(batch)], quick), (labeler) => labeler),
          before,
        );
      }),
      { numRuns: 60 },
    );
  });

  it("every interval contains its estimate, and figures are in their ranges or null", () => {
    fc.assert(
      fc.property(randomBatch, (batch) => {
        const { axes, likert, flags } = labelQuality([batch], { resamples: 400 });
        for (const { all, byLabeler, byPair, self } of axes)
          for (const { rate, interval, tau, pairs, pairsWithTies } of [
            all,
            self.all,
            ...[...byLabeler, ...byPair].map(({ figure }) => figure),
          ]) {
            assert.ok(rate === null ? pairs === 0 : rate >= 0 && rate <= 1);
            assert.ok(interval === null || (interval[0] <= (rate ?? NaN) && (rate ?? NaN) <= interval[1]));
            assert.ok(tau === null || Math.abs(tau) <= 1 + 1e-12);
            assert.ok(pairs <= pairsWithTies);
          }
        for (const { alpha } of [likert, ...flags]) assert.ok(alpha === null || alpha <= 1 + 1e-12);
      }),
      { numRuns: 60 },
    );
  });

  it("agreement on Likert scores and flags counts what was said, not what was left out", () => {
    const [first] = items;
    const rated = (scores: readonly number[], flags: readonly (string[] | undefined)[]): RankingJudgement =>
      submitted(first, "a > b > c", {
        ratings: Object.fromEntries(
          scores.map((likert, i) => [`r${i + 1}`, { likert, ...(flags[i] && { flags: flags[i] }) }]),
        ),
      });
    const rankings = [
      rankingOf("jin", { "1": rated([1, 1, 3], [["h"], [], undefined]) }),
      rankingOf("mina", { "1": rated([1, 2, 3], [["h"], ["h"], []]) }),
      // She ranks, and rates nothing in the whole batch.
      rankingOf("suji", { "1": submitted(first, "a > b > c") }),
    ];
    const { likert, flags } = labelQuality([{ batch: "b", items: [first], rankings }]);
    // The units 1 1 / 1 2 / 3 3 of krippendorffAlphaOrdinal()'s example.
    expectClose(likert.alpha ?? NaN, 1 - 40 / 180);
    assert.deepEqual([likert.responses, likert.ratings], [3, 6]);
    // h: set set / not set, set / not set twice. n = 6, D_o = 2/6, D_e = 2·3·3/(6·5): α = 1 - 10/18. κ: (3·2 - 4)/(9 - 4).
    expectClose([flags[0].alpha ?? NaN, flags[0].byPair[0].kappa ?? NaN], [4 / 9, 0.4]);
    assert.deepEqual(flags, [
      {
        flag: "h",
        set: 3,
        decisions: 6,
        alpha: flags[0].alpha,
        responses: 3,
        byPair: [{ labelers: ["jin", "mina"], kappa: flags[0].byPair[0].kappa, responses: 3 }],
      },
    ]);
  });

  it("labelers' judgements are counted by status, and their time by the median of what was submitted", () => {
    const judged = (ms: number): RankingJudgement => submitted(items[0], "a > b > c", { activeMs: ms });
    const all = ["1", "2", "3", "4", "5"].map((id) => labelItem(id, abc));
    const file = rankingOf("jin", {
      "1": judged(4000),
      "2": judged(10_000),
      "3": { status: "draft", activeMs: 90_000 },
      "4": { status: "skipped" },
      "5": { status: "unrankable" },
    });
    const { labelers, medianSeconds } = labelQuality([{ batch: "b", items: all, rankings: [file] }]);
    assert.deepEqual(labelers[0], {
      labeler: "jin",
      isSimulated: false,
      isHeldOut: false,
      judgements: { draft: 1, submitted: 2, skipped: 1, unrankable: 1 },
      medianSeconds: 7,
      timed: 2,
    });
    assert.equal(medianSeconds, 7);
  });
});

describe("patterns of labels", () => {
  const ten = Array.from({ length: 10 }, (_, i) => labelItem(`i${i}`, abc));
  const patternsOf = (judge: (item: LabelItem, i: number) => RankingJudgement): readonly unknown[] => {
    const judgements = ten.map((item, i) => [item.id, judge(item, i)] as const);
    const rankings = [rankingOf("jin", Object.fromEntries(judgements))];
    return labelQuality([{ batch: "b", items: ten, rankings }]).patterns;
  };
  const orders = ["a > b > c", "b > c > a", "c > a > b", "c > b > a", "b > a > c"];

  it("honest judgements have none", () => {
    const shownOrder = ["r1", "r2", "r3"];
    assert.deepEqual(
      patternsOf((item, i) => submitted(item, orders[i % 5], { shownOrder, activeMs: 30_000 })),
      [],
    );
  });
  it("the shown order kept more often than chance gives is named", () => {
    const kept = patternsOf((item, i) =>
      submitted(item, i < 6 ? "b > a > c" : "a > b > c", { shownOrder: ["r2", "r1", "r3"] }),
    );
    // P(at least 6 of 10 at 1/6) = 0.0024.
    assert.equal(kept.length, 1);
    const { byChance, expected, ...rest } = kept[0] as { byChance: number; expected: number };
    assert.deepEqual(rest, { labeler: "jin", kind: "shownOrder", axis: "overall", same: 6, items: 10 });
    expectClose([byChance, expected], [0.002438, 10 / 6], 1e-6);
    // Four of ten happen by chance in 7 % of cases.
    const few = patternsOf((item, i) =>
      submitted(item, i < 4 ? "b > a > c" : "a > b > c", { shownOrder: ["r2", "r1", "r3"] }),
    );
    assert.deepEqual(few, []);
    // Nobody is shown a tie, so a ranking with one keeps no order.
    const tied = patternsOf((item) => submitted(item, "b > a = c", { shownOrder: ["r2", "r1", "r3"] }));
    assert.deepEqual(tied, []);
  });
  it("ties throughout, one Likert score, and scores against the ranking are named", () => {
    assert.deepEqual(
      patternsOf((item, i) => submitted(item, i < 5 ? "a = b = c" : orders[i % 5])),
      [{ labeler: "jin", kind: "allTied", axis: "overall", tied: 5, items: 10 }],
    );
    const likert = (...scores: number[]): Partial<RankingJudgement> => ({
      ratings: Object.fromEntries(scores.map((score, i) => [`r${i + 1}`, { likert: score }])),
    });
    assert.deepEqual(
      patternsOf((item, i) => submitted(item, orders[i % 5], likert(4, 4, 4))),
      [{ labeler: "jin", kind: "constantLikert", likert: 4, ratings: 30 }],
    );
    // a > b > c with 5, 7, 1: ab contradicts, ac and bc do not.
    assert.deepEqual(
      patternsOf((item) => submitted(item, "a > b > c", likert(5, 7, 1))),
      [{ labeler: "jin", kind: "likertAgainstRanking", against: 10, pairs: 30 }],
    );
  });
  it("less time than reading takes is named", () => {
    // "Prompt of i0" and three words: six words, 0.72 s at 500 words a minute.
    assert.equal(fastReading, 500);
    const of = (fast: number) =>
      patternsOf((item, i) => submitted(item, orders[i % 5], { activeMs: i < fast ? 719 : 721 }));
    assert.deepEqual(of(3), [{ labeler: "jin", kind: "fast", fast: 3, items: 10 }]);
    assert.deepEqual(of(2), []);
  });
});
