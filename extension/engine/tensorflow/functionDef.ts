import { isKernel } from "./kernelOps";
import { typeAttribute, type Addon, type OpAttribute } from "./addon";
import type { Messages, AttrValue, OpDef } from "./messages";
import type { RecordedConstant, RecordedOp, RecordedPart, Recording } from "./recorder";

/** A tensor that a function takes or gives: its number in the recording, and TensorFlow's number of its type. */
export interface FunctionTensor {
  readonly id: number;
  readonly dtype: number;
}

export interface FunctionSpec {
  readonly name: string;
  /** What it takes, in this order: step inputs, then variables. */
  readonly inputs: readonly FunctionTensor[];
  /** What it gives, in this order. */
  readonly outputs: readonly FunctionTensor[];
  readonly recording: Recording;
  /** Compiled by XLA, or run operation by operation; where parts stand side by side each is compiled, and what is between them is not. */
  readonly xla: boolean;
}

/** Numbers that the recording used and that are neither inputs, nor constants, nor made by one of its operations. */
export function foreignTensors(
  recording: Recording,
  outputs: readonly number[],
  known: ReadonlySet<number>,
): number[] {
  const needed = reachable(recording, outputs);
  const made = new Set(recording.ops.flatMap((op) => op.outputs.map(({ id }) => id)));
  const used = [...outputs, ...needed.flatMap(inputsOfOp)];
  return [...new Set(used.filter((id) => !made.has(id) && !recording.constants.has(id) && !known.has(id)))];
}

/** The operations that the outputs rest on, in the order in which they ran. */
function reachable(recording: Recording, outputs: readonly number[]): Recording["ops"] {
  const wanted = new Set(outputs);
  const kept: Recording["ops"][number][] = [];
  for (let i = recording.ops.length - 1; i >= 0; i--) {
    const op = recording.ops[i];
    if (!op.outputs.some(({ id }) => wanted.has(id))) continue;
    kept.push(op);
    for (const id of inputsOfOp(op)) wanted.add(id);
  }
  return kept.reverse();
}

const inputsOfOp = (op: RecordedOp): readonly number[] =>
  op.loop ? [...op.inputs, ...fromOutside(op.loop)] : op.inputs;

/** How nodes call a tensor, and TensorFlow's number of its type. */
interface Place {
  readonly name: string;
  readonly dtype: number;
}

/** What functions are written with. */
export interface Writing {
  readonly messages: Messages;
  readonly operations: ReadonlyMap<string, OpDef>;
  readonly addon: Addon;
}

