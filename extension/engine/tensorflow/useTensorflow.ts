import { createRequire } from "node:module";
import * as tf from "@tensorflow/tfjs-core";
import { setOps } from "../ops";
import { referenceOps } from "../referenceOps";

const packageName = "@tensorflow/tfjs-node-gpu";

/**
 * Makes TensorFlow's native library the backend that runs, through the optional package `@tensorflow/tfjs-node-gpu`. Throws the package's
 * own error where the package, its addon or the library is missing, which is a normal state.
 */
export async function useTensorflow(): Promise<void> {
  createRequire(__filename)(packageName); // registers the backend named "tensorflow"
  await tf.setBackend("tensorflow");
  setOps(referenceOps);
}
