import type { Tensor } from "@tensorflow/tfjs-core";
import { differentiable } from "./differentiable";
import type { WasmBackend } from "./wasmBackend";

/** `TransformerOps.tokenLogprobs` on our kernels; each row's maximum and log-sum are kept for the gradient. */
export function tokenLogprobsOp(
  backend: WasmBackend,
  logits: Tensor,
  targets: Tensor,
  temperature: number,
): Tensor {
  const [m, v] = logits.shape as [number, number];
  return differentiable(backend, {
    inputs: [logits],
    saved: [logits, targets],
    forward: () => {
      const out = backend.create([m]);
      const statistics = backend.create([m, 2]);
      const [from, targetsAt, to, statisticsAt] = addresses(backend, logits, targets, out, statistics);
      backend.kernels.tokenLogprobs(from, targetsAt, to, statisticsAt, m, v, temperature);
      return { out, sides: [statistics] };
    },
    backward: (dy, [savedLogits, savedTargets, statistics]) => {
      const dlogits = backend.create([m, v]);
      const [dyAt, from, targetsAt, statisticsAt, to] = addresses(
        backend,
        dy,
        savedLogits,
        savedTargets,
        statistics,
        dlogits,
      );
      backend.kernels.tokenLogprobsBackward(dyAt, from, targetsAt, statisticsAt, to, m, v, temperature);
      return [dlogits];
    },
  });
}

/** `TransformerOps.entropy` on our kernels. */
export function entropyOp(backend: WasmBackend, logits: Tensor, temperature: number): Tensor {
  const [m, v] = logits.shape as [number, number];
  return differentiable(backend, {
    inputs: [logits],
    saved: [logits],
    forward: () => {
      // The result is wanted again for the gradient: a copy of it goes with the statistics.
      const [out, copy] = [backend.create([m]), backend.create([m])];
      const statistics = backend.create([m, 2]);
      const [from, to, statisticsAt] = addresses(backend, logits, out, statistics);
      backend.kernels.entropy(from, to, statisticsAt, m, v, temperature);
      backend.numbers(copy).set(backend.numbers(out));
      return { out, sides: [copy, statistics] };
    },
    backward: (dy, [savedLogits, entropies, statistics]) => {
      const dlogits = backend.create([m, v]);
      const [dyAt, from, entropiesAt, statisticsAt, to] = addresses(
        backend,
        dy,
        savedLogits,
        entropies,
        statistics,
        dlogits,
      );
      backend.kernels.entropyBackward(dyAt, from, entropiesAt, statisticsAt, to, m, v, temperature);
      return [dlogits];
    },
  });
}

/** Rows of a table by number, differentiable in the table: `TransformerOps.embedding` and `gatherRows` on our kernels. */
export function gatherRowsOp(backend: WasmBackend, table: Tensor, ids: Tensor): Tensor {
  const [size, width] = table.shape as [number, number];
  const m = ids.size;
  return differentiable(backend, {
    inputs: [table],
    saved: [ids],
    forward: () => {
      const out = backend.create([m, width]);
      const [from, idsAt, to] = addresses(backend, table, ids, out);
      backend.kernels.gatherRows(from, idsAt, to, m, size, width);
      return { out };
    },
    backward: (dy, [savedIds]) => {
      const dTable = backend.create([size, width]);
      const [dyAt, idsAt, to] = addresses(backend, dy, savedIds, dTable);
      backend.kernels.scatterRows(dyAt, idsAt, to, m, size, width);
      return [dTable];
    },
  });
}

function addresses(backend: WasmBackend, ...tensors: Parameters<WasmBackend["address"]>[0][]): number[] {
  return tensors.map((tensor) => backend.address(tensor));
}
