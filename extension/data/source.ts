import { createRng } from "../algorithms/rng";
import type { JsonValue } from "../protocol/trainerEvents";

/** An endless stream of items, every epoch in a fresh order. Where it stands is two numbers, so that a run resumes exactly. */
export interface Source<T> {
  readonly size: number;
  take(count: number): readonly T[];
  state(): { readonly epoch: number; readonly position: number };
}

/**
 * Epoch e goes through `items` in the order drawn from (seed, name, e). Throws RangeError when there are no items.
 */
export function shuffledSource<T>(
  items: readonly T[],
  seed: number,
  name: string,
  saved?: JsonValue,
): Source<T> {
  if (items.length === 0) throw new RangeError(`there is nothing to draw ${name} from`);
  let { epoch, position } = cursorOf(saved);
  const orderOf = (e: number): readonly T[] => createRng(seed).split(`${name} ${e}`).shuffle(items);
  let order = orderOf(epoch);
  return {
    size: items.length,
    take(count) {
      const taken: T[] = [];
      while (taken.length < count) {
        if (position === order.length) {
          epoch++;
          position = 0;
          order = orderOf(epoch);
        }
        taken.push(order[position++]);
      }
      return taken;
    },
    state: () => ({ epoch, position }),
  };
}

function cursorOf(saved: JsonValue | undefined): { epoch: number; position: number } {
  if (saved === undefined) return { epoch: 0, position: 0 };
  const { epoch, position } = saved as { epoch: number; position: number };
  return { epoch, position };
}
