import * as tf from "@tensorflow/tfjs-core";
import type { Addon } from "../../extension/engine/tensorflow/addon";

/** What was asked of TensorFlow's addon. */
export interface NativeCalls {
  /** Operations that ran, by name; a compiled step is one. Making tensors of numbers and reading them are none. */
  readonly operations: readonly string[];
  readonly functionsAdded: number;
  readonly functionsRemoved: readonly string[];
}

/** Listens to the addon of the TensorFlow backend, which must run, until `body` has ended. */
export async function nativeCalls(body: () => Promise<unknown>): Promise<NativeCalls> {
  const { binding } = tf.backend() as unknown as { readonly binding: Addon };
  const operations: string[] = [];
  const functionsRemoved: string[] = [];
  let functionsAdded = 0;
  const { executeOp, addFunction, removeFunction } = binding;
  const before = Object.getOwnPropertyDescriptor(binding, "executeOp");
  const heard: Pick<Addon, "executeOp" | "addFunction" | "removeFunction"> = {
    executeOp(name, ...rest) {
      operations.push(name);
      return executeOp.call(binding, name, ...rest);
    },
    addFunction(bytes) {
      functionsAdded++;
      addFunction?.call(binding, bytes);
    },
    removeFunction(name) {
      functionsRemoved.push(name);
      removeFunction?.call(binding, name);
    },
  };
  Object.defineProperties(binding, Object.getOwnPropertyDescriptors(heard));
  try {
    await body();
  } finally {
    for (const name of Object.keys(heard)) Reflect.deleteProperty(binding, name);
    if (before) Object.defineProperty(binding, "executeOp", before);
  }
  return { operations, functionsAdded, functionsRemoved };
}
