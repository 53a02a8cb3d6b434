import type { Tensor } from "@tensorflow/tfjs-core";
import { compiledStep, floats, type StepInput } from "../engine/compiledStep";
import type { Parameters } from "../engine/gradients";
import { ops } from "../engine/ops";
import { adamSchedule, applyGradients, updateEma, type Optimizer } from "../engine/optimizer";

/** One model's part of an optimizer step. */
export interface AdamUpdate {
  readonly optimizer: Optimizer;
  readonly learningRate: number;
  /** The moving average of the parameters, if there is one. */
  readonly average?: { readonly parameters: Parameters; readonly decay: number } | null;
}

/**
 * One Adam step, number `step` from 1, of each model from its buffer, then the moving average where there is one. Returns the norms of the
 * gradients before clipping. `of` stands for these models: with it come the same ones every time.
 */
export async function adamSteps(
  of: object,
  step: number,
  updates: readonly AdamUpdate[],
): Promise<readonly number[]> {
  // 0 is a setting that keeps none.
  const decays = updates.map(({ average }) => average?.decay ?? 0);
  const key = { of, name: `Adam step (${decays.join(", ")})` };
  const run = compiledStep<Record<string, StepInput>, string>(key, (schedules) => {
    const norms = ops().sideBySide<{ readonly norm: Tensor }[]>(
      ...updates.map(({ optimizer, average }, i) => () => {
        const norm = applyGradients(optimizer, schedules[i]);
        if (average) updateEma(average.parameters, optimizer.parameters, average.decay);
        return { norm };
      }),
    );
    return Object.fromEntries(norms.map(({ norm }, i) => [i, norm]));
  });
  const schedules = updates.map(({ optimizer: { settings }, learningRate }, i) => {
    return [i, floats(adamSchedule(step, learningRate, settings))] as const;
  });
  const norms = await run(Object.fromEntries(schedules));
  return updates.map((_, i) => norms[i][0]);
}

/** `adamSteps` of one model. */
export async function adamStep(optimizer: Optimizer, step: number, learningRate: number): Promise<number> {
  const [norm] = await adamSteps(optimizer, step, [{ optimizer, learningRate }]);
  return norm;
}
