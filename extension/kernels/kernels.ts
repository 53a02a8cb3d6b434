// The kernels: what the host calls, and the table of tiled operations that every thread runs.
import { matmulTile } from "./matmul";
import { columnSumsTile } from "./columnSums";
import { layerNormTile, layerNormInputTile, layerNormParameterTile } from "./layerNorm";
import { attentionTile, attentionBackwardTile } from "./attention";
import { cachedAttentionTile } from "./cachedAttention";
import {
  tokenLogprobsTile,
  tokenLogprobsBackwardTile,
  entropyTile,
  entropyBackwardTile,
} from "./crossEntropy";
import { scatterRowsTile } from "./rows";
import { sampleTile } from "./sample";
import { adamTile, squaresTile, blendTile } from "./optimizer";
import { unaryTile, binaryTile } from "./elementwise";
import { sumRowsTile, softmaxTile } from "./reduce";
import { Operation } from "./operations";

export { setWorkers, work, stopWorkers } from "./control";
export { matmul } from "./matmul";
export { columnSums } from "./columnSums";
export { layerNorm, layerNormBackward } from "./layerNorm";
export { causalAttention, causalAttentionBackward, attentionScratch } from "./attention";
export { cachedAttention } from "./cachedAttention";
export { tokenLogprobs, tokenLogprobsBackward, entropy, entropyBackward } from "./crossEntropy";
export { gatherRows, scatterRows } from "./rows";
export { sampleTokens } from "./sample";
export { adamUpdate, squaresByChunk, sumPartials, chunksOf, blend } from "./optimizer";
export { unary, binary } from "./elementwise";
export { sumRows, softmax } from "./reduce";

/** Runs one tile of the operation whose arguments are set. */
export function runTile(operation: i32, tile: i32): void {
  switch (operation) {
    case Operation.matmulTile:
      return matmulTile(tile);
    case Operation.columnSumsTile:
      return columnSumsTile(tile);
    case Operation.layerNormTile:
      return layerNormTile(tile);
    case Operation.layerNormInputTile:
      return layerNormInputTile(tile);
    case Operation.layerNormParameterTile:
      return layerNormParameterTile(tile);
    case Operation.attentionTile:
      return attentionTile(tile);
    case Operation.attentionBackwardTile:
      return attentionBackwardTile(tile);
    case Operation.cachedAttentionTile:
      return cachedAttentionTile(tile);
    case Operation.tokenLogprobsTile:
      return tokenLogprobsTile(tile);
    case Operation.tokenLogprobsBackwardTile:
      return tokenLogprobsBackwardTile(tile);
    case Operation.entropyTile:
      return entropyTile(tile);
    case Operation.entropyBackwardTile:
      return entropyBackwardTile(tile);
    case Operation.scatterRowsTile:
      return scatterRowsTile(tile);
    case Operation.sampleTile:
      return sampleTile(tile);
    case Operation.adamTile:
      return adamTile(tile);
    case Operation.squaresTile:
      return squaresTile(tile);
    case Operation.blendTile:
      return blendTile(tile);
    case Operation.unaryTile:
      return unaryTile(tile);
    case Operation.binaryTile:
      return binaryTile(tile);
    case Operation.sumRowsTile:
      return sumRowsTile(tile);
    case Operation.softmaxTile:
      return softmaxTile(tile);
  }
}
