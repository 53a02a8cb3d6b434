import assert from "node:assert/strict";
import { parseGold, parseScreeningFile, type GoldItem } from "../../extension/data/goldItems";
import { labelQuality } from "../../extension/data/labelQuality";
import type { LabelItem, RankingJudgement } from "../../extension/protocol/rankingFormat";
import { screeningMinimum, type LabelerScreening } from "../../extension/data/screening";
import { isProblem } from "../../extension/protocol/problem";
import { good } from "../support/fakeRuns";
import { labelItem, rankingOf, submitted } from "../support/labelBatches";

const gold = {
  id: "g1",
  prompt: "Say it.",
  responses: [{ text: "kind" }, { text: "rude" }, { text: "vile" }],
  tiers: [[0], [2, 1]],
  flags: [[], ["insult"], ["insult", "threat"]],
  sensitive: true,
} satisfies GoldItem;

const lineOf = (change: Record<string, unknown>): string => JSON.stringify({ ...gold, ...change });

describe("gold items", () => {
  it("parseGold() reads what is right and names each line that is not", () => {
    const other = { ...gold, id: "g2", prompt: "Say it again.", flags: undefined, sensitive: undefined };
    const text = [lineOf({}), "", JSON.stringify(other), "{"].join("\r\n");
    const { records, problems } = parseGold(`\ufeff${text}`, "gold.jsonl");
    assert.deepEqual(records, [gold, JSON.parse(JSON.stringify(other))]);
    assert.deepEqual(problems, [
      { line: 4, message: "gold.jsonl, line 4 is not valid JSON at column 2: the text ends too early." },
    ]);
    assert.deepEqual(parseGold("", "gold.jsonl"), { records: [], problems: [] });
  });

  it("parseGold() says what is wrong with an item", () => {
    const wrong = (change: Record<string, unknown>): string =>
      parseGold(lineOf(change), "g").problems[0].message;
    const many = Array.from({ length: 10 }, (_, i) => ({ text: `${i}` }));
    assert.equal(
      wrong({ responses: many }),
      'g, line 1: "responses" must hold 2 to 9 responses, but holds 10.',
    );
    assert.equal(
      wrong({ tiers: [[0], [1, 3]] }),
      'g, line 1: "tiers" names the response 3, but they are numbered from 0 to 2.',
    );
    assert.equal(wrong({ tiers: [[0], [1, 0, 2]] }), 'g, line 1: "tiers" holds the response 0 twice.');
    assert.equal(wrong({ tiers: [[0], [2]] }), 'g, line 1: "tiers" leaves out the response 1.');
    assert.equal(
      wrong({ flags: [[]] }),
      'g, line 1: "flags" must hold a list for each of the 3 responses, but holds 1.',
    );
    assert.match(wrong({ responses: [{ text: "a", id: "r1" }, { text: "b" }] }), /there is no field "id"/);
    assert.match(
      wrong({ tiers: [[-1]] }),
      /"tiers\[0\]\[0\]" must be a whole number of at least 0, but is -1/,
    );
    assert.match(wrong({ sensitive: "yes" }), /"sensitive" must be true or false, but is "yes"/);
  });

  it("parseGold() refuses an id twice, and one content twice in any order", () => {
    const twice = parseGold([lineOf({}), lineOf({ prompt: "Other." })].join("\n"), "g");
    assert.equal(twice.problems[0].message, "g, line 2: the id already stands in line 1: keep one of them.");
    const turned = lineOf({ id: "g2", responses: [...gold.responses].reverse(), tiers: [[2], [0, 1]] });
    assert.equal(
      parseGold([lineOf({}), turned].join("\n"), "g").problems[0].message,
      "g, line 2: the prompt with the same responses already stands in line 1: keep one of them.",
    );
  });

  it("parseScreeningFile() reads what is known of a labeler and names what is wrong", () => {
    const file = {
      formatVersion: 1,
      labeler: "jin",
      demonstrationScores: [{ demonstrationId: "d1", score: 7, by: "lead" }, { score: 5 }],
      selfAssessment: { women: 4, "older people": 2 },
    };
    assert.deepEqual(good(parseScreeningFile(JSON.stringify(file), "f")), file);
    const wrong = (change: Record<string, unknown>): string => {
      const parsed = parseScreeningFile(JSON.stringify({ ...file, ...change }), "f");
      return isProblem(parsed) ? parsed.message : "";
    };
    assert.match(wrong({ formatVersion: 2 }), /^f has format 2, newer than 1,/);
    assert.match(
      wrong({ demonstrationScores: [{ score: 8 }] }),
      /^f: "demonstrationScores\[0\]\.score" must be a whole number from 1 to 7, but is 8\.$/,
    );
    assert.match(
      wrong({ selfAssessment: { women: 0 } }),
      /"selfAssessment\.women" must be .* 1 to 5, but is 0/,
    );
    assert.match(wrong({ labeler: "../x" }), /"labeler" must be a labeler's name/);
    assert.ok(isProblem(parseScreeningFile("[", "f")));
  });
});

describe("screening", () => {
  /** Ten gold items in a batch, their responses in another order than gold has them, and neither in the alphabet's. */
  const golds: GoldItem[] = Array.from({ length: 10 }, (_, i) => ({
    id: `g${i}`,
    prompt: `Say ${i}.`,
    responses: [{ text: "vile" }, { text: "kind" }, { text: "rude" }],
    tiers: [[1], [0, 2]],
    flags: [["insult", "threat"], [], ["insult"]],
    sensitive: true,
  }));
  const items: LabelItem[] = golds.map(({ prompt }, i) =>
    labelItem(`i${i}`, ["rude", "vile", "kind"], prompt),
  );
  const flagged = (...flags: string[][]): Partial<RankingJudgement> => ({
    ratings: Object.fromEntries(flags.map((list, i) => [`r${i + 1}`, { flags: list }])),
  });
  const screen = (
    judge: (item: LabelItem, i: number) => RankingJudgement | null,
    scores: readonly number[] = [],
  ): LabelerScreening => {
    const judgements = items.flatMap((item, i) => {
      const judgement = judge(item, i);
      return judgement === null ? [] : [[item.id, judgement] as const];
    });
    const rankings = [rankingOf("jin", Object.fromEntries(judgements))];
    const file = {
      formatVersion: 1,
      labeler: "jin",
      demonstrationScores: scores.map((score) => ({ score })),
    };
    const { screening } = labelQuality([{ batch: "b", items, rankings }], {
      gold: golds,
      screeningFiles: [file],
    });
    return screening?.labelers[0] ?? assert.fail("no screening");
  };

  it("a labeler who judges as gold does meets the cut-offs, wherever the responses stand", () => {
    // Gold ties vile and rude, so that two of three pairs of an item count: 20 pairs, too few.
    const few = screen((item) => submitted(item, "kind > rude > vile", flagged(["insult"], ["threat"], [])));
    assert.deepEqual(few.rankings, { value: 1, n: 20, cutOff: 0.75, outcome: "notEnough", items: 10 });
    assert.deepEqual(few.flagging, {
      value: 1,
      n: 30,
      cutOff: 0.75,
      outcome: "met",
      kappa: 1,
      ofSensitiveItems: 30,
    });
  });

  it("who flags nothing is below the cut-off, with a kappa of 0, and who flags what gold does not know too", () => {
    for (const flag of [[], ["long"]]) {
      const { flagging } = screen((item) => submitted(item, "kind > rude > vile", flagged(flag, flag, flag)));
      assert.deepEqual([flagging.outcome, flagging.kappa], ["below", 0]);
      assert.ok(Math.abs((flagging.value ?? 0) - 1 / 3) < 1e-12);
    }
  });

  it("what was not judged, and what is not gold, does not count", () => {
    const none = screen((item, i) =>
      i === 0 ? { status: "draft" } : i === 1 ? submitted(item, "kind > rude > vile") : null,
    );
    assert.deepEqual([none.flagging.value, none.flagging.n, none.flagging.outcome], [null, 0, "notEnough"]);
    assert.deepEqual([none.rankings.value, none.rankings.n], [1, 2]);
    const stranger = labelItem("s", ["vile", "kind"], "Say 0.");
    const rankings = [rankingOf("jin", { s: submitted(stranger, "vile > kind") })];
    const { screening } = labelQuality([{ batch: "b", items: [stranger], rankings }], { gold: golds });
    assert.equal(screening?.labelers[0].rankings.n, 0);
  });

  it("demonstrations need 6 of 7 on average, over enough of them", () => {
    assert.equal(screeningMinimum.demonstrations, 3);
    const of = (...scores: number[]) => screen(() => null, scores).demonstrations;
    assert.deepEqual(of(5, 6, 7), { value: 6, n: 3, cutOff: 6, outcome: "met" });
    assert.deepEqual(of(5, 6, 6).outcome, "below");
    assert.deepEqual(of(7, 7).outcome, "notEnough");
    assert.deepEqual(of(), { value: null, n: 0, cutOff: 6, outcome: "notEnough" });
  });

  it("self-assessments are told by labeler and by group, and a project without any of it has no screening", () => {
    const files = [
      { formatVersion: 1, labeler: "jin", selfAssessment: { women: 4, "older people": 2 } },
      { formatVersion: 1, labeler: "mina", selfAssessment: { women: 5 } },
    ];
    const { screening } = labelQuality([], { screeningFiles: files });
    assert.deepEqual(screening?.groups, [
      { group: "older people", able: 0, assessed: 1 },
      { group: "women", able: 2, assessed: 2 },
    ]);
    assert.deepEqual(
      screening.labelers.map(({ labeler, selfAssessment }) => [labeler, selfAssessment.length]),
      [
        ["jin", 2],
        ["mina", 1],
      ],
    );
    assert.equal(labelQuality([]).screening, null);
  });
});
