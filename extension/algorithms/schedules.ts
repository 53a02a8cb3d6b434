import { cos } from "./exactMath";

export interface CosineSchedule {
  /** From 0. */
  readonly step: number;
  readonly steps: number;
  readonly peak: number;
  readonly warmupSteps: number;
  readonly finalShare: number;
}

/**
 * Learning rate of optimizer step `step`: linear warm-up to the peak, then half a cosine down to `finalShare` of it.
 *
 *   step < W:  peak·(step + 1)/(W + 1)
 *   else:      peak·(f + (1 − f)·(1 + cos(π·p))/2),   p = (step − W)/(steps − 1 − W)
 *
 * The last step, steps − 1, is at f·peak, and so is any beyond it. Without warm-up the first step is at the peak.
 *
 * Source: cosine decay to 10 %, Ouyang et al. 2022, App. C.1 to C.3; the warm-up is for pretraining, as GPT-3's.
 *
 * Example: peak 1, 5 steps, no warm-up, f = 0.1 gives 1, 0.868198, 0.55, 0.231802, 0.1
 */
export function cosineLearningRate({ step, steps, peak, warmupSteps, finalShare }: CosineSchedule): number {
  if (step < warmupSteps) return (peak * (step + 1)) / (warmupSteps + 1);
  const decay = Math.max(1, steps - 1 - warmupSteps);
  const progress = Math.min(1, (step - warmupSteps) / decay);
  return peak * (finalShare + ((1 - finalShare) * (1 + cos(Math.PI * progress))) / 2);
}

export interface WarmupSchedule {
  /** From 0. */
  readonly iteration: number;
  readonly peak: number;
  readonly warmupIterations: number;
  readonly startShare: number;
}

/**
 * Learning rate of an iteration: linear from `startShare` of the peak to the peak, then constant.
 *
 *   peak·(s + (1 − s)·min(1, iteration/W))          (the peak when W = 0)
 *
 * Source: Ouyang et al. 2022, App. C.4: warm-up over the first 10 iterations, starting with one tenth of the peak.
 *
 * Example: peak 1, W = 10, s = 0.1 gives 0.1 at iteration 0, 0.55 at 5, 1 from 10 on
 */
export function warmupConstantLearningRate(schedule: WarmupSchedule): number {
  const { iteration, peak, warmupIterations, startShare } = schedule;
  if (iteration >= warmupIterations) return peak;
  return peak * (startShare + ((1 - startShare) * iteration) / warmupIterations);
}
