export interface KlControllerInput {
  readonly klCoef: number;
  /** Mean KL of the batch, nats per sequence. */
  readonly observedKl: number;
  /** Wanted KL, nats per sequence. */
  readonly target: number;
  /** Episodes over which the largest error, 20 %, changes the coefficient by 20 %. */
  readonly horizon: number;
  /** Episodes of the batch. */
  readonly episodes: number;
}

/**
 * The next KL coefficient of the proportional controller in log space.
 *
 *   e = clip(KL/KL_target − 1, −0.2, 0.2)
 *   β ← β·(1 + e·episodes/horizon)
 *
 * Source: Ziegler et al. 2019, "Fine-Tuning Language Models from Human Preferences", §2.2, its gain K_β being episodes/horizon.
 *
 * Example: β = 0.15, KL 6.6, target 6, horizon 10,000, 512 episodes gives 0.150768
 */
export function nextKlCoef({ klCoef, observedKl, target, horizon, episodes }: KlControllerInput): number {
  const error = Math.max(-0.2, Math.min(0.2, observedKl / target - 1));
  return klCoef * (1 + (error * episodes) / horizon);
}
