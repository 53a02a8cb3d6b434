import { saysOutOfMemory, smallerPart } from "../protocol/outOfMemory";

/** A step whose tensors did not fit; `change` is the setting, "sft.microbatch=4", by which the run can go on, null where there is none. */
export class OutOfMemory extends Error {
  override readonly name = "OutOfMemory";

  constructor(
    message: string,
    readonly change: string | null,
  ) {
    super(message);
  }
}

export interface MeasuredStep {
  /** Optimizer step, from 1. */
  readonly step: number;
  /** The setting that splits the batch. */
  readonly setting: "pretrain.microbatch" | "sft.microbatch" | "rm.microbatch" | "ppo.microbatch";
  /** What it counts. */
  readonly unit: "sequences" | "prompts" | "episodes";
  readonly batch: number;
  readonly microbatch: number;
}

/** Does an optimizer step; where the engine has no memory for it, throws a sentence that names the step, its size, and one that may fit. */
export async function namingOutOfMemory<T>(measured: MeasuredStep, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw saysOutOfMemory(said) ? outOfMemory(measured, said.split("\n")[0].trim()) : error;
  }
}

function outOfMemory({ step, setting, unit, batch, microbatch }: MeasuredStep, said: string): OutOfMemory {
  const count = microbatch === 0 ? batch : Math.min(microbatch, batch);
  if (count === 1)
    return new OutOfMemory(
      `optimizer step ${step} needs more memory than there is for 1 of its ${batch} ${unit} at once: take a smaller model or shorter texts (${said})`,
      null,
    );
  const change = `${setting}=${smallerPart(batch, count)}`;
  return new OutOfMemory(
    `optimizer step ${step} needs more memory than there is for ${count} of its ${batch} ${unit} at once: ${change} gives the same result in smaller parts (${said})`,
    change,
  );
}
