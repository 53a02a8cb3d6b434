import type { Tensor, Variable } from "@tensorflow/tfjs-core";
import { differentiable } from "./differentiable";
import type { WasmBackend } from "./wasmBackend";

/** `TransformerOps.causalAttention` on our kernels; the attention weights [B, H, T, T] are kept for the gradient. */
export function causalAttentionOp(backend: WasmBackend, qkv: Tensor, batch: number, heads: number): Tensor {
  const { kernels, memoryOfKernels: memory } = backend;
  const [rows, packed] = qkv.shape as [number, number];
  const [length, width] = [rows / batch, packed / 3];
  const depth = width / heads;
  const scratchBytes = memory.threads * kernels.attentionScratch(length, depth);
  return differentiable(backend, {
    inputs: [qkv],
    saved: [qkv],
    forward: () => {
      const out = backend.create([rows, width]);
      const weights = backend.create([batch, heads, length, length]);
      const [from, to, weightsAt] = [qkv, out, weights].map((t) => backend.address(t));
      memory.withScratch(scratchBytes, (scratch) =>
        kernels.causalAttention(from, to, weightsAt, batch, length, heads, depth, scratch),
      );
      return { out, sides: [weights] };
    },
    backward: (dy, [input, weights]) => {
      const dqkv = backend.create([rows, packed]);
      const [dyAt, from, weightsAt, to] = [dy, input, weights, dqkv].map((t) => backend.address(t));
      memory.withScratch(scratchBytes, (scratch) =>
        kernels.causalAttentionBackward(dyAt, from, weightsAt, to, batch, length, heads, depth, scratch),
      );
      return [dqkv];
    },
  });
}

/** `TransformerOps.cachedAttention` on our kernels: writes the cache in place. */
export function cachedAttentionOp(
  backend: WasmBackend,
  qkv: Tensor,
  cache: Variable,
  lengths: Tensor,
  heads: number,
): Tensor {
  const { kernels, memoryOfKernels: memory } = backend;
  const [batch, slots, pair] = cache.shape as [number, number, number];
  const [rows, width] = [qkv.shape[0], pair / 2];
  const out = backend.create([rows, width]);
  const [from, cacheAt, lengthsAt, to] = [qkv, cache, lengths, out].map((t) => backend.address(t));
  memory.withScratch(memory.threads * 4 * Math.ceil(slots / 4) * 4, (scratch) =>
    kernels.cachedAttention(
      from,
      cacheAt,
      lengthsAt,
      to,
      batch,
      rows / batch,
      slots,
      heads,
      width / heads,
      scratch,
    ),
  );
  return backend.adopt(out);
}
