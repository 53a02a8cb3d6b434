import { isObject, parseJson } from "../protocol/codec";
import { Problem, isProblem } from "../protocol/problem";
import type { NamedArray } from "../protocol/trainerEvents";

/** Named float32 arrays as the bytes of a safetensors file: eight bytes of header length, a JSON header, then the arrays by name. */
export function encodeTensors(tensors: Readonly<Record<string, NamedArray>>): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  const names = Object.keys(tensors).sort();
  let end = 0;
  for (const name of names) {
    const begin = end;
    end += tensors[name].data.length * 4;
    header[name] = { dtype: "F32", shape: tensors[name].shape, data_offsets: [begin, end] };
  }
  const text = Buffer.from(JSON.stringify(header));
  const headerBytes = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerBytes + end).fill(32, 8, 8 + headerBytes);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerBytes), true);
  bytes.set(text, 8);
  new Float32Array(bytes.buffer, 8 + headerBytes).set(joined(names.map((name) => tensors[name].data)));
  return bytes;
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export function decodeTensors(bytes: Uint8Array): Readonly<Record<string, NamedArray>> | Problem {
  const bad = (what: string) => new Problem("malformed", `not a safetensors file (${what}).`);
  if (bytes.length < 8) return bad("shorter than its header's length");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes > bytes.length - 8) return bad("its header is longer than the file");
  const parsed = parseJson(Buffer.from(bytes.subarray(8, 8 + headerBytes)).toString("utf8"), "header");
  if (isProblem(parsed) || !isObject(parsed.json)) return bad("its header is not an object");
  // Copied, because a Buffer may be a view at any offset of a larger one.
  const data = Uint8Array.from(bytes.subarray(8 + headerBytes));
  const tensors: [string, NamedArray][] = [];
  for (const [name, entry] of Object.entries(parsed.json)) {
    if (name === "__metadata__") continue;
    const tensor = decodeTensor(entry, data);
    if (tensor === null) return bad(`the entry of ${name} does not fit the file`);
    tensors.push([name, tensor]);
  }
  return Object.fromEntries(tensors);
}

function decodeTensor(entry: unknown, data: Uint8Array<ArrayBuffer>): NamedArray | null {
  if (!isObject(entry) || entry.dtype !== "F32") return null;
  const { shape, data_offsets: offsets } = entry as { shape: unknown; data_offsets: unknown };
  if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) return null;
  const [begin, end] = offsets;
  const size = shape.reduce((product, length) => product * length, 1);
  if (begin % 4 !== 0 || end > data.length || end - begin !== size * 4) return null;
  return { shape, data: new Float32Array(data.buffer.slice(begin, end)) };
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
