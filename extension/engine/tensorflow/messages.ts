/**
 * As much as is used here of the protocol buffers that the package brings (`dist/proto/api_pb`, generated from TensorFlow's own
 * definitions, untyped).
 */
export interface Messages {
  readonly AttrValue: { new (): AttrValue; readonly ListValue: new () => ListValue };
  readonly FunctionDef: new () => FunctionDef;
  readonly NameAttrList: new () => NameAttrList;
  readonly NodeDef: new () => NodeDef;
  readonly OpDef: { new (): OpDef; readonly ArgDef: new () => ArgDef };
  readonly OpList: { deserializeBinary(bytes: Uint8Array): { getOpList(): OpDef[] } };
  readonly Tensor: new () => TensorMessage;
  readonly TensorShape: { new (): ShapeMessage; readonly Dim: new () => { setSize(size: number): void } };
}

type AttrMap = { set(name: string, value: AttrValue): void };

export interface AttrValue {
  setS(value: Uint8Array): void;
  setI(value: number): void;
  setF(value: number): void;
  setB(value: boolean): void;
  setType(value: number): void;
  setShape(value: ShapeMessage): void;
  setTensor(value: TensorMessage): void;
  setFunc(value: NameAttrList): void;
  setList(value: ListValue): void;
}

interface ListValue {
  addS(value: Uint8Array): void;
  addI(value: number): void;
  addF(value: number): void;
  addB(value: boolean): void;
  addType(value: number): void;
  addShape(value: ShapeMessage): void;
}

interface NameAttrList {
  setName(name: string): void;
}

interface ShapeMessage {
  addDim(dimension: { setSize(size: number): void }): void;
}

interface TensorMessage {
  setDtype(dtype: number): void;
  setTensorShape(shape: ShapeMessage): void;
  setTensorContent(bytes: Uint8Array): void;
  addFloatVal(value: number): void;
  addIntVal(value: number): void;
}

interface ArgDef {
  setName(name: string): void;
  setType(dtype: number): void;
  getName(): string;
  getNumberAttr(): string;
  getTypeAttr(): string;
  getTypeListAttr(): string;
}

export interface OpDef {
  setName(name: string): void;
  getName(): string;
  addInputArg(argument: ArgDef): void;
  addOutputArg(argument: ArgDef): void;
  getInputArgList(): ArgDef[];
  getOutputArgList(): ArgDef[];
}

interface NodeDef {
  setName(name: string): void;
  setOp(name: string): void;
  addInput(name: string): void;
  getAttrMap(): AttrMap;
}

interface FunctionDef {
  setSignature(signature: OpDef): void;
  addNodeDef(node: NodeDef): void;
  getAttrMap(): AttrMap;
  getRetMap(): { set(name: string, place: string): void };
  serializeBinary(): Uint8Array;
}
