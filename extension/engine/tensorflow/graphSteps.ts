import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Variable } from "@tensorflow/tfjs-core";
import { saysOutOfMemory } from "../../protocol/outOfMemory";
import { runDirectly, stepListener, type StepInput, type StepKey, type StepRunner } from "../compiledStep";
import type { OpAttribute, TensorHandle, TensorValues } from "./addon";
import { callAttributes, foreignTensors, writeFunctions } from "./functionDef";
import type { Messages, OpDef } from "./messages";
import type { Recorder } from "./recorder";

/** As much as is used here of the package's backend. */
export interface NativeBackend {
  readonly tensorMap: { get(dataId: object): { id: number; dtype: number } };
  /** The addon's numbers of tensors; those that were only promised are made now. */
  getInputTensorIds(tensors: readonly Tensor[]): number[];
}

/** Graphs that are kept at most; the one that was not used for longest goes first. */
const keptGraphs = 64;

/** A graph and a run operation by operation may differ by this much, relative to the norm of each output… */
const outputTolerance = 1e-4;
/** …and of each variable… */
const variableTolerance = 1e-2;
/**
 * …but for variables with this share of all entries at most: some gradients are truly zero (a key's bias; a score's bias, of which only
 * differences count), and Adam makes steps of the learning rate out of their rounding.
 */
const strayShare = 0.01;

type Values = Record<string, Float32Array>;

interface Graph {
  /** The function's name in TensorFlow. */
  readonly name: string;
  /** How it is run. */
  readonly attributes: readonly OpAttribute[];
  /** It and those of its loops. */
  readonly functions: string[];
  readonly inputs: readonly string[];
  readonly reads: readonly VariablePlace[];
  readonly outputs: readonly string[];
  readonly writes: readonly VariablePlace[];
}

/** A variable that is the same in every run, or one of those that come with the run (`StepKey.variables`), by its number. */
type VariablePlace = Variable | number;

/**
 * Runs steps as graphs: the first run of a step with these shapes is recorded and becomes a function of inputs and variables, which gives outputs
 * and the variables' new values; every run is one call of that function. Before it is trusted it runs from the same state as the recorded run and
 * must give the same. Its results count, so that a run that is resumed, and records again, goes on with the same bits.
 */
