import { scaledScore, tokenTerms, type TermInput } from "../../extension/algorithms/tokenTerms";
import type {
  RolloutConstants,
  RolloutEpisode,
  RolloutTextKey,
} from "../../extension/protocol/rolloutMessages";
import { numberText, termText } from "./numbers";

/** An equation with its name, in letters and in this token's numbers. */
export interface Equation {
  readonly name: RolloutTextKey;
  readonly letters: string;
  readonly numbers: string;
}

/** An episode's numbers, list by list. */
export function termInput({ tokens, score, endReached }: RolloutEpisode): TermInput {
  return {
    logprobs: tokens.map(({ logprob }) => logprob),
    referenceLogprobs: tokens.map(({ referenceLogprob }) => referenceLogprob),
    values: tokens.map(({ value }) => value),
    rewards: tokens.map(({ reward }) => reward),
    advantages: tokens.map(({ advantage }) => advantage),
    ratiosAfter: tokens.map(({ ratioAfter }) => ratioAfter),
    score,
    endReached,
  };
}

/** score′ written out; the penalty is subtracted where the response has no end. */
export function scoreEquation(
  { score, endReached }: Pick<RolloutEpisode, "score" | "endReached">,
  constants: RolloutConstants,
): Equation {
  const { scoreDivisor, missingEndPenalty } = constants;
  const penalty = endReached ? "" : ` − ${termText(missingEndPenalty)}`;
  const value = numberText(scaledScore(score, endReached, constants));
  return {
    name: "termScore",
    letters: endReached ? "score′ = score / s" : "score′ = score / s − p",
    numbers: `${numberText(score)} / ${termText(scoreDivisor ?? NaN)}${penalty} = ${value}`,
  };
}

/** The objective's terms of token t, from the reward to the loss: algorithms/tokenTerms.ts says where they come from. */
export function equationsOf(
  episode: RolloutEpisode,
  t: number,
  constants: RolloutConstants,
): readonly Equation[] {
  const token = episode.tokens[t];
  const terms = tokenTerms(termInput(episode), constants)[t];
  const { gamma, lambda, clipRange } = constants;
  const isLast = t === episode.tokens.length - 1;
  const advantage = termText(token.advantage);
  const n = numberText;
  const scored = isLast ? ` + ${termText(terms.score)}` : "";
  return [
    {
      name: "termKl",
      letters: "klₜ = log π(yₜ) − log πref(yₜ)",
      numbers: `${n(token.logprob)} − ${termText(token.referenceLogprob)} = ${n(terms.kl)}`,
    },
    ...(isLast ? [scoreEquation(episode, constants)] : []),
    {
      name: "termReward",
      letters: isLast ? "rₜ = −β · klₜ + score′" : "rₜ = −β · klₜ",
      numbers: `−${n(constants.klCoef ?? NaN)} · ${termText(terms.kl)}${scored} = ${n(terms.reward)}`,
    },
    {
      name: "termDelta",
      letters: "δₜ = rₜ + γ · Vₜ₊₁ − Vₜ",
      numbers: `${n(token.reward)} + ${n(gamma)} · ${termText(terms.nextValue)} − ${termText(token.value)} = ${n(terms.delta)}`,
    },
    {
      name: "termEstimate",
      letters: "Âₜ = δₜ + γ · λ · Âₜ₊₁",
      numbers: `${n(terms.delta)} + ${n(gamma)} · ${n(lambda)} · ${termText(terms.nextEstimate)} = ${n(terms.estimate)}`,
    },
    {
      name: constants.whitenAdvantages ? "termWhitened" : "termSame",
      letters: constants.whitenAdvantages ? "Aₜ = (Âₜ − mean Â) / sd Â" : "Aₜ = Âₜ",
      numbers: n(token.advantage),
    },
    {
      name: "termLoss",
      letters: "max(−Aₜ · ρₜ, −Aₜ · clip(ρₜ, 1 − ε, 1 + ε))",
      numbers:
        `max(−${advantage} · ${n(token.ratioAfter)}, −${advantage} · clip(${n(token.ratioAfter)}, ${n(1 - clipRange)}, ${n(1 + clipRange)}))` +
        ` = max(${n(terms.plainLoss)}, ${n(terms.clippedLoss)}) = ${n(terms.loss)}`,
    },
  ];
}
