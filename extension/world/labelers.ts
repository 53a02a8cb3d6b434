import { pairwiseAgreement, type Agreement, type LabeledRanking } from "../algorithms/agreement";
import { createRng, type Rng } from "../algorithms/rng";
import type { Prompt } from "../data/records";
import { judge, type Judgement } from "./judge";

/** A labeler made of rules: every label of one carries its name. */
export interface SimulatedLabeler {
  /** "simulated-…" */
  readonly name: string;
  readonly group: "training" | "heldOut";
  /** Tiers of indices into the responses, best first. */
  rank(prompt: Pick<Prompt, "text" | "meta">, responses: readonly string[], rng: Rng): number[][];
}

/**
 * Standard deviation of a labeler's error on one response, in units of the judge's score. Set so that training labelers agree with one another on
 * 72.6 % of pairs and held-out ones on 77.3 % (Ouyang et al. 2022, §3.4) on the SFT model's answers in the sample; `labelerAgreement` measures it.
 */
export const labelerNoise = { training: 0.12, heldOut: 0.09 } as const;

/** Responses whose perceived quality differs by less are tied. */
const tieMargin = 0.03;
const perGroup = { training: 5, heldOut: 3 } as const;
/** How differently the axes weigh for different labelers: relative standard deviation. */
const weightSpread = 0.2;

/** The labelers of a seed: five who label for training and three who only judge at the end. */
export function simulatedLabelers(
  seed: number,
  noise: { readonly training: number; readonly heldOut: number } = labelerNoise,
): SimulatedLabeler[] {
  const rng = createRng(seed).split("labelers");
  return (["training", "heldOut"] as const).flatMap((group) =>
    Array.from({ length: perGroup[group] }, (_, i) => {
      const name = `simulated-${group === "training" ? "training" : "held-out"}-${i + 1}`;
      return labeler(name, group, noise[group], rng.split(name));
    }),
  );
}

function labeler(name: string, group: "training" | "heldOut", noise: number, own: Rng): SimulatedLabeler {
  const weight = (size: number): number => size * Math.max(0, 1 + weightSpread * own.normal());
  const weights = { instruction: weight(0.4), preference: weight(0.35), truthful: weight(0.25) };
  const total = weights.instruction + weights.preference + weights.truthful;
  const perceived = (judgement: Judgement): number => {
    const { instruction, preference, truthful, harmless, attempt } = judgement;
    const gated = weights.preference * preference.score + weights.truthful * truthful.score;
    return (harmless.score * (weights.instruction * instruction.score + attempt.score * gated)) / total;
  };
  return {
    name,
    group,
    rank: (prompt, responses, rng) => {
      const seen = responses.map((response) => {
        const judgement = judge(prompt, response);
        return (judgement === null ? 0.5 : perceived(judgement)) + noise * rng.normal();
      });
      return tiersOf(seen);
    },
  };
}

/** Indices by falling score; neighbours that are closer than the margin share a tier. */
function tiersOf(scores: readonly number[]): number[][] {
  const order = scores.map((_, i) => i).sort((a, b) => scores[b] - scores[a] || a - b);
  const tiers: number[][] = [];
  for (const [place, i] of order.entries()) {
    if (place > 0 && scores[order[place - 1]] - scores[i] < tieMargin) tiers[tiers.length - 1].push(i);
    else tiers.push([i]);
  }
  return tiers;
}

/** Prompts with the responses to be ranked. */
export interface RankingItem {
  readonly prompt: Pick<Prompt, "id" | "text" | "meta">;
  readonly responses: readonly string[];
}

/** How often labelers of one group order two responses alike. */
export function labelerAgreement(
  labelers: readonly SimulatedLabeler[],
  items: readonly RankingItem[],
  seed: number,
): Agreement {
  const rng = createRng(seed).split("agreement");
  const rankings = items.flatMap(({ prompt, responses }): LabeledRanking[] =>
    labelers.map(({ name, rank }) => ({
      item: prompt.id,
      labeler: name,
      tiers: rank(prompt, responses, rng.split(`${prompt.id} ${name}`)).map((tier) => tier.map(String)),
    })),
  );
  return pairwiseAgreement(rankings);
}
