/** An attribute of an operation as the package's kernels write it; `type` is one of the addon's TF_ATTR_ numbers. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** An attribute that is a type, or a list of types, by TensorFlow's numbers. */
export function typeAttribute(
  { TF_ATTR_TYPE: type }: Pick<Addon, "TF_ATTR_TYPE">,
  name: string,
  value: number | readonly number[],
): OpAttribute {
  return { name, type, value };
}

/** A tensor that an operation gave: its number in the addon, and TensorFlow's number of its type. */
export interface TensorHandle {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

export type TensorValues = Float32Array | Int32Array | Uint8Array;

/** The native addon: what the package's kernels call, and the four functions that ours has besides (`native/addon/functions.cc`). */
export interface Addon {
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_BOOL: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  createTensor(shape: readonly number[], dtype: number, values: TensorValues): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): TensorValues;
  executeOp(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly number[],
    outputs: number,
  ): TensorHandle[];
  /** The serialized OpList of all operations there are. The package's own addon lacks this and the next three. */
  operations?(): Uint8Array;
  /** Makes a serialized FunctionDef callable by its name through `executeOp`. */
  addFunction?(bytes: Uint8Array): void;
  removeFunction?(name: string): void;
  /** Hands free memory back to the system. */
  giveMemoryBack?(): void;
  /** What our operations for processors were compiled for, where TensorFlow took them: "avx512", "avx2" or "plain". */
  readonly kernels?: string;
  /** Which operations these kernels are; version 1 did not say it. */
  readonly kernelsVersion?: number;
}