export function graphRunner(
  recorder: Recorder,
  backend: NativeBackend,
  messages: Messages,
  options: { readonly xla: boolean; readonly checkAlways: boolean },
): StepRunner {
  const { addon } = recorder;
  const graphs = new Map<string, Graph | null>();
  const owners = new WeakMap<object, number>();
  let ownerCount = 0;
  let made = 0;
  let operations: ReadonlyMap<string, OpDef> | null = null;

  const ownerOf = (object: object | string): number | string => {
    if (typeof object === "string") return object;
    const known = owners.get(object) ?? ownerCount++;
    owners.set(object, known);
    return known;
  };
  const idOf = (tensor: Tensor): number => backend.getInputTensorIds([tensor])[0];

  return async (key, body, inputs) => {
    const names = Object.keys(inputs).sort();
    const shapes = names.map((name) => `${name}[${inputs[name].shape.join(",")}]`).join(" ");
    const given = (key.variables ?? []).map(({ shape }) => `[${shape.join(",")}]`).join("");
    const address = `${ownerOf(key.of)} ${key.name} ${shapes} ${given}`;
    const tensors = Object.fromEntries(names.map((name) => [name, tensorOf(inputs[name])]));
    try {
      let graph = graphs.get(address);
      if (graph === undefined || options.checkAlways) {
        if (graph === undefined) await stepListener().compiling(key.name);
        const { values, graph: checked } = recordAndCheck(key, body, tensors, names, graph ?? null);
        remember(address, checked);
        if (values) return values;
        graph = checked;
      }
      remember(address, graph);
      return graph === null ? await runDirectly(key, body, inputs) : run(graph, key, tensors);
    } finally {
      tf.dispose(Object.values(tensors));
    }
  };

  function remember(address: string, graph: Graph | null): void {
    graphs.delete(address);
    graphs.set(address, graph);
    for (const [oldest, old] of graphs) {
      if (graphs.size <= keptGraphs) return;
      graphs.delete(oldest);
      for (const name of old?.functions.toReversed() ?? []) addon.removeFunction?.(name);
    }
  }

  /** One native call. Variables take the new values. */
  function run(graph: Graph, key: StepKey, tensors: Readonly<Record<string, Tensor>>): Values {
    const handles = call(graph, key, tensors);
    const values = read(graph, handles);
    graph.writes.forEach((place, i) => replace(variableAt(place, key), handles[graph.outputs.length + i].id));
    return values;
  }

  function call(graph: Graph, key: StepKey, tensors: Readonly<Record<string, Tensor>>): TensorHandle[] {
    const taken = [
      ...graph.inputs.map((name) => tensors[name]),
      ...graph.reads.map((p) => variableAt(p, key)),
    ];
    const count = graph.outputs.length + graph.writes.length;
    return addon.executeOp(graph.name, graph.attributes, backend.getInputTensorIds(taken), count);
  }

  function read(graph: Graph, handles: readonly TensorHandle[]): Values {
    return Object.fromEntries(
      graph.outputs.map((name, i) => {
        const values = Float32Array.from(addon.tensorDataSync(handles[i].id));
        addon.deleteTensor(handles[i].id);
        return [name, values];
      }),
    );
  }

  function replace(variable: Variable, id: number): void {
    const data = backend.tensorMap.get(variable.dataId);
    addon.deleteTensor(data.id);
    data.id = id;
  }

  /** Records a run operation by operation, makes its graph unless there is one, and runs that from the same state. */
  function recordAndCheck(
    key: StepKey,
    body: (tensors: Readonly<Record<string, Tensor>>) => Readonly<Record<string, Tensor>>,
    tensors: Readonly<Record<string, Tensor>>,
    names: readonly string[],
    known: Graph | null,
  ): { readonly values: Values | null; readonly graph: Graph | null } {
    const before = stateOf(key);
    const inputIds = names.map((name) => idOf(tensors[name]));
    let recorded: ReturnType<typeof recorder.record<Readonly<Record<string, Tensor>>>>;
    try {
      recorded = recorder.record(() => tf.tidy(() => body(tensors)));
    } catch (error) {
      // Once more without recording would end the same way.
      if (saysOutOfMemory(messageOf(error))) throw error;
      stepListener().refused(key.name, messageOf(error));
      return { values: null, graph: null };
    }
    const { result, recording, release } = recorded;
    const outputNames = Object.keys(result);
    const outputs = outputNames.map((name) => ({ id: idOf(result[name]), dtype: dtypeOf(result[name]) }));
    const after = [...before].map(([variable, place]) => ({ ...place, variable, now: idOf(variable) }));
    const written = after.filter(({ id, now }) => id !== now);
    const eager = Object.fromEntries(
      outputNames.map((name, i) => [name, Float32Array.from(addon.tensorDataSync(outputs[i].id))]),
    );
    try {
      const results = [
        ...outputs,
        ...written.map(({ variable, now }) => ({ id: now, dtype: dtypeOf(variable) })),
      ];
      const foreign = foreignTensors(
        recording,
        results.map(({ id }) => id),
        new Set(inputIds),
      );
      const byId = new Map(after.map((entry) => [entry.id, entry]));
      const reads = foreign.map((id) => {
        const entry = byId.get(id);
        if (!entry) throw new Error("it uses a tensor that is neither input nor variable");
        return entry;
      });
      const graph: Graph = known ?? {
        name: `rlhf_step_${made++}`,
        attributes: callAttributes({ recording, outputs: results, xla: options.xla }, addon),
        functions: [],
        inputs: names,
        reads: reads.map(({ place }) => place),
        outputs: outputNames,
        writes: written.map(({ place }) => place),
      };
      if (!known) {
        const taken = [
          ...names.map((name, i) => ({ id: inputIds[i], dtype: dtypeOf(tensors[name]) })),
          ...reads.map(({ id, variable }) => ({ id, dtype: dtypeOf(variable) })),
        ];
        const spec = { name: graph.name, inputs: taken, outputs: results, recording, xla: options.xla };
        const functions = writeFunctions(spec, { messages, operations: knownOperations(), addon });
        for (const { bytes } of functions) addon.addFunction?.(bytes);
        graph.functions.push(...functions.map(({ name }) => name));
      }
      const handles = addon.executeOp(
        graph.name,
        graph.attributes,
        [...inputIds, ...reads.map(({ id }) => id)],
        results.length,
      );
      const values = read(graph, handles);
      const difference = differs(graph, values, eager, handles, written);
      if (difference !== null) {
        handles.slice(outputNames.length).forEach(({ id }) => addon.deleteTensor(id));
        stepListener().refused(key.name, difference);
        return { values: eager, graph: null };
      }
      written.forEach(({ variable }, i) => replace(variable, handles[outputNames.length + i].id));
      return { values, graph };
    } catch (error) {
      stepListener().refused(key.name, messageOf(error));
      return { values: eager, graph: null };
    } finally {
      release();
      tf.dispose(Object.values(result));
      // Operation by operation a step needs several times the memory of its graph.
      addon.giveMemoryBack?.();
    }
  }

  /** Every variable there is, with its tensor's number now and how a graph finds it again. */
  function stateOf(key: StepKey): Map<Variable, { readonly id: number; readonly place: VariablePlace }> {
    const all = Object.values(tf.engine().registeredVariables);
    return new Map(
      all.map((variable) => {
        const given = key.variables?.indexOf(variable) ?? -1;
        return [variable, { id: idOf(variable), place: given >= 0 ? given : variable }];
      }),
    );
  }

  function differs(
    graph: Graph,
    values: Values,
    eager: Values,
    handles: readonly TensorHandle[],
    written: readonly { readonly now: number; readonly variable: Variable }[],
  ): string | null {
    for (const name of graph.outputs) {
      const difference = relativeDifference(values[name], eager[name]);
      if (!(difference <= outputTolerance))
        return `its graph gives another ${name} (by ${difference.toPrecision(2)})`;
    }
    const entries = written.reduce((sum, { variable }) => sum + variable.size, 0);
    let strayed = 0;
    for (const [i, { now, variable }] of written.entries()) {
      const graphs = addon.tensorDataSync(handles[graph.outputs.length + i].id);
      const difference = relativeDifference(graphs, addon.tensorDataSync(now), 1e-30);
      if (difference <= variableTolerance) continue;
      strayed += variable.size;
      if (!Number.isFinite(difference) || strayed > strayShare * entries)
        return `its graph gives another variable ${variable.name} (by ${difference.toPrecision(2)})`;
    }
    return null;
  }

  function knownOperations(): ReadonlyMap<string, OpDef> {
    operations ??= new Map(
      messages.OpList.deserializeBinary(addon.operations?.() ?? new Uint8Array())
        .getOpList()
        .map((op) => [op.getName(), op]),
    );
    return operations;
  }

  function dtypeOf(tensor: Tensor): number {
    return backend.tensorMap.get(tensor.dataId).dtype;
  }
}

