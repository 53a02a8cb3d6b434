import * as tf from "@tensorflow/tfjs-core";
import type { Variable } from "@tensorflow/tfjs-core";
import type { NamedArray } from "../protocol/trainerEvents";
import type { Parameters } from "./gradients";

type Arrays = Readonly<Record<string, NamedArray>>;

/** Variables holding copies of named arrays. */
export function createParameters(arrays: Arrays): Parameters {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, data }]) => {
      return [name, tf.tidy(() => tf.variable(tf.tensor(data, [...shape], "float32")))];
    }),
  );
}

/** A variable of zeros. */
export function zeroVariable(shape: readonly number[]): Variable {
  return tf.tidy(() => tf.variable(tf.zeros([...shape])));
}

/** Copies of the variables' values. */
export async function readParameters(parameters: Parameters): Promise<Record<string, NamedArray>> {
  const entries = await Promise.all(
    Object.entries(parameters).map(async ([name, variable]) => {
      const data = await variable.data();
      return [name, { shape: variable.shape, data: Float32Array.from(data) }] as const;
    }),
  );
  return Object.fromEntries(entries);
}

/** Overwrites variables with named arrays of the same names and shapes. */
export function writeParameters(parameters: Parameters, arrays: Arrays): void {
  for (const [name, variable] of Object.entries(parameters)) {
    const { shape, data } = arrays[name];
    tf.tidy(() => variable.assign(tf.tensor(data, [...shape], "float32")));
  }
}

export function disposeParameters(parameters: Parameters): void {
  for (const variable of Object.values(parameters)) variable.dispose();
}
