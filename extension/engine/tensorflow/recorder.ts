import type { Addon, OpAttribute, TensorHandle, TensorValues } from "./addon";

/** An operation that ran: its inputs and outputs by the addon's tensor numbers, which are never used twice. */
export interface RecordedOp {
  readonly name: string;
  readonly attributes: readonly OpAttribute[];
  readonly inputs: readonly number[];
  readonly outputs: readonly TensorHandle[];
  /** Of a loop: what its `inputs`, the state, become in a turn, and whether there is another. */
  readonly loop?: { readonly next: RecordedPart; readonly goesOn: RecordedPart };
  /** Of a part that may run beside others: what it makes of its `inputs`, which are all that it takes from outside. */
  readonly part?: RecordedPart;
}

/** A function of its inputs; one of a loop also of tensors from outside. */
export interface RecordedPart {
  readonly recording: Recording;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** A tensor that was made from numbers of JavaScript while recording: the same in every run of the graph. */
export interface RecordedConstant {
  readonly shape: readonly number[];
  readonly dtype: number;
  readonly values: TensorValues;
}

export interface Recording {
  /** In the order in which they ran. */
  readonly ops: readonly RecordedOp[];
  readonly constants: ReadonlyMap<number, RecordedConstant>;
}

/** The addon with an ear at it: the package's kernels call `addon`, and what they call while `record` runs is written down. */
export interface Recorder {
  readonly addon: Addon;
  /**
   * Runs `body` and gives what it called. Tensors that were there before and are deleted meanwhile live until `release` is called, so that
   * what was recorded can run from the same state. Throws what `body` throws, and when it reads a tensor's values, which a graph cannot know.
   */
  readonly record: <T>(body: () => T) => {
    readonly result: T;
    readonly recording: Recording;
    readonly release: () => void;
  };
  /** Records `body` apart, inside of `record`; what it made is not part of what is recorded around it. */
  readonly apart: <T>(body: () => T) => { readonly result: T; readonly recording: Recording };
  /** Runs `body` without recording it; where nothing is recorded it just runs. */
  readonly unheard: <T>(body: () => T) => T;
  /** Writes an operation down, in whose place others ran unheard. Does nothing where nothing is recorded. */
  readonly write: (op: RecordedOp) => void;
  readonly recording: () => boolean;
  /** Whether it is a part that is recorded, apart from what is around it. */
  readonly isApart: () => boolean;
}

interface Open {
  readonly ops: RecordedOp[];
  readonly constants: Map<number, RecordedConstant>;
  readonly made: Set<number>;
  readonly deleted: number[];
}

export function createRecorder(addon: Addon): Recorder {
  let open: Open | null = null;
  /** How many parts deep. */
  let depth = 0;
  const heard: Partial<Addon> = {
    createTensor(shape, dtype, values) {
      const id = addon.createTensor(shape, dtype, values);
      open?.made.add(id);
      open?.constants.set(id, { shape: [...shape], dtype, values: values.slice() });
      return id;
    },
    deleteTensor(id) {
      if (open && !open.made.has(id)) open.deleted.push(id);
      else addon.deleteTensor(id);
    },
    tensorDataSync(id) {
      if (open) throw new Error("a step reads a tensor's values before it ends");
      return addon.tensorDataSync(id);
    },
    executeOp(name, attributes, inputs, count) {
      const outputs = addon.executeOp(name, attributes, inputs, count);
      if (open) {
        for (const { id } of outputs) open.made.add(id);
        open.ops.push({ name, attributes: [...attributes], inputs: [...inputs], outputs });
      }
      return outputs;
    },
  };
  return {
    addon: Object.create(addon, Object.getOwnPropertyDescriptors(heard)) as Addon,
    record(body) {
      const opened: Open = { ops: [], constants: new Map(), made: new Set(), deleted: [] };
      const release = (): void => opened.deleted.splice(0).forEach((id) => addon.deleteTensor(id));
      open = opened;
      try {
        const result = body();
        return { result, recording: { ops: opened.ops, constants: opened.constants }, release };
      } catch (error) {
        open = null;
        release();
        throw error;
      } finally {
        open = null;
      }
    },
    apart(body) {
      const outer = open;
      depth++;
      const inner: Open = { ops: [], constants: new Map(), made: new Set(), deleted: outer?.deleted ?? [] };
      open = inner;
      try {
        return { result: body(), recording: inner };
      } finally {
        depth--;
        open = outer;
        // A tensor of numbers is made when it is first used, which may be in here, and be used again out there.
        for (const [id, constant] of inner.constants) outer?.constants.set(id, constant);
        for (const id of inner.made) outer?.made.add(id);
      }
    },
    unheard(body) {
      const outer = open;
      open = null;
      try {
        return body();
      } finally {
        open = outer;
      }
    },
    write(op) {
      for (const { id } of op.outputs) open?.made.add(id);
      open?.ops.push(op);
    },
    recording: () => open !== null,
    isApart: () => depth > 0,
  };
}
