import type { Tensor, TensorInfo } from "@tensorflow/tfjs-core";
import type { LinearOptions } from "../transformerOps";
import { differentiable } from "./differentiable";
import { binaryMultiply } from "./elementwiseKernels";
import type { WasmBackend } from "./wasmBackend";

/** Up to so many rows the weight is read where it lies; with more, packing it pays. Both give the same bits. */
const fewRows = 32;

/** One factor of a matrix product: rows of `stride` floats, read as its transpose where `transposed`. */
interface Factor {
  readonly address: number;
  readonly stride: number;
  readonly transposed: boolean;
}

/** `TransformerOps.linear` on our kernels. */
export function linearOp(
  backend: WasmBackend,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  { activation, transposed = false }: LinearOptions = {},
): Tensor {
  const [n, cin] = x.shape as [number, number];
  const cout = weight.shape[transposed ? 0 : 1] as number;
  const gelu = activation === "gelu";
  const weightStride = transposed ? cin : cout;
  return differentiable(backend, {
    inputs: bias === null ? [x, weight] : [x, weight, bias],
    saved: [x, weight],
    forward: (recorded) => {
      const out = backend.create([n, cout]);
      const slopes = gelu && recorded ? backend.create([n, cout]) : null;
      const [from, matrix, to, biasAt, slopesAt] = [x, weight, out, bias, slopes].map((t) =>
        t === null ? 0 : backend.address(t),
      );
      if (n <= fewRows)
        backend.kernels.fewRowsProduct(from, matrix, transposed, to, n, cout, cin, biasAt, gelu, slopesAt);
      else {
        const b = { address: matrix, stride: weightStride, transposed };
        product(backend, plain(backend, x, cin), b, to, [n, cout, cin], {
          bias: biasAt,
          gelu,
          slopes: slopesAt,
        });
      }
      return slopes === null ? { out } : { out, sides: [slopes] };
    },
    backward: (dy, [input, matrix, slopes]) => {
      const du = gelu ? scaled(backend, dy, slopes) : dy;
      const dx = backend.create([n, cin]);
      const dWeight = backend.create(matrix.shape);
      const w = {
        address: backend.address(matrix),
        stride: weightStride,
        transposed: !transposed,
      };
      product(backend, plain(backend, du, cout), w, backend.address(dx), [n, cin, cout]);
      const [left, right] = transposed ? [du, input] : [input, du];
      const [m, k] = transposed ? [cout, cin] : [cin, cout];
      const a = { ...plain(backend, left, m), transposed: true };
      product(backend, a, plain(backend, right, k), backend.address(dWeight), [m, k, n]);
      const gradients: TensorInfo[] = [dx, dWeight];
      if (bias !== null) {
        const dBias = backend.create([cout]);
        backend.kernels.columnSums(backend.address(du), backend.address(dBias), n, cout);
        gradients.push(dBias);
      }
      if (gelu) backend.disposeData(du.dataId);
      return gradients;
    },
  });
}

function plain(backend: WasmBackend, tensor: TensorInfo, stride: number): Factor {
  return { address: backend.address(tensor), stride, transposed: false };
}

/** dy∘slopes. */
function scaled(backend: WasmBackend, dy: Tensor, slopes: Tensor): TensorInfo {
  const out = backend.create(dy.shape);
  const [x, y, to] = [dy, slopes, out].map((tensor) => backend.address(tensor));
  backend.kernels.binary(binaryMultiply, x, 0, y, 0, to, 1, dy.size);
  return out;
}

/** What happens to the sums of a product: a bias, GELU, and where its slopes go (addresses; 0 = none). */
interface Finish {
  readonly bias: number;
  readonly gelu: boolean;
  readonly slopes: number;
}

/** out [m, n] = a [m, k]·b [k, n], finished. */
function product(
  backend: WasmBackend,
  a: Factor,
  b: Factor,
  out: number,
  [m, n, k]: readonly [number, number, number],
  { bias, gelu, slopes }: Finish = { bias: 0, gelu: false, slopes: 0 },
): void {
  const scratchFloats = (4 * Math.ceil(m / 4) + 8 * Math.ceil(n / 8)) * k;
  backend.memoryOfKernels.withScratch(scratchFloats * 4, (scratch) =>
    backend.kernels.matmul(
      a.address,
      a.stride,
      a.transposed,
      b.address,
      b.stride,
      b.transposed,
      out,
      m,
      n,
      k,
      bias,
      gelu,
      slopes,
      scratch,
    ),
  );
}