function variableAt(place: VariablePlace, key: StepKey): Variable {
  if (typeof place !== "number") return place;
  const variable = key.variables?.[place];
  if (!variable) throw new Error(`the step ${key.name} was called without its variable ${place}`);
  return variable;
}

function tensorOf({ data, shape }: StepInput): Tensor {
  return tf.tensor(data, [...shape], data instanceof Int32Array ? "int32" : "float32");
}

/** Below this norm an output counts as zero up to rounding, as the drift of a policy does that has not moved yet. */
const smallNorm = 0.1;

/** ‖a − b‖ / ‖b‖; entries that are not numbers in both count as equal. */
function relativeDifference(a: TensorValues, b: TensorValues, small = smallNorm): number {
  let [difference, norm] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    if (Object.is(a[i], b[i])) continue;
    difference += (a[i] - b[i]) ** 2;
  }
  for (const x of b) if (Number.isFinite(x)) norm += x * x;
  return difference === 0 ? 0 : Math.sqrt(difference) / Math.max(Math.sqrt(norm), small);
}

function messageOf(error: unknown): string {
  const lines = (error instanceof Error ? error.message : String(error)).split("\n");
  // TensorFlow's reason stands in the second line.
  return lines
    .slice(0, 2)
    .join(" ")
    .replace(/Message: /, "");
}
