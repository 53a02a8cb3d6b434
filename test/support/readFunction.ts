import type { Messages, OpDef } from "../../extension/engine/tensorflow/messages";
import type { WrittenFunction } from "../../extension/engine/tensorflow/functionDef";

/** As much of the package's untyped protocol buffers as reads back what was written with them. */
interface MapField<T> {
  forEach(each: (value: T, name: string) => void): void;
}
interface ShapeField {
  getDimList(): readonly { getSize(): number }[];
}
interface AttributeField {
  getValueCase(): number;
  getS_asU8(): Uint8Array;
  getI(): number;
  getF(): number;
  getB(): boolean;
  getType(): number;
  getShape(): ShapeField;
  getFunc(): { getName(): string };
  getTensor(): {
    getDtype(): number;
    getTensorShape(): ShapeField;
    getTensorContent_asU8(): Uint8Array;
    getFloatValList(): number[];
    getIntValList(): number[];
  };
  getList(): {
    getSList_asU8(): Uint8Array[];
    getIList(): number[];
    getFList(): number[];
    getBList(): boolean[];
    getTypeList(): number[];
  };
}
interface ArgumentField {
  getName(): string;
  getType(): number;
}
interface FunctionField {
  getSignature(): {
    getName(): string;
    getInputArgList(): ArgumentField[];
    getOutputArgList(): ArgumentField[];
  };
  getNodeDefList(): {
    getName(): string;
    getOp(): string;
    getInputList(): string[];
    getAttrMap(): MapField<AttributeField>;
  }[];
  getAttrMap(): MapField<AttributeField>;
  getRetMap(): MapField<string>;
}
interface ReadingMessages {
  readonly FunctionDef: { deserializeBinary(bytes: Uint8Array): FunctionField };
  readonly AttrValue: { readonly ValueCase: Readonly<Record<string, number>> };
}

/** A FunctionDef as plain data; attributes as `{ int: 3 }`, `{ type: 1 }`, `{ tensor: … }`, lists as `{ list: { type: [1, 3] } }`. */
export interface ReadFunction {
  readonly name: string;
  /** Types by name, in order. */
  readonly inputs: readonly (readonly [string, number])[];
  readonly outputs: readonly (readonly [string, number])[];
  readonly nodes: readonly {
    readonly name: string;
    readonly op: string;
    readonly inputs: readonly string[];
    readonly attributes: Readonly<Record<string, unknown>>;
  }[];
  readonly returned: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export function readFunction(messages: Messages, { bytes }: WrittenFunction): ReadFunction {
  const { FunctionDef, AttrValue } = messages as unknown as ReadingMessages;
  const text = (value: Uint8Array): string => new TextDecoder().decode(value);
  const sizes = (shape: ShapeField): number[] => shape.getDimList().map((dimension) => dimension.getSize());
  const attribute = (field: AttributeField): unknown => {
    const kinds = Object.entries(AttrValue.ValueCase);
    const kind = kinds.find(([, number]) => number === field.getValueCase())?.[0];
    switch (kind) {
      case "S":
        return { text: text(field.getS_asU8()) };
      case "I":
        return { int: field.getI() };
      case "F":
        return { float: field.getF() };
      case "B":
        return { bool: field.getB() };
      case "TYPE":
        return { type: field.getType() };
      case "SHAPE":
        return { shape: sizes(field.getShape()) };
      case "FUNC":
        return { function: field.getFunc().getName() };
      case "TENSOR": {
        const tensor = field.getTensor();
        return {
          dtype: tensor.getDtype(),
          shape: sizes(tensor.getTensorShape()),
          content: [...tensor.getTensorContent_asU8()],
          floats: tensor.getFloatValList(),
          ints: tensor.getIntValList(),
        };
      }
      case "LIST": {
        const list = field.getList();
        const all = {
          text: list.getSList_asU8().map(text),
          int: list.getIList(),
          float: list.getFList(),
          bool: list.getBList(),
          type: list.getTypeList(),
        };
        return { list: Object.fromEntries(Object.entries(all).filter(([, items]) => items.length > 0)) };
      }
      default:
        return kind;
    }
  };
  const record = <T, R>(map: MapField<T>, read: (value: T) => R): Record<string, R> => {
    const entries: Record<string, R> = {};
    map.forEach((value, name) => (entries[name] = read(value)));
    return entries;
  };
  const places = (list: readonly ArgumentField[]) => list.map((a) => [a.getName(), a.getType()] as const);

  const definition = FunctionDef.deserializeBinary(bytes);
  const signature = definition.getSignature();
  return {
    name: signature.getName(),
    inputs: places(signature.getInputArgList()),
    outputs: places(signature.getOutputArgList()),
    nodes: definition.getNodeDefList().map((node) => ({
      name: node.getName(),
      op: node.getOp(),
      inputs: node.getInputList(),
      attributes: record(node.getAttrMap(), attribute),
    })),
    returned: record(definition.getRetMap(), (place) => place),
    attributes: record(definition.getAttrMap(), attribute),
  };
}

/** An argument of an operation: of a type that an attribute names, of as many tensors as one says, or of the types that one lists. */
export interface Argument {
  readonly name: string;
  readonly typeAttribute?: string;
  readonly numberAttribute?: string;
  readonly typeListAttribute?: string;
}

interface WritableArgument {
  setTypeAttr(name: string): void;
  setNumberAttr(name: string): void;
  setTypeListAttr(name: string): void;
}

/** An operation's definition, as TensorFlow's list of operations has them. */
export function operation(
  messages: Messages,
  name: string,
  inputs: readonly Argument[],
  outputs: readonly Argument[],
): OpDef {
  const definition = new messages.OpDef();
  definition.setName(name);
  const made = (argument: Argument) => {
    const field = new messages.OpDef.ArgDef();
    const writable = field as unknown as WritableArgument;
    field.setName(argument.name);
    if (argument.typeAttribute) writable.setTypeAttr(argument.typeAttribute);
    if (argument.numberAttribute) writable.setNumberAttr(argument.numberAttribute);
    if (argument.typeListAttribute) writable.setTypeListAttr(argument.typeListAttribute);
    return field;
  };
  for (const argument of inputs) definition.addInputArg(made(argument));
  for (const argument of outputs) definition.addOutputArg(made(argument));
  return definition;
}