/** A function's name and its FunctionDef. */
export interface WrittenFunction {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * A recording as TensorFlow's FunctionDefs, those of its loops and parts first: one node for each operation that the outputs rest on, and one for each
 * constant these use. Source: tensorflow/core/framework/function.proto; node_def.proto.
 */
export function writeFunctions(spec: FunctionSpec, writing: Writing): WrittenFunction[] {
  const { messages, operations, addon } = writing;
  const inner: WrittenFunction[] = [];
  const { FunctionDef, NodeDef } = messages;
  const definition = new FunctionDef();
  const signature = new messages.OpDef();
  signature.setName(spec.name);
  const argument = (name: string, dtype: number) => {
    const made = new messages.OpDef.ArgDef();
    made.setName(name);
    made.setType(dtype);
    return made;
  };
  const set = (node: InstanceType<Messages["NodeDef"]>, attribute: OpAttribute): void => {
    node.getAttrMap().set(attribute.name, attributeValue(messages, attribute, addon));
  };
  const typed = typeAttribute.bind(null, addon);
  const places = new Map<number, Place>();
  spec.inputs.forEach(({ id, dtype }, i) => {
    signature.addInputArg(argument(`input${i}`, dtype));
    places.set(id, { name: `input${i}`, dtype });
  });
  /** Where a tensor is found; a constant's node is written when it is first asked for. */
  const placeOf = (id: number): Place => {
    const known = places.get(id);
    if (known !== undefined) return known;
    const constant = spec.recording.constants.get(id);
    if (!constant) throw new Error(`the recording of ${spec.name} uses a tensor that nothing made`);
    const node = new NodeDef();
    const name = `constant${places.size}`;
    node.setName(name);
    node.setOp("Const");
    set(node, typed("dtype", constant.dtype));
    node.getAttrMap().set("value", constantAttribute(messages, constant, addon));
    definition.addNodeDef(node);
    const place = { name: `${name}:output:0`, dtype: constant.dtype };
    places.set(id, place);
    return place;
  };
  const ops = reachable(
    spec.recording,
    spec.outputs.map(({ id }) => id),
  );
  for (const [i, op] of ops.entries()) {
    const node = new NodeDef();
    const name = `op${i}`;
    node.setName(name);
    node.setOp(op.name);
    const inputs = inputsOfOp(op).map((id) => ({ id, ...placeOf(id) }));
    inputs.forEach((input) => node.addInput(input.name));
    const types = inputs.map(({ dtype }) => dtype);
    const called = calledFunctions(op, `${spec.name}_${name}`, inputs, spec.xla, writing);
    if (called !== null) {
      inner.push(...called.functions);
      for (const attribute of called.attributes) set(node, attribute);
      for (const [attribute, other] of called.names)
        node.getAttrMap().set(attribute, functionAttribute(messages, other));
      definition.addNodeDef(node);
      op.outputs.forEach(({ id, dtype }, o) => places.set(id, { name: `${name}:output:${o}`, dtype }));
      continue;
    }
    for (const attribute of op.attributes) set(node, attribute);
    definition.addNodeDef(node);
    const known = operations.get(op.name);
    if (!known) throw new Error(`TensorFlow ${addon.TF_Version} does not know its own operation ${op.name}`);
    for (const [attribute, dtype] of impliedTypes(known, op.attributes, types))
      set(node, typed(attribute, dtype));
    const names = outputNames(known, op.attributes);
    op.outputs.forEach(({ id, dtype }, o) => places.set(id, { name: `${name}:${names[o]}`, dtype }));
  }
  spec.outputs.forEach(({ id, dtype }, i) => {
    signature.addOutputArg(argument(`output${i}`, dtype));
    definition.getRetMap().set(`output${i}`, placeOf(id).name);
  });
  definition.setSignature(signature);
  for (const attribute of functionAttributes(spec, addon))
    definition.getAttrMap().set(attribute.name, attributeValue(messages, attribute, addon));
  return [...inner, { name: spec.name, bytes: definition.serializeBinary() }];
}

/** Functions that a node calls, which its attributes name. */
interface CalledFunctions {
  readonly functions: readonly WrittenFunction[];
  readonly attributes: readonly OpAttribute[];
  /** Which attribute names which function. */
  readonly names: readonly (readonly [attribute: string, functionName: string])[];
}

/** Those of a loop or of a part; null for any other operation. */
function calledFunctions(
  op: RecordedOp,
  name: string,
  inputs: readonly FunctionTensor[],
  xla: boolean,
  writing: Writing,
): CalledFunctions | null {
  const { addon } = writing;
  const typed = typeAttribute.bind(null, addon);
  const types = inputs.map(({ dtype }) => dtype);
  if (op.loop) {
    const outside = inputs.slice(op.inputs.length);
    const { functions, next, goesOn } = loopFunctions(op.loop, name, types, outside, writing);
    return {
      functions,
      attributes: [typed("T", types)],
      names: [
        ["body", next],
        ["cond", goesOn],
      ],
    };
  }
  if (op.part) {
    const part = { name, inputs, outputs: op.outputs, recording: op.part.recording, xla };
    const made = op.outputs.map(({ dtype }) => dtype);
    return {
      functions: writeFunctions(part, writing),
      attributes: [typed("Tin", types), typed("Tout", made), ...callAttributes(part, addon)],
      names: [["f", name]],
    };
  }
  return null;
}

type Body = Pick<FunctionSpec, "recording" | "outputs" | "xla">;

/** How a function runs: XLA knows none of our kernels, and parts are for TensorFlow to run at the same time. */
function mannerOf({ recording, outputs, xla }: Body): {
  readonly compiled: boolean;
  readonly inOrder: boolean;
} {
  const ops = reachable(
    recording,
    outputs.map(({ id }) => id),
  );
  const hasKernels = ops.some(({ name }) => isKernel(name));
  const hasParts = ops.some(({ part }) => part);
  return { compiled: xla && !hasKernels && !hasParts, inOrder: hasKernels && !hasParts };
}

/** On a function, and on the node that calls it: XLA makes one kernel of it. */
const mustCompile = (addon: Addon): OpAttribute => ({
  name: "_XlaMustCompile",
  type: addon.TF_ATTR_BOOL,
  value: true,
});

function functionAttributes(body: Body, addon: Addon): OpAttribute[] {
  const { compiled, inOrder } = mannerOf(body);
  if (compiled) return [mustCompile(addon)];
  // TensorFlow may put a function's operations in the place of its call, which says that they run in order.
  return inOrder ? [{ name: "_noinline", type: addon.TF_ATTR_BOOL, value: true }] : [];
}

/**
 * What the call of a function says besides: it is compiled, or its operations run one after the other, because our kernels use all threads that
 * they may each.
 */
export function callAttributes(body: Body, addon: Addon): OpAttribute[] {
  const { compiled, inOrder } = mannerOf(body);
  if (compiled) return [mustCompile(addon)];
  return inOrder
    ? [{ name: "executor_type", type: addon.TF_ATTR_STRING, value: "SINGLE_THREADED_EXECUTOR" }]
    : [];
}

/** The tensors from outside that a loop uses: it carries them from turn to turn as they are. */
function fromOutside({ next, goesOn }: NonNullable<RecordedOp["loop"]>): number[] {
  const used = [next, goesOn].flatMap((part) =>
    foreignTensors(part.recording, part.outputs, new Set(part.inputs)),
  );
  return [...new Set(used)];
}

/** The two functions of a While node, of the same inputs, whose types are given: the state, then what comes from outside. */
function loopFunctions(
  loop: NonNullable<RecordedOp["loop"]>,
  name: string,
  types: readonly number[],
  outside: readonly FunctionTensor[],
  writing: Writing,
): { readonly functions: WrittenFunction[]; readonly next: string; readonly goesOn: string } {
  const inputsOf = (part: RecordedPart): FunctionTensor[] => [
    ...part.inputs.map((id, i) => ({ id, dtype: types[i] })),
    ...outside,
  ];
  const next = {
    name: `${name}_next`,
    inputs: inputsOf(loop.next),
    outputs: [...loop.next.outputs.map((id, i) => ({ id, dtype: types[i] })), ...outside],
    ...{ recording: loop.next.recording, xla: false },
  };
  const goesOn = {
    name: `${name}_goes_on`,
    inputs: inputsOf(loop.goesOn),
    outputs: loop.goesOn.outputs.map((id) => ({ id, dtype: writing.addon.TF_BOOL })),
    ...{ recording: loop.goesOn.recording, xla: false },
  };
  const functions = [...writeFunctions(next, writing), ...writeFunctions(goesOn, writing)];
  return { functions, next: next.name, goesOn: goesOn.name };
}

function functionAttribute(messages: Messages, name: string): AttrValue {
  const value = new messages.AttrValue();
  const list = new messages.NameAttrList();
  list.setName(name);
  value.setFunc(list);
  return value;
}

/** The types that an operation's inputs decide and that its attributes do not name, as kernels may leave to TensorFlow. */
function impliedTypes(
  known: OpDef,
  attributes: readonly OpAttribute[],
  types: readonly number[],
): ReadonlyMap<string, number> {
  const named = new Map(attributes.map(({ name, value }) => [name, value]));
  const implied = new Map<string, number>();
  let first = 0;
  for (const argument of known.getInputArgList()) {
    const counted = argument.getNumberAttr();
    const attribute = argument.getTypeAttr();
    if (attribute && !named.has(attribute)) implied.set(attribute, types[first]);
    first += counted ? Number(named.get(counted)) : 1;
  }
  return implied;
}

/** The names of an operation's outputs as functions call them: "z:0", or "output:0", "output:1", … of a list. */
function outputNames(op: OpDef, attributes: readonly OpAttribute[]): string[] {
  const value = (name: string): unknown => attributes.find((attribute) => attribute.name === name)?.value;
  return op.getOutputArgList().flatMap((output) => {
    const [counted, listed] = [output.getNumberAttr(), output.getTypeListAttr()];
    const types = listed ? value(listed) : null;
    const count = counted ? Number(value(counted)) : Array.isArray(types) ? types.length : 1;
    return Array.from({ length: count }, (_, i) => `${output.getName()}:${i}`);
  });
}

/** A constant, once for all its entries where they are equal: masks of ones and gradients of zeros are large. */
function constantAttribute(messages: Messages, constant: RecordedConstant, addon: Addon): AttrValue {
  const { shape, dtype, values } = constant;
  const tensor = new messages.Tensor();
  tensor.setDtype(dtype);
  tensor.setTensorShape(shapeMessage(messages, shape));
  const same = values.length > 1 && values.every((value) => Object.is(value, values[0]));
  if (same && dtype === addon.TF_FLOAT) tensor.addFloatVal(values[0]);
  else if (same && dtype === addon.TF_INT32) tensor.addIntVal(values[0]);
  else tensor.setTensorContent(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  const value = new messages.AttrValue();
  value.setTensor(tensor);
  return value;
}

function shapeMessage({ TensorShape }: Messages, shape: readonly number[]) {
  const message = new TensorShape();
  for (const size of shape) {
    const dimension = new TensorShape.Dim();
    dimension.setSize(size);
    message.addDim(dimension);
  }
  return message;
}

function attributeValue(messages: Messages, { name, type, value }: OpAttribute, addon: Addon): AttrValue {
  const message = new messages.AttrValue();
  const list =
    Array.isArray(value) && type !== addon.TF_ATTR_SHAPE ? new messages.AttrValue.ListValue() : null;
  const each = (set: (item: never) => void, add: (item: never) => void): void => {
    if (list) (value as never[]).forEach(add);
    else set(value as never);
  };
  const text = (item: string): Uint8Array => new TextEncoder().encode(item);
  switch (type) {
    case addon.TF_ATTR_STRING:
      each(
        (item) => message.setS(text(item)),
        (item) => list?.addS(text(item)),
      );
      break;
    case addon.TF_ATTR_INT:
      each(
        (item) => message.setI(item),
        (item) => list?.addI(item),
      );
      break;
    case addon.TF_ATTR_FLOAT:
      each(
        (item) => message.setF(item),
        (item) => list?.addF(item),
      );
      break;
    case addon.TF_ATTR_BOOL:
      each(
        (item) => message.setB(item),
        (item) => list?.addB(item),
      );
      break;
    case addon.TF_ATTR_TYPE:
      each(
        (item) => message.setType(item),
        (item) => list?.addType(item),
      );
      break;
    case addon.TF_ATTR_SHAPE:
      message.setShape(shapeMessage(messages, value as readonly number[]));
      break;
    default:
      throw new Error(`the attribute ${name} has a kind (${type}) that graphs are not written with`);
  }
  if (list) message.setList(list);
  return message;
}
