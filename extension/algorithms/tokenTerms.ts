import { exp } from "./exactMath";

/** The numbers of a response's tokens, one entry a token, and what was said of the whole. */
export interface TermInput {
  /** log π and log π_ref of the sampled tokens, nats. */
  readonly logprobs: readonly number[];
  readonly referenceLogprobs: readonly number[];
  readonly values: readonly number[];
  /** As they were trained on: whitened where the run whitens rewards. */
  readonly rewards: readonly number[];
  readonly advantages: readonly number[];
  readonly ratiosAfter: readonly number[];
  /** Of the whole response, as the scorer gave it. */
  readonly score: number;
  readonly endReached: boolean;
}

export interface TermConstants {
  /** β; null where it is unknown. */
  readonly klCoef: number | null;
  /** null where it is unknown. */
  readonly scoreDivisor: number | null;
  readonly missingEndPenalty: number;
  readonly gamma: number;
  readonly lambda: number;
  readonly clipRange: number;
}

/** A token's terms of the objective. */
export interface TokenTerms {
  /** log π − log π_ref, nats. */
  readonly kl: number;
  /** score′ at the last token, else 0. */
  readonly score: number;
  /** −β·kl + score, before any whitening. */
  readonly reward: number;
  readonly nextValue: number;
  readonly delta: number;
  readonly nextEstimate: number;
  /** Â, before any whitening. */
  readonly estimate: number;
  readonly plainLoss: number;
  readonly clippedRatio: number;
  readonly clippedLoss: number;
  /** The larger of both: what is minimised. */
  readonly loss: number;
}

/**
 * The score that enters the reward, in units of the score's spread: score′ = score/divisor − [no end-of-text]·penalty.
 * NaN where the divisor is unknown.
 *
 * Example: score 3, divisor 2, penalty 1 gives 1.5, and 0.5 without an end
 */
export function scaledScore(
  score: number,
  endReached: boolean,
  { scoreDivisor, missingEndPenalty }: Pick<TermConstants, "scoreDivisor" | "missingEndPenalty">,
): number {
  return score / (scoreDivisor ?? NaN) - (endReached ? 0 : missingEndPenalty);
}

/**
 * The objective of one response, token by token, as PPO takes it apart:
 *
 *   kl_t     = log π(y_t) − log π_ref(y_t)
 *   reward_t = −β·kl_t + [t = last]·score′
 *   δ_t      = r_t + γ·V_{t+1} − V_t            r the rewards that were trained on, V = 0 after the last token
 *   Â_t      = δ_t + γ·λ·Â_{t+1}
 *   loss_t   = max(−A_t·ρ_t, −A_t·clip(ρ_t, 1−ε, 1+ε))
 *
 * All lists have one entry a token; A are the recorded advantages, whitened or not, and ρ the ratio after the iteration's updates.
 *
 * Source: Ouyang et al. 2022, §3.5, eq. 2; Schulman et al. 2016, eq. 16; Schulman et al. 2017, eq. 7.
 *
 * Example: log π −1 −2, log π_ref −1.5 −1, score 3 of divisor 1, β = 0.1 gives rewards −0.05 3.1
 */
export function tokenTerms(input: TermInput, constants: TermConstants): readonly TokenTerms[] {
  const { logprobs, referenceLogprobs, values, rewards, advantages, ratiosAfter } = input;
  const { klCoef, gamma, lambda, clipRange } = constants;
  const last = logprobs.length - 1;
  const terms: TokenTerms[] = [];
  let nextValue = 0;
  let nextEstimate = 0;
  for (let t = last; t >= 0; t--) {
    const kl = logprobs[t] - referenceLogprobs[t];
    const score = t === last ? scaledScore(input.score, input.endReached, constants) : 0;
    const reward = score - (klCoef ?? NaN) * kl;
    const delta = rewards[t] + gamma * nextValue - values[t];
    const estimate = delta + gamma * lambda * nextEstimate;
    const clippedRatio = Math.min(Math.max(ratiosAfter[t], 1 - clipRange), 1 + clipRange);
    const plainLoss = -advantages[t] * ratiosAfter[t];
    const clippedLoss = -advantages[t] * clippedRatio;
    const loss = Math.max(plainLoss, clippedLoss);
    terms.unshift({
      ...{ kl, score, reward, nextValue, delta, nextEstimate, estimate },
      ...{ plainLoss, clippedRatio, clippedLoss, loss },
    });
    nextValue = values[t];
    nextEstimate = estimate;
  }
  return terms;
}

export interface RewardSum {
  /** Σ_t of the recorded rewards. */
  readonly rewards: number;
  /** score′. */
  readonly score: number;
  /** Σ_t kl_t, nats. */
  readonly kl: number;
  /** score′ − β·Σ kl. */
  readonly objective: number;
  readonly difference: number;
  /** Null where β or the score's divisor is unknown. */
  readonly agrees: boolean | null;
}

/**
 * Whether Σ_t reward_t = score′ − β·Σ_t kl_t, to 1e-5 of the largest number in it and at least 1e-5: rewards are kept as 32-bit numbers.
 * It holds for rewards that were not whitened.
 */
export function rewardSum(input: TermInput, constants: TermConstants): RewardSum {
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
  const klCoef = constants.klCoef ?? NaN;
  const kls = input.logprobs.map((logprob, t) => logprob - input.referenceLogprobs[t]);
  const [rewards, kl] = [sum(input.rewards), sum(kls)];
  const score = scaledScore(input.score, input.endReached, constants);
  const objective = score - klCoef * kl;
  const difference = rewards - objective;
  const largest = Math.max(1, Math.abs(score), klCoef * sum(kls.map(Math.abs)));
  const isKnown = constants.klCoef !== null && constants.scoreDivisor !== null;
  const agrees = isKnown ? Math.abs(difference) <= 1e-5 * largest : null;
  return { rewards, score, kl, objective, difference, agrees };
}

/** e^logprob: the probability of a token. */
export const probability = (logprob: number): number => exp(logprob);
