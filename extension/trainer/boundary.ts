import type { NamedArray, TrainerState } from "../protocol/trainerEvents";

/** The name of the first array that holds a number which is not finite, or null: such a state must not become a checkpoint. */
export function firstNonFinite(state: TrainerState): string | null {
  for (const [name, { data }] of Object.entries(state.tensors))
    for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return name;
  return null;
}

/** The arrays of one group of a state, under their names without the group. */
export function groupOf(state: TrainerState, group: string): Readonly<Record<string, NamedArray>> {
  const prefix = `${group}/`;
  const own = Object.entries(state.tensors).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}
