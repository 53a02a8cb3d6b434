import { createRng } from "../../extension/algorithms/rng";
import { gpt2ConfigJson, type ModelHead } from "../../extension/formats/gpt2Config";
import { initialWeights, type GptShape } from "../../extension/model/gpt";
import { initialHead } from "../../extension/model/heads";
import type { NamedArray } from "../../extension/protocol/trainerEvents";
import { saveModel } from "../../extension/runs/modelFolder";
import { tokenizerJson } from "../../extension/tokenizer/tokenizerJson";
import { trainTokenizer } from "../../extension/tokenizer/trainTokenizer";
import { good } from "./fakeRuns";

export const tinyTokenizer = trainTokenizer(["the cat sat on the mat . the dog sat on the log ."], 288);

export const tinyShape: GptShape = {
  layers: 1,
  width: 16,
  heads: 2,
  context: 64,
  vocabulary: tinyTokenizer.vocabularySize,
  tiedHead: true,
};

/** An untrained model of one layer as models/NAME of a project, with a tokenizer. Returns its folder. */
export function saveTinyModel(
  project: string,
  name: string,
  head: ModelHead = "output",
  change: (weights: Record<string, NamedArray>) => void = () => undefined,
): string {
  const rng = createRng(11);
  const weights = {
    ...initialWeights(tinyShape, rng),
    ...(head === "output" ? {} : initialHead(tinyShape.width, head, "score", rng)),
  };
  change(weights);
  const text = new TextEncoder();
  const files = {
    "config.json": text.encode(gpt2ConfigJson(tinyShape, head, tinyTokenizer.endToken)),
    "tokenizer.json": text.encode(tokenizerJson(tinyTokenizer)),
  };
  return good(saveModel(project, name, weights, files));
}
