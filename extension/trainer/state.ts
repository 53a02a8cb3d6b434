import { readParameters } from "../engine/parameters";
import type { Parameters } from "../engine/gradients";
import { readMoments, type Optimizer } from "../engine/optimizer";
import type { JsonValue, NamedArray, TrainerState } from "../protocol/trainerEvents";

type Arrays = Readonly<Record<string, NamedArray>>;

/**
 * Copies of groups of parameters, each name prefixed with its group (`policy/wte.weight`), and of the moments of the groups' optimizers
 * (`policyAdamM/wte.weight`).
 */
export async function snapshot(
  iteration: number,
  groups: Readonly<Record<string, Parameters>>,
  optimizers: Readonly<Record<string, Optimizer>>,
  numbers: Readonly<Record<string, JsonValue>>,
): Promise<TrainerState> {
  const tensors: Record<string, NamedArray> = {};
  const add = (group: string, arrays: Arrays): void => {
    for (const [name, array] of Object.entries(arrays)) tensors[`${group}/${name}`] = array;
  };
  for (const [group, parameters] of Object.entries(groups)) {
    add(group, await readParameters(parameters));
    if (!(group in optimizers)) continue;
    const { m, v } = await readMoments(optimizers[group]);
    add(`${group}AdamM`, m);
    add(`${group}AdamV`, v);
  }
  return { iteration, tensors, numbers };
}

/** The arrays of one group, without the prefix. Throws Error when the checkpoint has none. */
export function groupOf(state: Pick<TrainerState, "tensors">, group: string): Record<string, NamedArray> {
  const prefix = `${group}/`;
  const entries = Object.entries(state.tensors).filter(([name]) => name.startsWith(prefix));
  if (entries.length === 0) throw new Error(`the checkpoint holds no tensors of ${group}`);
  return Object.fromEntries(entries.map(([name, array]) => [name.slice(prefix.length), array]));
}

/** Both moments of an optimizer saved as `<group>AdamM/…` and `<group>AdamV/…`. */
export function momentsOf(state: TrainerState, group: string): { readonly m: Arrays; readonly v: Arrays } {
  return { m: groupOf(state, `${group}AdamM`), v: groupOf(state, `${group}AdamV`) };
}
