import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { ops, setOps } from "../../extension/engine/ops";
import { createParameters, disposeParameters } from "../../extension/engine/parameters";
import type { TransformerOps } from "../../extension/engine/transformerOps";
import { gpt2ConfigJson } from "../../extension/formats/gpt2Config";
import { generate } from "../../extension/model/generate";
import { hiddenStates, logitsOf, type GptModel } from "../../extension/model/gpt";
import { padBatch } from "../../extension/model/sequences";
import { isProblem } from "../../extension/protocol/problem";
import { saveModel } from "../../extension/runs/modelFolder";
import { openModel } from "../../extension/trainer/openModel";
import { onEachBackend } from "../support/backends";
import { expectClose } from "../support/expectClose";
import { nanoSort } from "../support/nanoSort";

/** Runs the whole model on token sequences of equal length: logits [B·T·V], row by row. */
function logitsOn(model: GptModel, sequences: readonly (readonly number[])[]): Float32Array {
  const batch = padBatch(
    sequences.map((prompt) => ({ prompt, response: [] })),
    () => [],
    sequences[0].length,
  );
  return tf.tidy(() => {
    const [ids, positions] = [batch.ids, batch.positions].map((x) => tf.tensor1d(x, "int32"));
    const hidden = hiddenStates(model.parameters, model.shape, { ids, positions, batch: batch.batch }, null);
    return Float32Array.from(logitsOf(model.parameters, model.shape, hidden).dataSync());
  });
}

/** What went into the layer norms, and what every operation gave, in order, while `run` ran. */
function recorded(run: () => void): { readonly norms: Float32Array[]; readonly results: Float32Array[] } {
  const real = ops();
  const norms: Float32Array[] = [];
  const results: Float32Array[] = [];
  const values = (tensor: tf.Tensor): Float32Array => Float32Array.from(tensor.dataSync());
  const kept = (tensor: tf.Tensor): tf.Tensor => {
    results.push(values(tensor));
    return tensor;
  };
  const spy: TransformerOps = {
    ...real,
    embedding: (...args) => kept(real.embedding(...args)),
    linear: (...args) => kept(real.linear(...args)),
    causalAttention: (...args) => kept(real.causalAttention(...args)),
    layerNorm: (x, gain, bias) => {
      norms.push(values(x));
      return kept(real.layerNorm(x, gain, bias));
    },
  };
  setOps(spy);
  try {
    run();
  } finally {
    setOps(real);
  }
  return { norms, results };
}

/** All 3^6 sequences of six digits; the slow reference sorts a ninth of them. */
const allInputs = Array.from({ length: 729 }, (_, n) =>
  Array.from({ length: 6 }, (_, place) => Math.floor(n / 3 ** place) % 3),
);

onEachBackend("a real model (gpt-nano-sort)", (backend) => {
  it("gives its authors' logits and every intermediate value they publish", function () {
    const { shape, weights, partials } = nanoSort(this);
    const model = { shape, parameters: createParameters(weights) };
    const inputs = [0, 1, 2].map((b) => Array.from(partials.idx.data.subarray(11 * b, 11 * b + 11)));
    let logits: Float32Array = new Float32Array();
    const { norms, results } = recorded(() => (logits = logitsOn(model, inputs)));
    disposeParameters(model.parameters);
    expectClose(logits, partials.lm_head.data, 1e-4, "logits");
    const [tokens, , ln1, qkv, y, yProj, ln2, gelu, mlp] = results;
    const [x, attnResid, block0, , block1, , block2] = norms;
    const found = {
      tok_emb: tokens,
      x,
      ln1,
      qkv,
      y,
      yProj,
      attnResid,
      ln2,
      gelu,
      mlp,
      block0,
      block1,
      block2,
    };
    for (const [name, values] of Object.entries(found)) expectClose(values, partials[name].data, 1e-4, name);
    expectClose(results[results.length - 2], partials.ln_f.data, 1e-4, "ln_f");
    expectClose(block0, partials.mlpResid.data, 1e-4, "mlpResid");
  });
  const inputs = backend === "wasm" ? allInputs : allInputs.filter((_, i) => i % 9 === 0);
  it(`sorts ${inputs.length} of ${inputs.length} sequences by greedy decoding`, async function () {
    const { shape, weights } = nanoSort(this);
    const model = { shape, parameters: createParameters(weights) };
    // The context holds 11 tokens: six digits and five of the answer; the sixth is what the full sequence predicts.
    const options = { responseTokens: 6, temperature: 0, endToken: -1, batchSize: 243 };
    const seeds = inputs.map(() => 0);
    const five = (await generate(model, inputs, seeds, options)).map(({ tokens }) => tokens);
    const logits = logitsOn(
      model,
      inputs.map((input, i) => [...input, ...five[i]]),
    );
    disposeParameters(model.parameters);
    const sixth = (i: number): number => {
      const last = [...logits.subarray(33 * i + 30, 33 * i + 33)];
      return last.indexOf(Math.max(...last));
    };
    const sorted = inputs.filter((input, i) => [...five[i], sixth(i)].join() === [...input].sort().join());
    assert.equal(sorted.length, inputs.length);
  });
  it("is the same after it was saved as a model folder and opened", function () {
    const { shape, weights } = nanoSort(this);
    const project = mkdtempSync(join(tmpdir(), "rlhf-real-"));
    try {
      const config = new TextEncoder().encode(gpt2ConfigJson(shape, "output", null));
      const folder = saveModel(project, "nano-sort", weights, { "config.json": config });
      assert.ok(!isProblem(folder));
      const opened = openModel(folder);
      assert.ok(!isProblem(opened), isProblem(opened) ? opened.message : "");
      assert.deepEqual(opened.shape, shape);
      assert.deepEqual(opened.weights, weights);
    } finally {
      rmSync(project, { recursive: true, force: true });
    }
  });
});
