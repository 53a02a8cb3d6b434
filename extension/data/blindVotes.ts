import { isObject } from "../protocol/codec";
import type { Comparison } from "./records";

/** One of the two answers of a trial and how it came about. */
export interface BlindAnswer {
  /** Model reference. */
  readonly model: string;
  readonly checkpointHash: string;
  readonly text: string;
  /** What it was drawn with. */
  readonly seed: number;
}

export interface BlindTrial {
  readonly id: string;
  readonly prompt: string;
  readonly promptId?: string;
  readonly labeler?: string;
  /** As they were shown: left, right. */
  readonly shown: readonly [BlindAnswer, BlindAnswer];
  readonly vote: "left" | "right" | "tie" | "bothBad";
  readonly temperature: number;
  /** The sides of the n-th trial were drawn from `sideSeed` and n. */
  readonly sideSeed: number;
  readonly trial: number;
  readonly createdAt: string;
}

const source = "blind A/B";

/** A vote as a comparison, which reward models train on. Both bad is a tie that says so in its meta. */
export function comparisonOfVote({ shown, vote, ...trial }: BlindTrial): Comparison {
  const { id, prompt, promptId, labeler, temperature, sideSeed, trial: number, createdAt } = trial;
  const tiers = vote === "left" ? [[0], [1]] : vote === "right" ? [[1], [0]] : [[0, 1]];
  return {
    id,
    prompt,
    ...(promptId !== undefined && { promptId }),
    ...(labeler !== undefined && { labeler }),
    axis: "overall",
    responses: shown.map(({ text, model }, i) => ({ id: i === 0 ? "left" : "right", text, model })),
    tiers,
    meta: {
      source,
      bothBad: vote === "bothBad",
      checkpointHashes: shown.map(({ checkpointHash }) => checkpointHash),
      seeds: shown.map(({ seed }) => seed),
      temperature,
      sideSeed,
      trial: number,
      createdAt,
    },
  };
}

export interface VoteCounts {
  readonly first: number;
  readonly second: number;
  /** Those of `bothBad` among them. */
  readonly ties: number;
  readonly bothBad: number;
}

/** What the blind votes among comparisons say about two models, which their weights' hashes name. */
export function countVotes(
  comparisons: readonly Comparison[],
  [first, second]: readonly [string, string],
): VoteCounts {
  const counts = { first: 0, second: 0, ties: 0, bothBad: 0 };
  for (const { meta, tiers } of comparisons) {
    const hashes = meta?.source === source ? meta.checkpointHashes : undefined;
    if (!Array.isArray(hashes) || hashes.length !== 2) continue;
    const isSame = hashes[0] === first && hashes[1] === second;
    if (!isSame && !(hashes[0] === second && hashes[1] === first)) continue;
    if (tiers.length === 1) {
      counts.ties++;
      if (isObject(meta) && meta.bothBad === true) counts.bothBad++;
    } else if ((tiers[0][0] === 0) === isSame) counts.first++;
    else counts.second++;
  }
  return counts;
}
