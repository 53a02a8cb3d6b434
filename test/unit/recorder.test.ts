import assert from "node:assert/strict";
import type { Addon } from "../../extension/engine/tensorflow/addon";
import { createRecorder, type Recorder } from "../../extension/engine/tensorflow/recorder";
import { fakeAddon, type FakeAddon } from "../support/fakeAddon";

const number = (addon: Addon, value: number): number =>
  addon.createTensor([], addon.TF_FLOAT, Float32Array.of(value));
const run = (addon: Addon, name: string, ...inputs: number[]): number =>
  addon.executeOp(name, [], inputs, 1)[0].id;
const names = (ops: readonly { readonly name: string }[]): string[] => ops.map(({ name }) => name);

describe("the recorder of native operations", () => {
  let fake: FakeAddon;
  let recorder: Recorder;
  let addon: Addon;
  beforeEach(() => {
    fake = fakeAddon();
    recorder = createRecorder(fake.addon);
    addon = recorder.addon;
  });

  /** Nothing is recorded any more, and what happens next is not part of what was. */
  function expectClosed(): void {
    assert.equal(recorder.recording(), false);
    const late = number(addon, 7);
    assert.deepEqual([...addon.tensorDataSync(late)], [7]);
    addon.deleteTensor(late);
    assert.ok(!fake.alive.has(late), "a deletion is still held back");
    const { recording } = recorder.record(() => run(addon, "Next"));
    assert.deepEqual([names(recording.ops), recording.constants.size], [["Next"], 0]);
  }

  it("is the addon, its constants too, where nothing is recorded", () => {
    assert.equal(addon.TF_INT32, fake.addon.TF_INT32);
    assert.equal(addon.TF_ATTR_SHAPE, fake.addon.TF_ATTR_SHAPE);
    const one = number(addon, 1);
    const sum = run(addon, "AddV2", one, one);
    assert.deepEqual([...addon.tensorDataSync(one)], [1]);
    addon.deleteTensor(one);
    assert.deepEqual([...fake.alive], [sum]);
    assert.deepEqual([fake.ran, recorder.recording()], [["AddV2"], false]);
  });

  it("writes operations down in their order, with copies of what they were given, and gives the body's result", () => {
    const variable = number(addon, 5);
    const before = run(addon, "Before", variable);
    const attributes = [{ name: "T", type: addon.TF_ATTR_TYPE, value: addon.TF_FLOAT }];
    const inputs = [variable, before];
    const { result, recording } = recorder.record(() => {
      assert.equal(recorder.recording(), true);
      const [product] = addon.executeOp("MatMul", attributes, inputs, 1);
      const parts = addon.executeOp("Split", [], [product.id], 2);
      return { product, parts };
    });
    attributes.length = inputs.length = 0;
    assert.deepEqual(recording.ops, [
      {
        name: "MatMul",
        attributes: [{ name: "T", type: addon.TF_ATTR_TYPE, value: addon.TF_FLOAT }],
        inputs: [variable, before],
        outputs: [result.product],
      },
      { name: "Split", attributes: [], inputs: [result.product.id], outputs: result.parts },
    ]);
    assert.deepEqual(fake.ran, ["Before", "MatMul", "Split"]);
    expectClosed();
  });

  it("keeps the numbers that tensors are made from as they were, those made before not", () => {
    number(addon, 5);
    const values = Int32Array.of(1, 2, 3, 4);
    const { result, recording } = recorder.record(() => addon.createTensor([2, 2], addon.TF_INT32, values));
    values.fill(0);
    const expected = { shape: [2, 2], dtype: addon.TF_INT32, values: Int32Array.of(1, 2, 3, 4) };
    assert.deepEqual([...recording.constants], [[result, expected]]);
  });

  it("holds deletions of earlier tensors back until release, once, and deletes at once what was made meanwhile", () => {
    const [kept, old] = [number(addon, 1), number(addon, 2)];
    const { result, release } = recorder.record(() => {
      const constant = number(addon, 3);
      const sum = run(addon, "AddV2", old, constant);
      addon.deleteTensor(old);
      addon.deleteTensor(constant);
      assert.ok(fake.alive.has(old) && !fake.alive.has(constant));
      return sum;
    });
    assert.deepEqual([...fake.alive], [kept, old, result]);
    release();
    assert.deepEqual([...fake.alive], [kept, result]);
    release();
    assert.deepEqual([...fake.alive], [kept, result]);
  });

  it("throws where a step reads values, is closed then, and deletes what was held back", () => {
    const old = number(addon, 2);
    const reads = (): void => {
      addon.deleteTensor(old);
      addon.tensorDataSync(number(addon, 3));
    };
    assert.throws(() => recorder.record(reads), { message: "a step reads a tensor's values before it ends" });
    assert.ok(!fake.alive.has(old));
    expectClosed();
  });

  it("is closed after an error of the body, which it hands on, and everything is released", () => {
    const [old, other] = [number(addon, 2), number(addon, 3)];
    const failure = new RangeError("the shapes do not fit");
    const fails = (): void => {
      addon.deleteTensor(old);
      recorder.apart(() => {
        addon.deleteTensor(other);
        recorder.unheard(() => {
          throw failure;
        });
      });
    };
    assert.throws(() => recorder.record(fails), failure);
    assert.deepEqual([...fake.alive], []);
    expectClosed();
  });

  it("records a part apart: its operations are its own, its constants and tensors are known around it", () => {
    const old = number(addon, 9);
    const { result, recording, release } = recorder.record(() => {
      const first = run(addon, "First", old);
      assert.equal(recorder.isApart(), false);
      const part = recorder.apart(() => {
        assert.equal(recorder.isApart(), true);
        const constant = number(addon, 4);
        const inside = run(addon, "Inside", first, constant);
        addon.deleteTensor(old);
        return { constant, inside };
      });
      addon.deleteTensor(part.result.inside);
      assert.ok(!fake.alive.has(part.result.inside), "a tensor of the part is held back");
      run(addon, "Last", first, part.result.constant);
      return part;
    });
    assert.deepEqual(names(recording.ops), ["First", "Last"]);
    assert.deepEqual(names(result.recording.ops), ["Inside"]);
    assert.deepEqual([...result.recording.constants.keys()], [result.result.constant]);
    assert.deepEqual([...recording.constants.keys()], [result.result.constant]);
    assert.ok(fake.alive.has(old), "the part's deletion is not held back");
    release();
    assert.ok(!fake.alive.has(old));
  });

  it("goes on with what is around a part that failed", () => {
    const { recording } = recorder.record(() => {
      assert.throws(() => recorder.apart(() => addon.tensorDataSync(number(addon, 1))), /reads a tensor's/);
      assert.equal(recorder.isApart(), false);
      run(addon, "After");
    });
    assert.deepEqual(names(recording.ops), ["After"]);
    expectClosed();
  });

  it("does not hear what runs unheard, which may read values; an error does not deafen it", () => {
    const { recording } = recorder.record(() => {
      run(addon, "Heard");
      recorder.unheard(() => {
        assert.equal(recorder.recording(), false);
        const x = number(addon, 1);
        run(addon, "Unheard", x);
        assert.deepEqual([...addon.tensorDataSync(x)], [1]);
      });
      assert.equal(recorder.recording(), true);
      const failure = new Error("no");
      const fails = (): never => {
        throw failure;
      };
      assert.throws(() => recorder.unheard(fails), failure);
      run(addon, "HeardToo");
    });
    assert.deepEqual(names(recording.ops), ["Heard", "HeardToo"]);
    assert.equal(recording.constants.size, 0);
    assert.deepEqual(fake.ran, ["Heard", "Unheard", "HeardToo"]);
    assert.equal(
      recorder.unheard(() => 8),
      8,
    );
    expectClosed();
  });

  it("writes an operation down in whose place others ran, at its place, and nothing where nothing is recorded", () => {
    const { result, recording, release } = recorder.record(() => {
      run(addon, "First");
      const [output] = recorder.unheard(() => addon.executeOp("Turn", [], [], 1));
      const op = { name: "StatelessWhile", attributes: [], inputs: [], outputs: [output] };
      recorder.write(op);
      run(addon, "Last", output.id);
      addon.deleteTensor(output.id);
      assert.ok(!fake.alive.has(output.id), "the output of what was written is held back");
      return op;
    });
    assert.deepEqual(names(recording.ops), ["First", "StatelessWhile", "Last"]);
    assert.equal(recording.ops[1], result);
    assert.deepEqual(fake.ran, ["First", "Turn", "Last"]);
    release();
    recorder.write(result);
    assert.equal(recording.ops.length, 3);
    expectClosed();
  });
});
