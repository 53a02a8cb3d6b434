import { inspectScores, type ScoredComparison } from "../../extension/data/rewardInspection";
import { encodeJson } from "../../extension/protocol/codec";
import {
  inspectionFormatVersion,
  withoutExamples,
  type Inspection,
} from "../../extension/protocol/inspectionFormat";
import {
  rewardTextKeys,
  type RewardState,
  type RewardTextKey,
} from "../../extension/protocol/rewardMessages";

/** A text for every key of the reward inspector, in place of the host's translations. A button's longer name begins with what stands on it. */
export function rewardTextExamples(): Readonly<Record<RewardTextKey, string>> {
  const plain: readonly string[] = ["load", "remove"];
  const textOf = (key: string): string => (plain.includes(key) ? key : `${key.replace(/Of$/, "")} {0} {1}`);
  return Object.fromEntries(rewardTextKeys.map((key) => [key, textOf(key)])) as Record<RewardTextKey, string>;
}

/** What no file may become markup of, and text that runs from right to left. */
export const hostile = '</script><img src="x" onerror="document.title=1">';
export const rightToLeft = "مرحبا بالعالم";

/** A comparison of K responses, best first, with their scores and lengths. */
export function scoredComparison(
  id: string,
  scores: readonly number[],
  more: Partial<ScoredComparison> & { readonly labeler?: string; readonly prompt?: string } = {},
): ScoredComparison {
  const { labeler = "kim", prompt = `prompt ${id}`, ...rest } = more;
  return {
    comparison: {
      ...{ id: `round/${id}/${labeler}/overall`, prompt, labeler, axis: "overall" },
      responses: scores.map((_, i) => ({ id: `${id}/r${i}`, text: `response ${i} to ${id}` })),
      tiers: scores.map((_, i) => [i]),
    },
    ...{ group: "validation", place: { batch: "round", item: id, labeler }, promptKind: null, useCase: null },
    ...{ scores, tokens: scores.map((_, i) => 3 + i), ...rest },
  };
}

const round3 = (x: number): number => Math.round(1000 * x) / 1000;

/** Forty labels of two labelers, of which some are ordered wrongly, with text that is hard to show. */
export function exampleInspection(spread = 1): Inspection {
  const scored = Array.from({ length: 40 }, (_, i) => {
    const wave = (k: number): number => round3(spread * (Math.sin(3.7 * i + 2.1 * k) - 0.4 * k));
    const each = scoredComparison(String(i), [wave(0), wave(1), wave(2), wave(3)], {
      labeler: i % 3 === 0 ? "lee" : "kim",
      group: i < 20 ? "validation" : i < 34 ? "training" : "heldOut",
      promptKind: i % 2 === 0 ? "plain" : "few-shot",
      useCase: i % 4 === 0 ? "chat" : "generation",
      tokens: [5 + (i % 7), 8 + (i % 5), 12, 6],
    });
    if (i !== 3) return each;
    const [first, ...others] = each.comparison.responses;
    const responses = [
      { ...first, text: hostile },
      ...others.map((r) => ({ ...r, text: `${rightToLeft} ${r.text}` })),
    ];
    return { ...each, comparison: { ...each.comparison, prompt: `${hostile} ${rightToLeft}`, responses } };
  });
  const others = (["demonstrations", "sft", "ppo"] as const).map((name, n) => ({
    ...{ name, source: `source of ${name}` },
    answers: Array.from({ length: 60 }, (_, i) => ({
      ...{ label: null, prompt: `asked ${i}`, text: `answer ${i} of ${name}` },
      score: round3(Math.sin(1.3 * i) + (n - 0.2) * 0.5),
    })),
  }));
  return {
    ...{ formatVersion: inspectionFormatVersion, run: "rm-20260101T000000Z-0001", axis: "overall" },
    ...{ modelHash: "m", sourcesHash: "s", leftOut: 1, ...inspectScores(scored, others) },
    probes: [{ id: "p1", score: 0.25 }],
  };
}

export function rewardState(change: Partial<RewardState> = {}): RewardState {
  return {
    ...{ project: "/p", run: "rm-20260101T000000Z-0001", name: "first" },
    working: { isInspecting: false, done: 0, total: 0, problem: null },
    inspection: exampleInspection(),
    others: [
      {
        ...{ run: "rm-20260101T000000Z-0002", name: "second", axis: "instruction" },
        ...{ summary: null, figures: null },
        probes: [{ id: "p1", score: NaN }],
      },
    ],
    ...{ corrections: [], use: null },
    probes: [{ id: "p1", prompt: "say hello", response: rightToLeft }],
    probing: { status: "off", problem: null },
    result: null,
    ...change,
  };
}

/** As the host sends it. */
export const onTheLine = (value: object): object => JSON.parse(encodeJson(value)) as object;

/** With a model of another axis that has been inspected too; its scores are further apart. */
export function twoAxes(change: Partial<RewardState> = {}): RewardState {
  const state = rewardState(change);
  const { figures } = exampleInspection(2);
  const other = figures.find(({ group }) => group === "validation") ?? null;
  const others = state.others.map((each) => ({ ...each, figures: other && withoutExamples(other) }));
  return { ...state, others };
}
