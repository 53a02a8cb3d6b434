import assert from "node:assert/strict";
import type { OpAttribute, TensorValues } from "../../extension/engine/tensorflow/addon";
import {
  callAttributes,
  foreignTensors,
  writeFunctions,
  type FunctionSpec,
  type Writing,
} from "../../extension/engine/tensorflow/functionDef";
import { loadMessages } from "../../extension/engine/tensorflow/kernels";
import type { RecordedConstant, RecordedOp, Recording } from "../../extension/engine/tensorflow/recorder";
import { fakeAddon } from "../support/fakeAddon";
import { operation, readFunction, type ReadFunction } from "../support/readFunction";

const { addon } = fakeAddon();
const [float, int, bool] = [addon.TF_FLOAT, addon.TF_INT32, addon.TF_BOOL];

/** An operation that gave tensors of these numbers. */
function op(
  name: string,
  inputs: readonly number[],
  outputs: readonly number[],
  attributes: readonly OpAttribute[] = [],
  dtype = float,
): RecordedOp {
  return { name, attributes, inputs, outputs: outputs.map((id) => ({ id, shape: [], dtype })) };
}
const typed = (name: string, value: number): OpAttribute => ({ name, type: addon.TF_ATTR_TYPE, value });
const counted = (name: string, value: number): OpAttribute => ({ name, type: addon.TF_ATTR_INT, value });
const constant = (shape: readonly number[], dtype: number, values: TensorValues): RecordedConstant => ({
  ...{ shape, dtype, values },
});
const recorded = (
  ops: readonly RecordedOp[],
  constants: readonly (readonly [number, RecordedConstant])[] = [],
): Recording => ({ ops, constants: new Map(constants) });
const floatTensor = (id: number) => ({ id, dtype: float });

