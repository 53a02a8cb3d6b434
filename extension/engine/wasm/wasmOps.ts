import type { Tensor } from "@tensorflow/tfjs-core";
import { inTurn } from "../referenceOps";
import type { TransformerOps } from "../transformerOps";
import { cachedAttentionOp, causalAttentionOp } from "./attentionOps";
import { differentiable } from "./differentiable";
import { linearOp } from "./linearOp";
import { entropyOp, gatherRowsOp, tokenLogprobsOp } from "./tokenOps";
import type { WasmBackend } from "./wasmBackend";

/** `TransformerOps` on our kernels, each with a gradient of its own. */
export function wasmOps(backend: WasmBackend): TransformerOps {
  const { kernels, memoryOfKernels: memory } = backend;
  const at = (tensor: Tensor): number => backend.address(tensor);
  return {
    embedding: (ids, table) => gatherRowsOp(backend, table, ids),
    linear: (x, weight, bias, options) => linearOp(backend, x, weight, bias, options),
    layerNorm: (x, gain, bias) => layerNormOp(backend, x, gain, bias),
    causalAttention: (qkv, batch, heads) => causalAttentionOp(backend, qkv, batch, heads),
    tokenLogprobs: (logits, targets, temperature) => tokenLogprobsOp(backend, logits, targets, temperature),
    entropy: (logits, temperature) => entropyOp(backend, logits, temperature),
    gatherRows: (x, rows) => gatherRowsOp(backend, x, rows),
    cachedAttention: (qkv, cache, lengths, heads) => cachedAttentionOp(backend, qkv, cache, lengths, heads),

    graphLoops: null,

    sideBySide: inTurn,

    sampleTokens(logits, seeds, positions, temperature) {
      const [rows, vocabulary] = logits.shape as [number, number];
      const out = backend.create([rows], "int32");
      const to = backend.address(out);
      kernels.sampleTokens(at(logits), at(seeds), at(positions), to, rows, vocabulary, temperature);
      return backend.adopt(out);
    },

    adamUpdate(weights, { m, v }, step, { beta1, beta2, epsilon }) {
      const betas = [beta1, 1 - beta1, beta2, 1 - beta2] as const;
      let before = 0;
      for (const { weight, gradient, decay } of weights) {
        const moments = [at(m) + before, at(v) + before] as const;
        kernels.adamUpdate(
          ...[at(weight), at(gradient), ...moments, at(step), weight.size],
          ...betas,
          ...[epsilon, decay],
        );
        before += weight.size * Float32Array.BYTES_PER_ELEMENT;
      }
    },

    sumOfSquares(tensors) {
      const out = backend.create([]);
      const to = backend.address(out);
      const counts = tensors.map((tensor) => kernels.chunksOf(tensor.size));
      const total = counts.reduce((a, b) => a + b, 0);
      memory.withScratch(total * 8, (scratch) => {
        let place = scratch;
        tensors.forEach((tensor, i) => {
          kernels.squaresByChunk(at(tensor), place, tensor.size);
          place += counts[i] * 8;
        });
        kernels.sumPartials(scratch, to, total);
      });
      return backend.adopt(out);
    },

    blend(target, a, x, b) {
      kernels.blend(at(target), a, at(x), b, target.size);
    },
  };
}

/** `TransformerOps.layerNorm` on our kernels; each row's mean and inverse deviation are kept for the gradient. */
function layerNormOp(backend: WasmBackend, x: Tensor, gain: Tensor, bias: Tensor): Tensor {
  const [n, c] = x.shape as [number, number];
  const at = (tensor: Parameters<WasmBackend["address"]>[0]): number => backend.address(tensor);
  return differentiable(backend, {
    inputs: [x, gain, bias],
    saved: [x, gain],
    forward: () => {
      const out = backend.create([n, c]);
      const statistics = backend.create([n, 2]);
      backend.kernels.layerNorm(at(x), at(gain), at(bias), at(out), at(statistics), n, c);
      return { out, sides: [statistics] };
    },
    backward: (dy, [input, scale, statistics]) => {
      const gradients = [backend.create([n, c]), backend.create([c]), backend.create([c])];
      const [dx, dGain, dBias] = gradients.map(at);
      backend.kernels.layerNormBackward(at(dy), at(input), at(scale), at(statistics), dx, dGain, dBias, n, c);
      return gradients;
    },
  });
}
