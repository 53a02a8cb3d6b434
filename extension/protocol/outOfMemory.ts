import type { SettingValue, Stage } from "./runFormat";

/** What engines say when memory is at its end: our kernels', JavaScript's, TensorFlow's, the C library's. */
const signs =
  /tensors of this step need|buffer allocation failed|invalid (typed )?array (buffer )?length|RESOURCE_EXHAUSTED|OOM when allocating|bad_alloc|out of memory|failed to allocate|cannot allocate memory/i;

export const saysOutOfMemory = (text: string): boolean => signs.test(text);

/** The largest divisor of the batch that is at most half of what did not fit. */
export function smallerPart(batch: number, count: number): number {
  let part = Math.max(1, Math.floor(count / 2));
  while (batch % part !== 0) part--;
  return part;
}

/** What the setting is called that a stage's microbatch splits; null where a stage has none. */
const batchOf: { readonly [S in Stage]: string | null } = {
  pretrain: "batch",
  sft: "batch",
  rm: "promptsPerBatch",
  ppo: "minibatch",
  dpo: null,
  evaluate: null,
};

/** The setting with which a stage's steps take less memory, as in "sft.microbatch=4"; null where they cannot be split further. */
export function smallerSetting(
  stage: Stage,
  settings: Readonly<Record<string, SettingValue>>,
): string | null {
  const name = batchOf[stage];
  const [batch, microbatch] = [name === null ? 0 : Number(settings[name]), Number(settings.microbatch ?? 0)];
  const count = microbatch === 0 ? batch : Math.min(microbatch, batch);
  return count > 1 ? `${stage}.microbatch=${smallerPart(batch, count)}` : null;
}
