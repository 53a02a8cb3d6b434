import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { createRng } from "../../extension/algorithms/rng";
import { createParameters, disposeParameters } from "../../extension/engine/parameters";
import { gpt2ConfigJson } from "../../extension/formats/gpt2Config";
import { hiddenStates, logitsOf, parameterShapes, type GptShape } from "../../extension/model/gpt";
import { padBatch } from "../../extension/model/sequences";
import { isProblem } from "../../extension/protocol/problem";
import type { NamedArray } from "../../extension/protocol/trainerEvents";
import { saveModel } from "../../extension/runs/modelFolder";
import { tokenizerJson } from "../../extension/tokenizer/tokenizerJson";
import { trainTokenizer } from "../../extension/tokenizer/trainTokenizer";
import { openModel, type OpenedModel } from "../../extension/trainer/openModel";
import { expectClose } from "../support/expectClose";
import { skipBecause } from "../support/skip";
import { useTestBackend } from "../support/testBackend";

interface PeerAnswer {
  readonly missing: readonly string[];
  readonly logits: readonly number[];
  readonly tokens: readonly (readonly number[])[];
  readonly decoded: readonly string[];
  readonly endToken: number;
  readonly merges: readonly (readonly [string, string])[];
}

const python = process.env.RLHF_PYTHON ?? (process.platform === "win32" ? "python" : "python3");

const story = [
  "Once upon a time there was a little fish named Fin. He was the fastest fish in the sea!",
  "Fin's friends couldn't swim as fast; they'd say: “wait for us, Fin”. He waited, he laughed, he waited.",
  "  Then\n\nthe sea   got dark — 12 sharks\tcame. 한국어 물고기 🐟🐟, naïve café.\r\n",
];
const texts = [...story, "unseen wörds: ångström \u0085\ufeff\u200b\u3000 \x00\x7f", "", " ", "I'll 've 'S"];
const tokenizer = trainTokenizer(story, 300);
const size = { layers: 2, width: 32, heads: 4, context: 24, vocabulary: 300 };

/** Weights much larger than a new model's, so that every part shows in the logits. */
function livelyWeights(shape: GptShape): Record<string, NamedArray> {
  const rng = createRng(17);
  return Object.fromEntries(
    Object.entries(parameterShapes(shape, { outputHead: true })).map(([name, dims]) => {
      const [own, middle] = [rng.split(name), /ln_.*weight/.test(name) ? 1 : 0];
      const length = dims.reduce((a, b) => a * b, 1);
      return [name, { shape: dims, data: Float32Array.from({ length }, () => middle + 0.2 * own.normal()) }];
    }),
  );
}

function logitsOn({ shape, weights }: OpenedModel, sequences: readonly (readonly number[])[]): Float32Array {
  const parameters = createParameters(weights);
  const batch = padBatch(
    sequences.map((prompt) => ({ prompt, response: [] })),
    () => [],
    shape.context,
  );
  const logits = tf.tidy(() => {
    const [ids, positions] = [batch.ids, batch.positions].map((x) => tf.tensor1d(x, "int32"));
    const hidden = hiddenStates(parameters, shape, { ids, positions, batch: batch.batch }, null);
    return Float32Array.from(logitsOf(parameters, shape, hidden).dataSync());
  });
  disposeParameters(parameters);
  return logits;
}

describe("model folders beside Python's transformers", function () {
  this.timeout(300_000);
  let root = "";
  let hasPeer = false;
  before(async () => {
    hasPeer = spawnSync(python, ["-c", "import torch, transformers"]).status === 0;
    await useTestBackend("cpu");
    root = mkdtempSync(join(tmpdir(), "rlhf-transformers-"));
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  for (const tiedHead of [true, false])
    it(`a model with ${tiedHead ? "a tied" : "its own"} output projection has the same logits and token ids there`, function () {
      if (!hasPeer)
        skipBecause(this, `${python} has no torch and transformers (RLHF_PYTHON names another interpreter)`);
      const shape = { ...size, tiedHead };
      const files = {
        "config.json": Buffer.from(gpt2ConfigJson(shape, "output", tokenizer.endToken)),
        "tokenizer.json": Buffer.from(tokenizerJson(tokenizer)),
      };
      const folder = saveModel(root, tiedHead ? "tied" : "untied", livelyWeights(shape), files);
      assert.ok(!isProblem(folder));
      const ours = openModel(folder);
      assert.ok(!isProblem(ours), isProblem(ours) ? ours.message : "");
      const rng = createRng(3);
      const ids = [0, 1, 2].map(() => Array.from({ length: 24 }, () => rng.integer(300)));
      const saveTo = `${folder}-again`;
      const answer = askPeer({ folder, ids, texts, train: { texts: story, size: 300 }, saveTo });

      assert.deepEqual(answer.missing, []);
      const logits = logitsOn(ours, ids);
      assert.ok(Math.max(...logits.map(Math.abs)) > 3, "logits of a size that shows differences");
      expectClose(logits, answer.logits, 1e-4, "logits");
      assert.deepEqual(answer.tokens, texts.map(tokenizer.encode));
      assert.deepEqual(answer.decoded, texts);
      assert.equal(answer.endToken, 299);
      const written = JSON.parse(tokenizerJson(tokenizer)) as { model: { merges: unknown } };
      assert.deepEqual(written.model.merges, answer.merges);

      // And back: what transformers writes, we open.
      const back = openModel(saveTo);
      assert.ok(!isProblem(back), isProblem(back) ? back.message : "");
      assert.deepEqual(back.weights, ours.weights);
      assert.deepEqual(back.shape, shape);
      assert.deepEqual(back.tokenizer?.encode(story.join("")), tokenizer.encode(story.join("")));
    });
});

function askPeer(request: object): PeerAnswer {
  const run = spawnSync(python, [resolve("test/support/transformersPeer.py")], {
    input: JSON.stringify(request),
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  assert.equal(run.status, 0, run.stderr);
  return JSON.parse(run.stdout) as PeerAnswer;
}
