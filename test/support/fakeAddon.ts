import assert from "node:assert/strict";
import type { Addon, TensorValues } from "../../extension/engine/tensorflow/addon";

export interface FakeAddon {
  readonly addon: Addon;
  /** Numbers of the tensors that were made and not deleted. */
  readonly alive: ReadonlySet<number>;
  /** Names of the operations that ran. */
  readonly ran: readonly string[];
}

/**
 * An addon that computes nothing: it numbers tensors from 1, remembers what ran, and fails where a tensor is used or deleted that there is no more.
 * Outputs of operations are float scalars.
 */
export function fakeAddon(): FakeAddon {
  const values = new Map<number, TensorValues>();
  const alive = new Set<number>();
  const ran: string[] = [];
  let made = 0;
  const make = (): number => {
    alive.add(++made);
    return made;
  };
  const expectAlive = (id: number): void => assert.ok(alive.has(id), `there is no tensor ${id}`);
  const addon: Addon = {
    TF_Version: "0.0",
    ...{ TF_FLOAT: 1, TF_INT32: 3, TF_BOOL: 10 },
    ...{ TF_ATTR_STRING: 0, TF_ATTR_INT: 1, TF_ATTR_FLOAT: 2 },
    ...{ TF_ATTR_BOOL: 3, TF_ATTR_TYPE: 4, TF_ATTR_SHAPE: 5 },
    createTensor(_shape, _dtype, data) {
      const id = make();
      values.set(id, data.slice());
      return id;
    },
    deleteTensor(id) {
      expectAlive(id);
      alive.delete(id);
    },
    tensorDataSync(id) {
      expectAlive(id);
      return values.get(id) ?? new Float32Array(1);
    },
    executeOp(name, _attributes, inputs, count) {
      inputs.forEach(expectAlive);
      ran.push(name);
      return Array.from({ length: count }, () => ({ id: make(), shape: [], dtype: 1 }));
    },
  };
  return { addon, alive, ran };
}
