import type { Tensor, TensorInfo } from "@tensorflow/tfjs-core";
import type { LinearOptions } from "../transformerOps";
import { differentiable } from "./differentiable";
import { binaryMultiply } from "./elementwiseKernels";
import type { WasmBackend } from "./wasmBackend";

/** `TransformerOps.linear` on our kernels; GELU's slopes are kept for the gradient. */
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
  return differentiable(backend, {
    inputs: bias === null ? [x, weight] : [x, weight, bias],
    saved: [x, weight],
    forward: (recorded) => {
      const out = backend.create([n, cout]);
      const slopes = gelu && recorded ? backend.create([n, cout]) : null;
      const finish = { bias, gelu, slopes };
      product(backend, [n, cout, cin], out, { tensor: x }, { tensor: weight, transposed }, finish);
      return slopes === null ? { out } : { out, sides: [slopes] };
    },
    backward: (dy, [input, matrix, slopes]) => {
      const du = gelu ? scaled(backend, dy, slopes) : dy;
      const dx = backend.create([n, cin]);
      const dWeight = backend.create(matrix.shape);
      product(backend, [n, cin, cout], dx, { tensor: du }, { tensor: matrix, transposed: !transposed });
      const [left, right, rows, columns] = transposed
        ? ([du, input, cout, cin] as const)
        : ([input, du, cin, cout] as const);
      product(backend, [rows, columns, n], dWeight, { tensor: left, transposed: true }, { tensor: right });
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

/** dy∘slopes. */
function scaled(backend: WasmBackend, dy: Tensor, slopes: Tensor): TensorInfo {
  const out = backend.create(dy.shape);
  const [x, y, to] = [dy, slopes, out].map((tensor) => backend.address(tensor));
  if (dy.size > 0) backend.kernels.binary(binaryMultiply, x, 0, y, 0, to, 1, dy.size);
  return out;
}

/** A matrix, or its transpose. */
interface Factor {
  readonly tensor: TensorInfo;
  readonly transposed?: boolean;
}

/** What happens to the sums of a product: a bias, GELU, and where its slopes are kept. */
interface Finish {
  readonly bias: Tensor | null;
  readonly gelu: boolean;
  readonly slopes: TensorInfo | null;
}

/** out [m, n] = a [m, k]·b [k, n], finished. */
function product(
  backend: WasmBackend,
  [m, n, k]: readonly [number, number, number],
  out: TensorInfo,
  a: Factor,
  b: Factor,
  { bias, gelu, slopes }: Finish = { bias: null, gelu: false, slopes: null },
): void {
  const at = (tensor: TensorInfo | null): number => (tensor === null ? 0 : backend.address(tensor));
  backend.kernels.matmul(
    at(a.tensor),
    a.tensor.shape[1],
    a.transposed ?? false,
    at(b.tensor),
    b.tensor.shape[1],
    b.transposed ?? false,
    at(out),
    m,
    n,
    k,
    at(bias),
    gelu,
    at(slopes),
  );
}
