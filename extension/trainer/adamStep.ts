import { compiledStep, floats, type StepInput } from "../engine/compiledStep";
import type { Parameters } from "../engine/gradients";
import { adamSchedule, applyGradients, updateEma, type Optimizer } from "../engine/optimizer";

/**
 * One Adam step from the buffer, number `step` from 1, then the moving average of the parameters where there is one. Returns the gradient's norm
 * before clipping.
 */
export async function adamStep(
  optimizer: Optimizer,
  step: number,
  learningRate: number,
  average: Parameters | null = null,
  decay = 0,
): Promise<number> {
  const key = { of: optimizer, name: `Adam step${average ? ` and average (${decay})` : ""}` };
  const run = compiledStep<{ schedule: StepInput }, "norm">(key, ({ schedule }) => {
    const norm = applyGradients(optimizer, schedule);
    if (average) updateEma(average, optimizer.parameters, decay);
    return { norm };
  });
  return (await run({ schedule: floats(adamSchedule(step, learningRate, optimizer.settings)) })).norm[0];
}
