import { totalmem } from "node:os";
import type { BatchSize, MemoryEstimate, ModelSize } from "../../engine/memoryEstimate";
import type { GptShape } from "../../model/gpt";
import type { Sequence } from "../../model/sequences";
import type { RunConfig } from "../../protocol/runConfig";
import type { OpenedModel } from "../openModel";

const megabyte = 2 ** 20;
/** WebAssembly's addresses have 32 bits. */
const wasmMB = 4096;
/** The tensors' share of the machine's memory: checkpoints on their way to disk are copies, and other programs run as well. */
const machineShare = 0.5;

/** Megabytes of tensors that a run may have: the config's limit, or where that is 0 what the machine and, for `wasm`, its 4 GiB allow. */
export function allowedMB(
  config: Pick<RunConfig, "memoryLimitMB" | "backend">,
  machineBytes = totalmem(),
): number {
  const machine = Math.floor((machineBytes * machineShare) / megabyte);
  const possible = config.backend === "wasm" ? Math.min(machine, wasmMB) : machine;
  return config.memoryLimitMB === 0 ? possible : config.memoryLimitMB;
}

/** Throws Error with a sentence when a run needs more memory than it may have; `lower` names the settings that take most of it. */
export function refuseTooLarge(
  config: Pick<RunConfig, "memoryLimitMB" | "backend">,
  { models, step }: MemoryEstimate,
  lower: string,
): void {
  const allowed = allowedMB(config);
  const [needed, ofModels] = [models + step, models].map((bytes) => Math.ceil(bytes / megabyte));
  if (needed > allowed)
    throw new Error(
      `the run needs ${needed} MB of memory, ${ofModels} for its models and ${needed - ofModels} for its largest step, and ${allowed} MB are allowed (memoryLimitMB = ${config.memoryLimitMB}): lower ${lower}, or take a smaller model`,
    );
}

/** What a model takes, with the head that is read. */
export function sizeOf(shape: GptShape, head: OpenedModel["head"]): ModelSize {
  return { ...shape, head };
}

/** The largest batch that so many of these sequences can make; every response token is an output. */
export function largestBatch(sequences: readonly Sequence[], count: number): BatchSize {
  let [length, response] = [0, 0];
  for (const sequence of sequences) {
    length = Math.max(length, sequence.prompt.length + sequence.response.length);
    response = Math.max(response, sequence.response.length);
  }
  return { sequences: count, length, outputs: count * response };
}

/** An iteration that all live changes were made before: what is computed at last decides how much memory is needed. */
export const latest = Number.MAX_SAFE_INTEGER;

/** Items of a batch that are computed at once. */
export function atOnce({
  batch,
  microbatch,
}: {
  readonly batch: number;
  readonly microbatch: number;
}): number {
  return microbatch === 0 ? batch : Math.min(microbatch, batch);
}
