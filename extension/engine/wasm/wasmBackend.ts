import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import type { BackendValues, DataStorage, DataType, Tensor, TensorInfo } from "@tensorflow/tfjs-core";
import * as tf from "@tensorflow/tfjs-core";
import type { Block } from "./allocator";
import type { KernelMemory } from "./kernelMemory";

/** Our backend's name in tfjs's registry. */
export const wasmBackendName = "rlhf-wasm";

type Numbers = Float32Array | Int32Array | Uint8Array;
type NumberType = "float32" | "int32" | "bool";

/** A tensor's data: a block of the shared memory. tfjs's JavaScript kernels read and write `values`, which is a view of it. */
class StoredTensor {
  refCount: number;
  private view: Numbers | null = null;

  constructor(
    private readonly memory: KernelMemory,
    readonly block: Block,
    private readonly length: number,
    readonly dtype: NumberType,
    refCount: number,
  ) {
    this.refCount = refCount;
  }

  get values(): Numbers {
    const { memory, block, length, dtype } = this;
    this.view ??=
      dtype === "float32"
        ? memory.floats(block, length)
        : dtype === "int32"
          ? memory.integers(block, length)
          : memory.bytes(block, length);
    return this.view;
  }
}

/** A tensor's data that is not numbers (text); tfjs's own form. */
interface OtherData {
  readonly values?: BackendValues;
  readonly dtype: DataType;
  refCount: number;
}

/**
 * A tfjs backend whose tensors live in the kernels' shared memory. Everything else it inherits: tfjs's JavaScript kernels work on views of
 * that memory, so an operation without a kernel of ours is slow, not wrong.
 */
export class WasmBackend extends MathBackendCPU {
  declare data: DataStorage<StoredTensor | OtherData>;

  /** tfjs kernel -> the largest tensor (entries) that its JavaScript version has handled since this was last cleared. */
  readonly fallbacks = new Map<string, number>();

  constructor(readonly memoryOfKernels: KernelMemory) {
    super();
  }

  get kernels(): KernelMemory["kernels"] {
    return this.memoryOfKernels.kernels;
  }

  override write(values: BackendValues, shape: number[], dtype: DataType): object {
    const dataId = {};
    this.move(dataId, values, shape, dtype, 1);
    return dataId;
  }

  override move(
    dataId: object,
    values: BackendValues,
    shape: number[],
    dtype: DataType,
    refCount: number,
  ): void {
    if (!isNumberType(dtype)) {
      this.data.set(dataId, { values, dtype, refCount });
      return;
    }
    const stored = this.store(shape, dtype, refCount);
    stored.values.set(values as Numbers);
    this.data.set(dataId, stored);
  }

  override readSync(dataId: object): BackendValues {
    const stored = this.data.get(dataId);
    // A copy: a view would change with whatever uses the block next.
    return stored instanceof StoredTensor ? stored.values.slice() : super.readSync(dataId);
  }

  override disposeData(dataId: object, force = false): boolean {
    const stored = this.data.has(dataId) ? this.data.get(dataId) : null;
    const released = super.disposeData(dataId, force);
    if (released && stored instanceof StoredTensor) this.memoryOfKernels.allocator.free(stored.block);
    return released;
  }

  override memory(): { unreliable: boolean; reasons: string[] } {
    return { unreliable: false, reasons: [] };
  }

  /** A new tensor whose entries are whatever the memory holds: a kernel writes all of them. */
  create(shape: readonly number[], dtype: NumberType = "float32"): TensorInfo {
    const dataId = {};
    this.data.set(dataId, this.store(shape, dtype, 1));
    return { dataId, shape: [...shape], dtype };
  }

  /** A tensor made by `create`, handed to tfjs, which disposes it with the scope that it was made in. */
  adopt(info: TensorInfo): Tensor {
    return tf.engine().makeTensorFromTensorInfo(info, this);
  }

  /** Where a tensor of numbers begins in the shared memory. */
  address(tensor: TensorInfo): number {
    return this.stored(tensor).block.address;
  }

  /** A view of a tensor's numbers, valid until the tensor is disposed. */
  numbers(tensor: TensorInfo): Numbers {
    return this.stored(tensor).values;
  }

  private stored(tensor: TensorInfo): StoredTensor {
    const stored = this.data.get(tensor.dataId);
    if (stored instanceof StoredTensor) return stored;
    throw new Error(`a tensor of type ${tensor.dtype} does not lie in the kernels' memory`);
  }

  private store(shape: readonly number[], dtype: NumberType, refCount: number): StoredTensor {
    const length = shape.reduce((a, b) => a * b, 1);
    const block = this.memoryOfKernels.allocator.allocate(length * (dtype === "bool" ? 1 : 4));
    return new StoredTensor(this.memoryOfKernels, block, length, dtype, refCount);
  }
}

function isNumberType(dtype: DataType): dtype is NumberType {
  return dtype === "float32" || dtype === "int32" || dtype === "bool";
}