describe("recordings as TensorFlow's functions", () => {
  let writing: Writing | null = null;
  let missing = "";
  before(() => {
    try {
      writing = { messages: loadMessages(), operations: new Map(), addon };
    } catch (error) {
      // The package is optional; anything else that is wrong with it is a failure.
      if ((error as { readonly code?: string }).code !== "MODULE_NOT_FOUND") throw error;
      missing = "the optional package of native kernels is not installed";
      return;
    }
    const { messages } = writing;
    const t = { typeAttribute: "T" };
    const many = { numberAttribute: "N", typeAttribute: "T" };
    const known = [
      operation(messages, "MatMul", [{ name: "a", ...t }, { name: "b", ...t }], [{ name: "product", ...t }]), // prettier-ignore
      operation(messages, "AddV2", [{ name: "x", ...t }, { name: "y", ...t }], [{ name: "z", ...t }]), // prettier-ignore
      operation(messages, "Less", [{ name: "x", ...t }, { name: "y", ...t }], [{ name: "z" }]), // prettier-ignore
      operation(
        messages,
        "Split",
        [{ name: "split_dim" }, { name: "value", ...t }],
        [{ name: "output", numberAttribute: "num_split", typeAttribute: "T" }],
      ),
      operation(messages, "Pack", [{ name: "values", ...many }], [{ name: "output", ...t }]),
      operation(
        messages,
        "ConcatV2",
        [
          { name: "values", ...many },
          { name: "axis", typeAttribute: "Tidx" },
        ],
        [{ name: "output", ...t }],
      ),
      operation(
        messages,
        "IdentityN",
        [{ name: "input", typeListAttribute: "T" }],
        [{ name: "output", typeListAttribute: "T" }],
      ),
      operation(messages, "RlhfAdd", [{ name: "a" }, { name: "b" }], [{ name: "out" }]),
      operation(messages, "TopKV2", [{ name: "input", ...t }, { name: "k" }], [{ name: "values", ...t }, { name: "indices" }]), // prettier-ignore
    ];
    writing = {
      ...writing,
      operations: new Map(known.map((definition) => [definition.getName(), definition])),
    };
  });
  beforeEach(function () {
    if (writing !== null) return;
    Object.assign(this.currentTest ?? {}, { skipReason: missing });
    this.skip();
  });

  function write(spec: Partial<FunctionSpec> & Pick<FunctionSpec, "outputs" | "recording">): ReadFunction[] {
    assert.ok(writing);
    const { messages } = writing;
    const functions = writeFunctions({ name: "step", inputs: [], xla: false, ...spec }, writing);
    const read = functions.map((written) => readFunction(messages, written));
    assert.deepEqual(
      functions.map(({ name }) => name),
      read.map(({ name }) => name),
    );
    return read;
  }
  const nodesOf = ({ nodes }: ReadFunction) =>
    nodes.map((node) => [node.name, node.op, node.inputs.join(" ")]);
  /** The function that adds a constant to its input. */
  const valueOf = (value: RecordedConstant): unknown => {
    const recording = recorded([op("AddV2", [1, 2], [3])], [[2, value]]);
    const [{ nodes }] = write({ inputs: [floatTensor(1)], outputs: [floatTensor(3)], recording });
    const node = nodes.find((other) => other.op === "Const");
    assert.deepEqual(node?.attributes.dtype, { type: value.dtype });
    return node.attributes.value;
  };

  describe("names and types", () => {
    it("inputs and outputs have their order and types, nodes their inputs, and outputs the names of their operations", () => {
      const [written, ...others] = write({
        inputs: [floatTensor(1), floatTensor(2)],
        outputs: [floatTensor(4), floatTensor(3), floatTensor(1)],
        recording: recorded([op("MatMul", [1, 2], [3]), op("AddV2", [3, 1], [4])]),
      });
      assert.equal(others.length, 0);
      assert.equal(written.name, "step");
      assert.deepEqual(written.inputs, [
        ["input0", float],
        ["input1", float],
      ]);
      assert.deepEqual(written.outputs, [
        ["output0", float],
        ["output1", float],
        ["output2", float],
      ]);
      assert.deepEqual(nodesOf(written), [
        ["op0", "MatMul", "input0 input1"],
        ["op1", "AddV2", "op0:product:0 input0"],
      ]);
      assert.deepEqual(written.returned, { output0: "op1:z:0", output1: "op0:product:0", output2: "input0" });
    });

    it("outputs that are a list are numbered, by an attribute or by a list of types; others have names of their own", () => {
      const types = { name: "T", type: addon.TF_ATTR_TYPE, value: [float, int] };
      const [written] = write({
        inputs: [{ id: 1, dtype: int }, floatTensor(2)],
        outputs: [4, 5, 7, 8, 9].map(floatTensor),
        recording: recorded([
          op("Split", [1, 2], [3, 4, 5], [counted("num_split", 3)]),
          op("IdentityN", [3, 1], [6, 7], [types]),
          op("TopKV2", [6, 1], [8, 9]),
        ]),
      });
      assert.deepEqual(written.returned, {
        ...{ output0: "op0:output:1", output1: "op0:output:2", output2: "op1:output:1" },
        ...{ output3: "op2:values:0", output4: "op2:indices:0" },
      });
      assert.deepEqual(written.nodes[1].inputs, ["op0:output:0", "input0"]);
      assert.deepEqual(written.nodes[1].attributes, { T: { list: { type: [float, int] } } });
    });

    it("types that inputs decide are written where kernels left them out, of the right input, and others are left", () => {
      const recording = recorded([
        op("Pack", [1, 1, 1], [4], [counted("N", 3)], int),
        op("ConcatV2", [2, 2, 1], [5], [counted("N", 2)]),
        op("Split", [1, 5], [6], [counted("num_split", 1)]),
        op("MatMul", [6, 5], [7], [typed("T", 14)]),
      ]);
      const [{ nodes }] = write({
        inputs: [{ id: 1, dtype: int }, floatTensor(2)],
        outputs: [{ id: 4, dtype: int }, floatTensor(7)],
        recording,
      });
      assert.deepEqual(
        nodes.map(({ attributes }) => attributes),
        [
          { N: { int: 3 }, T: { type: int } },
          { N: { int: 2 }, T: { type: float }, Tidx: { type: int } },
          { num_split: { int: 1 }, T: { type: float } },
          { T: { type: 14 } },
        ],
      );
    });

    it("attributes of every kind are written, alone and as lists; a kind that is not known is an error", () => {
      const { TF_ATTR_STRING, TF_ATTR_INT, TF_ATTR_FLOAT, TF_ATTR_BOOL, TF_ATTR_TYPE, TF_ATTR_SHAPE } = addon;
      const attributes = [
        { name: "T", type: TF_ATTR_TYPE, value: float },
        { name: "s", type: TF_ATTR_STRING, value: "SAME é" },
        { name: "i", type: TF_ATTR_INT, value: -2 },
        { name: "f", type: TF_ATTR_FLOAT, value: 0.5 },
        { name: "b", type: TF_ATTR_BOOL, value: true },
        { name: "shape", type: TF_ATTR_SHAPE, value: [2, 0, 3] },
        { name: "ss", type: TF_ATTR_STRING, value: ["a", "b"] },
        { name: "ii", type: TF_ATTR_INT, value: [1, 2] },
        { name: "ff", type: TF_ATTR_FLOAT, value: [0.25] },
        { name: "bb", type: TF_ATTR_BOOL, value: [false, true] },
        { name: "tt", type: TF_ATTR_TYPE, value: [int, bool] },
      ];
      const adds = (all: readonly OpAttribute[]) =>
        write({
          inputs: [floatTensor(1)],
          outputs: [floatTensor(2)],
          recording: recorded([op("AddV2", [1, 1], [2], all)]),
        });
      const [{ nodes }] = adds(attributes);
      assert.deepEqual(nodes[0].attributes, {
        T: { type: float },
        s: { text: "SAME é" },
        i: { int: -2 },
        f: { float: 0.5 },
        b: { bool: true },
        shape: { shape: [2, 0, 3] },
        ss: { list: { text: ["a", "b"] } },
        ii: { list: { int: [1, 2] } },
        ff: { list: { float: [0.25] } },
        bb: { list: { bool: [false, true] } },
        tt: { list: { type: [int, bool] } },
      });
      const message = "the attribute f has a kind (99) that graphs are not written with";
      assert.throws(() => adds([{ name: "f", type: 99, value: 0 }]), { message });
    });

    it("only what is to be compiled by XLA says so", () => {
      const spec = { inputs: [floatTensor(1)], outputs: [floatTensor(1)], recording: recorded([]) };
      assert.deepEqual(write({ ...spec, xla: true })[0].attributes, { _XlaMustCompile: { bool: true } });
      assert.deepEqual(write(spec)[0].attributes, {});
    });
  });

  describe("what is written", () => {
    it("is only what the outputs rest on, constants too, in the order in which it ran", () => {
      const [written] = write({
        inputs: [floatTensor(1)],
        outputs: [floatTensor(6)],
        recording: recorded(
          [
            op("AddV2", [1, 2], [4]),
            op("MatMul", [4, 3], [5]),
            op("Unheard of", [5], [7]),
            op("AddV2", [4, 4], [6]),
            op("MatMul", [6, 6], [8]),
          ],
          [
            [2, constant([], float, Float32Array.of(2))],
            [3, constant([], float, Float32Array.of(3))],
          ],
        ),
      });
      const [{ name }] = written.nodes.filter((node) => node.op === "Const");
      assert.deepEqual(nodesOf(written), [
        [name, "Const", ""],
        ["op0", "AddV2", `input0 ${name}:output:0`],
        ["op1", "AddV2", "op0:z:0 op0:z:0"],
      ]);
    });

    it("a constant is one node however often it is used, also as an output", () => {
      const [written] = write({
        outputs: [floatTensor(3), floatTensor(1), floatTensor(2)],
        recording: recorded(
          [op("AddV2", [1, 1], [4]), op("AddV2", [4, 2], [3])],
          [
            [1, constant([], float, Float32Array.of(2))],
            [2, constant([], float, Float32Array.of(5))],
          ],
        ),
      });
      const names = written.nodes
        .filter((node) => node.op === "Const")
        .map((node) => `${node.name}:output:0`);
      assert.equal(new Set(names).size, 2);
      const [sum, total] = written.nodes.filter((node) => node.op === "AddV2");
      assert.deepEqual(sum.inputs, [names[0], names[0]]);
      assert.deepEqual(total.inputs, ["op0:z:0", names[1]]);
      assert.deepEqual([written.returned.output1, written.returned.output2], names);
    });

    const bytes = (values: TensorValues): number[] => [...new Uint8Array(values.slice().buffer)];
    const nothing = { content: [], floats: [], ints: [] };
    for (const [what, value, written] of [
      ["equal floats, once", constant([2, 3], float, new Float32Array(6).fill(0.5)), { floats: [0.5] }],
      ["equal integers, once", constant([3], int, new Int32Array(3).fill(-7)), { ints: [-7] }],
      ["zeros, once", constant([4], float, new Float32Array(4)), { floats: [0] }],
      ["NaNs, once", constant([2], float, new Float32Array(2).fill(NaN)), { floats: [NaN] }],
      ["different floats", constant([2], float, Float32Array.of(1, 2)), null],
      ["0 and −0, which are not equal", constant([2], float, Float32Array.of(0, -0)), null],
      ["one number", constant([], int, Int32Array.of(3)), null],
      ["no numbers", constant([0, 2], float, new Float32Array(0)), null],
      ["equal truths", constant([2], bool, Uint8Array.of(1, 1)), null],
      ["a part of a larger array", constant([2], int, Int32Array.of(9, 1, 2, 9).subarray(1, 3)), null],
    ] as const)
      it(`constants: ${what}`, () => {
        const { shape, dtype, values } = value;
        const expected = written ?? { content: bytes(values) };
        assert.deepEqual(valueOf(value), { ...{ shape, dtype }, ...nothing, ...expected });
      });

    it("says so where a tensor has no origin or TensorFlow lacks an operation", () => {
      const adds = (name: string) => () =>
        write({
          inputs: [floatTensor(1)],
          outputs: [floatTensor(2)],
          recording: recorded([op(name, name === "AddV2" ? [1, 9] : [1], [2])]),
        });
      assert.throws(adds("AddV2"), { message: "the recording of step uses a tensor that nothing made" });
      const message = "TensorFlow 0.0 does not know its own operation Unheard";
      assert.throws(adds("Unheard"), { message });
      assert.throws(() => write({ outputs: [floatTensor(5)], recording: recorded([]) }), /nothing made$/);
    });
  });

  /** Turns: state (i, sum) → (i + 1, sum + weights), while i < limit; `one` is a constant of the turn, `limit` one from outside. */
  const turns = ({
    state = [10, 11],
    result = [12, 13],
    weights = 2,
    limit = 3,
    first = 100,
  } = {}): RecordedOp => {
    const [i, sum] = state;
    const [one, nextI, nextSum, less] = [first, first + 1, first + 2, first + 3];
    const next = recorded(
      [op("AddV2", [i, one], [nextI], [], int), op("AddV2", [sum, weights], [nextSum])],
      [[one, constant([], int, Int32Array.of(1))]],
    );
    const goesOn = recorded([op("Less", [i, limit], [less], [], bool)]);
    return {
      ...{ name: "StatelessWhile", attributes: [], inputs: state },
      outputs: result.map((id, o) => ({ id, shape: [], dtype: o === 0 ? int : float })),
      loop: {
        next: { recording: next, inputs: state, outputs: [nextI, nextSum] },
        goesOn: { recording: goesOn, inputs: state, outputs: [less] },
      },
    };
  };
  const limit = constant([], int, Int32Array.of(5));

  describe("loops", () => {
    it("become two functions of the state and of what comes from outside, which a turn hands on as it is", () => {
      const [next, goesOn, step, ...others] = write({
        inputs: [{ id: 10, dtype: int }, floatTensor(11), floatTensor(2)],
        outputs: [floatTensor(13)],
        recording: recorded([turns()], [[3, limit]]),
        xla: true,
      });
      assert.equal(others.length, 0);
      const [constantNode, loop] = step.nodes;
      assert.deepEqual([constantNode.op, loop.op], ["Const", "StatelessWhile"]);
      assert.deepEqual(loop.inputs, ["input0", "input1", "input2", `${constantNode.name}:output:0`]);
      assert.deepEqual(loop.attributes, {
        T: { list: { type: [int, float, float, int] } },
        body: { function: next.name },
        cond: { function: goesOn.name },
      });
      assert.deepEqual(step.returned, { output0: "op0:output:1" });
      assert.deepEqual(
        [step, next, goesOn].map(({ attributes }) => attributes),
        [{ _XlaMustCompile: { bool: true } }, {}, {}],
      );

      const types = [int, float, float, int];
      assert.deepEqual(next.inputs, types.map((type, i) => [`input${i}`, type])); // prettier-ignore
      assert.deepEqual(goesOn.inputs, next.inputs);
      assert.deepEqual(next.outputs, types.map((type, i) => [`output${i}`, type])); // prettier-ignore
      assert.deepEqual(goesOn.outputs, [["output0", bool]]);
      const own = next.nodes[0].name;
      assert.deepEqual(nodesOf(next), [
        [own, "Const", ""],
        ["op0", "AddV2", `input0 ${own}:output:0`],
        ["op1", "AddV2", "input1 input2"],
      ]);
      assert.deepEqual(
        next.nodes.slice(1).map((node) => node.attributes),
        [{ T: { type: int } }, { T: { type: float } }],
      );
      assert.deepEqual(next.returned, {
        ...{ output0: "op0:z:0", output1: "op1:z:0", output2: "input2", output3: "input3" },
      });
      assert.deepEqual(nodesOf(goesOn), [["op0", "Less", "input0 input3"]]);
      assert.deepEqual(goesOn.returned, { output0: "op0:z:0" });
    });

    it("inside of loops have names of their own and get what they use through the outer one", () => {
      const inner = turns({ state: [20, 21], result: [22, 23], first: 200 });
      const outer: RecordedOp = {
        ...turns({ state: [20, 21], result: [12, 13] }),
        inputs: [10, 11],
        loop: {
          next: { recording: recorded([inner]), inputs: [20, 21], outputs: [22, 23] },
          goesOn: {
            recording: recorded([op("Less", [20, 3], [30], [], bool)]),
            ...{ inputs: [20, 21], outputs: [30] },
          },
        },
      };
      const functions = write({
        inputs: [{ id: 10, dtype: int }, floatTensor(11), floatTensor(2)],
        outputs: [floatTensor(13)],
        recording: recorded([outer], [[3, limit]]),
      });
      const names = functions.map(({ name }) => name);
      assert.equal(new Set(names).size, 5);
      // A function comes after those that it calls.
      for (const [place, { nodes }] of functions.entries())
        for (const { attributes } of nodes.filter(({ op: name }) => name === "StatelessWhile"))
          for (const called of [attributes.body, attributes.cond] as { readonly function: string }[])
            assert.ok(names.slice(0, place).includes(called.function), `${called.function} is not there yet`);
      const turn = functions.find(({ name, nodes }) => name !== "step" && nodes[0].op === "StatelessWhile");
      assert.deepEqual(turn?.nodes[0].inputs, ["input0", "input1", "input2", "input3"]);
      assert.deepEqual(turn.returned, {
        ...{ output0: "op0:output:0", output1: "op0:output:1", output2: "input2", output3: "input3" },
      });
    });

    it("of no use are left out", () => {
      const functions = write({
        inputs: [floatTensor(11)],
        outputs: [floatTensor(11)],
        recording: recorded([turns()]),
      });
      assert.deepEqual([functions.length, functions[0].nodes.length], [1, 0]);
    });
  });

  describe("parts side by side", () => {
    /** `name` of `inputs`, apart from what stands around it. */
    const part = (name: string, inputs: readonly number[], output: number): RecordedOp => ({
      ...{ name: "PartitionedCall", attributes: [], inputs },
      outputs: [{ id: output, shape: [], dtype: float }],
      part: { recording: recorded([op(name, inputs, [output])]), inputs, outputs: [output] },
    });

    it("are functions of their own that XLA compiles, called by what stands around them, which is not compiled", () => {
      const [sum, product, step, ...others] = write({
        inputs: [floatTensor(1), floatTensor(2)],
        outputs: [floatTensor(5)],
        recording: recorded([part("AddV2", [2, 1], 3), part("MatMul", [1, 2], 4), op("AddV2", [3, 4], [5])]),
        xla: true,
      });
      assert.equal(others.length, 0);
      assert.deepEqual(nodesOf(step), [
        ["op0", "PartitionedCall", "input1 input0"],
        ["op1", "PartitionedCall", "input0 input1"],
        ["op2", "AddV2", "op0:output:0 op1:output:0"],
      ]);
      for (const [i, { name }] of [sum, product].entries())
        assert.deepEqual(step.nodes[i].attributes, {
          Tin: { list: { type: [float, float] } },
          Tout: { list: { type: [float] } },
          f: { function: name },
          _XlaMustCompile: { bool: true },
        });
      assert.deepEqual(
        [sum, product, step].map(({ attributes }) => attributes),
        [{ _XlaMustCompile: { bool: true } }, { _XlaMustCompile: { bool: true } }, {}],
      );
      assert.deepEqual(nodesOf(sum), [["op0", "AddV2", "input0 input1"]]);
      assert.deepEqual(sum.returned, { output0: "op0:z:0" });
      assert.deepEqual(nodesOf(product), [["op0", "MatMul", "input0 input1"]]);
      assert.deepEqual(step.returned, { output0: "op2:z:0" });
    });

    it("of no use are left out, and the rest is compiled as a whole", () => {
      const functions = write({
        inputs: [floatTensor(1), floatTensor(2)],
        outputs: [floatTensor(5)],
        recording: recorded([part("AddV2", [2, 1], 3), op("AddV2", [1, 2], [5])]),
        xla: true,
      });
      assert.deepEqual(
        functions.map(({ nodes, attributes }) => [nodes.length, attributes]),
        [[1, { _XlaMustCompile: { bool: true } }]],
      );
    });
  });

  describe("kernels of our own", () => {
    const inOrder = { executor_type: { text: "SINGLE_THREADED_EXECUTOR" } };

    it("keep XLA from a function, which stays one and runs in order where it is called", () => {
      const spec = {
        inputs: [floatTensor(1), floatTensor(2)],
        outputs: [floatTensor(4)],
        recording: recorded([op("AddV2", [1, 2], [3]), op("RlhfAdd", [3, 2], [4])]),
        xla: true,
      };
      const [{ attributes }] = write(spec);
      assert.deepEqual(attributes, { _noinline: { bool: true } });
      assert.deepEqual(callAttributes(spec, addon), [
        { name: "executor_type", type: addon.TF_ATTR_STRING, value: "SINGLE_THREADED_EXECUTOR" },
      ]);
    });

    it("that no output rests on change nothing", () => {
      const spec = {
        inputs: [floatTensor(1), floatTensor(2)],
        outputs: [floatTensor(3)],
        recording: recorded([op("AddV2", [1, 2], [3]), op("RlhfAdd", [3, 2], [4])]),
      };
      const compiled = { _XlaMustCompile: { bool: true } };
      assert.deepEqual(write({ ...spec, xla: true })[0].attributes, compiled);
      assert.deepEqual(write({ ...spec, xla: false })[0].attributes, {});
      assert.deepEqual(
        [true, false].map((xla) => callAttributes({ ...spec, xla }, addon).map(({ name }) => name)),
        [["_XlaMustCompile"], []],
      );
    });

    it("run in order within parts, which run at the same time", () => {
      const part = (output: number): RecordedOp => ({
        ...{ name: "PartitionedCall", attributes: [], inputs: [1, 2] },
        outputs: [{ id: output, shape: [], dtype: float }],
        part: { recording: recorded([op("RlhfAdd", [1, 2], [output])]), inputs: [1, 2], outputs: [output] },
      });
      const spec = {
        inputs: [floatTensor(1), floatTensor(2)],
        outputs: [floatTensor(5)],
        recording: recorded([part(3), part(4), op("RlhfAdd", [3, 4], [5])]),
        xla: true,
      };
      const [first, second, step] = write(spec);
      assert.deepEqual(callAttributes(spec, addon), []);
      assert.deepEqual(
        [first, second, step].map(({ attributes }) => attributes),
        [{ _noinline: { bool: true } }, { _noinline: { bool: true } }, {}],
      );
      for (const [i, { name }] of [first, second].entries())
        assert.deepEqual(step.nodes[i].attributes, {
          Tin: { list: { type: [float, float] } },
          Tout: { list: { type: [float] } },
          f: { function: name },
          ...inOrder,
        });
    });
  });

  describe("tensors from outside", () => {
    it("are those that the outputs rest on and that are neither known, nor constants, nor made, each once", () => {
      const recording = recorded(
        [
          op("MatMul", [1, 2], [3]),
          op("AddV2", [3, 4], [5]),
          op("AddV2", [5, 2], [6]),
          op("AddV2", [6, 9], [7]),
        ],
        [[4, constant([], float, Float32Array.of(1))]],
      );
      assert.deepEqual(foreignTensors(recording, [6], new Set([1])), [2]);
      assert.deepEqual(foreignTensors(recording, [7], new Set([2])).sort(), [1, 9]);
      assert.deepEqual(foreignTensors(recording, [8, 4, 8], new Set()), [8]);
    });

    it("are also those that a loop uses inside", () => {
      assert.deepEqual(foreignTensors(recorded([turns()]), [12], new Set([10, 11])), [2, 3]);
      assert.deepEqual(foreignTensors(recorded([turns()], [[3, limit]]), [12], new Set([11])), [10, 2]);
    });
  });
});
