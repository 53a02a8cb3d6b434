import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRng } from "../../extension/algorithms/rng";
import { gpt2ConfigJson, type ModelHead } from "../../extension/formats/gpt2Config";
import { decodeTensors, encodeTensors } from "../../extension/formats/safetensors";
import { initialWeights, type GptShape } from "../../extension/model/gpt";
import { initialHead } from "../../extension/model/heads";
import { isProblem } from "../../extension/protocol/problem";
import type { NamedArray } from "../../extension/protocol/trainerEvents";
import { saveModel } from "../../extension/runs/modelFolder";
import { tokenizerJson } from "../../extension/tokenizer/tokenizerJson";
import { trainTokenizer } from "../../extension/tokenizer/trainTokenizer";
import { openModel, type OpenedModel } from "../../extension/trainer/openModel";

const tokenizer = trainTokenizer(["the cat sat on the mat, the cat"], 262);
const shape: GptShape = { layers: 1, width: 8, heads: 2, context: 6, vocabulary: 262, tiedHead: true };
const rng = createRng(1);
const weights = initialWeights(shape, rng);

type Weights = Record<string, NamedArray>;

interface Parts {
  shape: GptShape;
  head: ModelHead;
  weights: Weights;
  tokenizer: string | null;
}

describe("openModel", () => {
  let root = "";
  let count = 0;
  before(() => (root = mkdtempSync(join(tmpdir(), "rlhf-models é "))));
  after(() => rmSync(root, { recursive: true, force: true }));

  /** A folder as another program would write it: no sums. */
  function folderOf(change: (parts: Parts) => void): string {
    const parts: Parts = {
      shape,
      head: "output",
      weights: { ...weights },
      tokenizer: tokenizerJson(tokenizer),
    };
    change(parts);
    const folder = join(root, `model${count++}`);
    mkdirSync(folder);
    writeFileSync(join(folder, "config.json"), gpt2ConfigJson(parts.shape, parts.head, 261));
    writeFileSync(join(folder, "model.safetensors"), encodeTensors(parts.weights));
    if (parts.tokenizer !== null) writeFileSync(join(folder, "tokenizer.json"), parts.tokenizer);
    return folder;
  }

  function opened(folder: string): OpenedModel {
    const result = openModel(folder);
    assert.ok(!isProblem(result), isProblem(result) ? result.message : "");
    return result;
  }

  function sentence(change: (parts: Parts) => void, file: string): string {
    const folder = folderOf(change);
    const result = openModel(folder);
    assert.ok(isProblem(result), "expected a problem");
    assert.ok(result.message.startsWith(join(folder, file)), result.message);
    assert.match(result.message, /^[^\n]*\.$/);
    return result.message.slice(join(folder, file).length);
  }

  it("openModel() opens what saveModel() wrote, files byte for byte", () => {
    const config = Buffer.from(gpt2ConfigJson(shape, "output", 261));
    const words = Buffer.from(tokenizerJson(tokenizer));
    const folder = saveModel(root, "base", weights, { "config.json": config, "tokenizer.json": words });
    assert.ok(!isProblem(folder));
    const model = opened(folder);
    assert.deepEqual(model.weights, weights);
    assert.deepEqual([model.shape, model.head, model.folder], [shape, "output", folder]);
    assert.deepEqual(model.tokenizer?.encode("the mat"), tokenizer.encode("the mat"));
    assert.deepEqual(Object.keys(model.files), ["config.json", "tokenizer.json"]);
    // transformers 4 does not load a file with an output projection and names without the prefix.
    const written = decodeTensors(readFileSync(join(folder, "model.safetensors")), "model.safetensors");
    assert.ok(!isProblem(written));
    assert.deepEqual(
      Object.keys(written),
      Object.keys(weights)
        .map((name) => `transformer.${name}`)
        .sort(),
    );
    assert.deepEqual(Buffer.from(model.files["config.json"]), config);
    assert.deepEqual(Buffer.from(model.files["tokenizer.json"]), words);
  });
  it("openModel() opens a model without a tokenizer", () => {
    const model = opened(folderOf((parts) => (parts.tokenizer = null)));
    assert.equal(model.tokenizer, null);
    assert.deepEqual(Object.keys(model.files), ["config.json"]);
  });
  it("openModel() takes names as transformers writes them, and leaves out its masks", () => {
    const model = opened(
      folderOf((parts) => {
        const entries = Object.entries(parts.weights).map(([name, array]) => [`transformer.${name}`, array]);
        const mask = { shape: [1, 1, 6, 6], data: new Float32Array(36).fill(NaN) };
        const masks = { "transformer.h.0.attn.bias": mask, "h.0.attn.masked_bias": mask };
        parts.weights = { ...(Object.fromEntries(entries) as Weights), ...masks };
      }),
    );
    assert.deepEqual(model.weights, weights);
  });
  it("openModel() leaves out a copy of a tied output projection, and refuses another matrix in its place", () => {
    const model = opened(
      folderOf((parts) => (parts.weights["lm_head.weight"] = parts.weights["wte.weight"])),
    );
    assert.deepEqual(Object.keys(model.weights).sort(), Object.keys(weights).sort());
    const other = { shape: [262, 8], data: new Float32Array(262 * 8) };
    const told = sentence((parts) => (parts.weights["lm_head.weight"] = other), "model.safetensors");
    assert.match(told, /there is a tensor "lm_head\.weight" that a model of this config\.json does not have/);
  });
  it("openModel() opens reward models and a policy with a value head on its trunk", () => {
    for (const head of ["linear", "mlp"] as const) {
      const model = opened(
        folderOf((parts) => {
          parts.head = head;
          parts.weights = { ...weights, ...initialHead(8, head, "score", rng) };
        }),
      );
      assert.equal(model.head, head);
      assert.ok(model.weights["score.weight"]);
    }
    const shared = opened(
      folderOf((parts) => Object.assign(parts.weights, initialHead(8, "linear", "value", "zeros"))),
    );
    assert.ok(shared.weights["value.bias"]);
  });
  it("openModel() names the tensor that does not fit", () => {
    const file = "model.safetensors";
    assert.match(
      sentence((parts) => delete parts.weights["h.0.ln_2.bias"], file),
      /: the tensor "h\.0\.ln_2\.bias" is missing, which config\.json asks for: \[8\]\./,
    );
    assert.match(
      sentence((parts) => (parts.shape = { ...shape, tiedHead: false }), file),
      /: the tensor "lm_head\.weight" is missing, which config\.json asks for: \[262, 8\]\./,
    );
    assert.match(
      sentence((parts) => (parts.shape = { ...shape, context: 7 }), file),
      /: the tensor "wpe\.weight" is \[6, 8\], and config\.json asks for \[7, 8\]\./,
    );
    assert.match(
      sentence((parts) => (parts.weights["h.1.ln_1.weight"] = weights["ln_f.bias"]), file),
      /: there is a tensor "h\.1\.ln_1\.weight" that a model of this config\.json does not have\./,
    );
    assert.match(
      sentence((parts) => (parts.head = "linear"), file),
      /: the tensor "score\.weight" is missing, which config\.json asks for: \[1, 8\]\./,
    );
  });
  it("openModel() refuses weights that are no finite numbers and names the tensor", () => {
    for (const wrong of [NaN, Infinity, -Infinity]) {
      const told = sentence((parts) => {
        const data = Float32Array.from(weights["h.0.mlp.c_fc.bias"].data);
        data[5] = wrong;
        parts.weights["h.0.mlp.c_fc.bias"] = { shape: [32], data };
      }, "model.safetensors");
      assert.match(
        told,
        /: the tensor "h\.0\.mlp\.c_fc\.bias" has (NaN|-?Infinity) as its value 5; every weight/,
      );
    }
  });
  it("openModel() refuses a tokenizer of another vocabulary, larger or smaller", () => {
    for (const size of [261, 263]) {
      const other = tokenizerJson(trainTokenizer(["the cat sat on the mat, the cat"], size));
      const told = sentence((parts) => (parts.tokenizer = other), "tokenizer.json");
      assert.match(
        told,
        new RegExp(` has ${size} tokens, and the model beside it has a vocabulary of 262: put back`),
      );
    }
    assert.match(
      sentence((parts) => (parts.tokenizer = "{"), "tokenizer.json"),
      / is not valid JSON/,
    );
  });
  it("openModel() names a file that is missing, cut or altered", () => {
    const folder = folderOf(() => undefined);
    writeFileSync(join(folder, "model.safetensors"), encodeTensors(weights).subarray(0, 3000));
    const cut = openModel(folder);
    assert.ok(isProblem(cut));
    assert.match(cut.message, /model\.safetensors is not a whole safetensors file: its tensors take/);
    rmSync(join(folder, "config.json"));
    const missing = openModel(folder);
    assert.ok(isProblem(missing));
    assert.match(missing.message, /config\.json is missing\./);
    const saved = saveModel(root, "altered", weights, {
      "config.json": Buffer.from(gpt2ConfigJson(shape, "output", 261)),
    });
    assert.ok(!isProblem(saved));
    const path = join(saved, "config.json");
    writeFileSync(path, gpt2ConfigJson(shape, "output", 260));
    const altered = openModel(saved);
    assert.ok(isProblem(altered));
    assert.match(altered.message, /config\.json was altered or is damaged/);
  });
});
