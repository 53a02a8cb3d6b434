import assert from "node:assert/strict";
import type * as tf from "@tensorflow/tfjs-core";
import type { OpAttribute } from "../../extension/engine/tensorflow/addon";
import { isKernel, kernelOps } from "../../extension/engine/tensorflow/kernelOps";
import { createRecorder } from "../../extension/engine/tensorflow/recorder";
import type { OpBackend } from "../../extension/engine/tensorflow/tensorflowOps";
import { fakeAddon } from "../support/fakeAddon";

/** A call of an operation: its name, its attributes by name, how many tensors it takes and gives. */
type Call = readonly [
  name: string,
  attributes: Readonly<Record<string, unknown>>,
  takes: number,
  gives: number,
];

describe("operations by kernels of our own", () => {
  const calls: Call[] = [];
  const recorder = createRecorder(fakeAddon().addon);
  const unused = (): never => assert.fail("not used here");
  const backend: OpBackend = {
    ...{ getDTypeInteger: unused, getInputTensorIds: unused, executeSingleOutput: unused },
    executeMultipleOutputs(name: string, attributes: readonly OpAttribute[], inputs, outputs) {
      const values = Object.fromEntries(attributes.map((attribute) => [attribute.name, attribute.value]));
      calls.push([name, values, inputs.length, outputs]);
      return Array.from({ length: outputs }, () => inputs[0]);
    },
  };
  const ops = kernelOps(backend, recorder);
  const x = { dtype: "float32", shape: [2] } as tf.Tensor;
  beforeEach(() => calls.splice(0));

  it("use all threads, but one alone in a part, beside which others run", () => {
    ops.add(x, x);
    recorder.record(() => {
      ops.add(x, x);
      recorder.apart(() => ops.add(x, x));
      ops.add(x, x);
    });
    assert.deepEqual(
      calls.map(([name, { alone }, takes, gives]) => [name, alone, takes, gives]),
      [false, false, true, false].map((alone) => ["RlhfAdd", alone, 2, 1]),
    );
  });

  it("have names that no operation of TensorFlow's has", () => {
    ops.sumOfSquares([x, x, x]);
    assert.deepEqual(calls, [["RlhfSumOfSquares", { alone: false, N: 3 }, 3, 1]]);
    assert.ok(isKernel(calls[0][0]) && !isKernel("AddV2") && !isKernel("StatelessWhile"));
  });
});
