import { createParameters } from "../../extension/engine/parameters";
import { parameterShapes, type GptModel, type GptShape } from "../../extension/model/gpt";

const shape: GptShape = { layers: 1, width: 28, heads: 2, context: 32, vocabulary: 27, tiedHead: false };

/**
 * A GPT whose next token is always the one after the last, and 0 after 26, whatever came before: embeddings are unit vectors, the block adds
 * nothing, and the output projection is the embeddings shifted by one, so steep that no draw goes elsewhere.
 */
export function scriptedPolicy(): GptModel {
  const unit = (scale: number, shift: number): Float32Array => {
    const data = new Float32Array(shape.vocabulary * shape.width);
    for (let token = 0; token < shape.vocabulary; token++)
      data[((token + shift) % shape.vocabulary) * shape.width + token] = scale;
    return data;
  };
  const weights = Object.entries(parameterShapes(shape, { outputHead: true })).map(([name, dims]) => {
    const zeros = new Float32Array(dims.reduce((a, b) => a * b, 1));
    const special = {
      "wte.weight": unit(1, 0),
      "lm_head.weight": unit(50, 1),
      "ln_f.weight": zeros.map(() => 1),
    }[name];
    return [name, { shape: dims, data: special ?? zeros }] as const;
  });
  return { shape, parameters: createParameters(Object.fromEntries(weights)) };
}
