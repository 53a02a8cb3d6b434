import { isObject, parseJson, placeOfFault } from "../protocol/codec";
import { Problem, isProblem } from "../protocol/problem";
import type { NamedArray } from "../protocol/trainerEvents";

// safetensors, the file format of Hugging Face's weights: eight bytes with the header's length, a JSON header, then the arrays' bytes without
// gaps. Source: https://github.com/huggingface/safetensors, README, "Format". Numbers are little-endian, as on the machines that Node runs on.

type Tensors = Readonly<Record<string, NamedArray>>;

/** Named float32 arrays as the bytes of a file, in the order of their names; the same arrays give the same bytes. */
export function encodeTensors(tensors: Tensors): Uint8Array {
  const names = Object.keys(tensors).sort();
  let end = 0;
  const entries = names.map((name) => {
    const begin = end;
    end += tensors[name].data.length * 4;
    return [name, { dtype: "F32", shape: tensors[name].shape, data_offsets: [begin, end] }];
  });
  const header = Object.fromEntries([["__metadata__", { format: "pt" }], ...entries]) as object;
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerBytes + end).fill(32, 8, 8 + headerBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.set(text, 8);
  let at = 8 + headerBytes;
  for (const name of names) {
    const { data } = tensors[name];
    new Float32Array(bytes.buffer, at, data.length).set(data);
    at += data.length * 4;
  }
  return bytes;
}

/**
 * The arrays of a file as float32: F32 as they are, F16 and BF16 exactly, F64 rounded. `where` names the file in the sentence about what is
 * wrong with it; `wanted` leaves out arrays whose name it refuses, whatever their type.
 */
export function decodeTensors(
  bytes: Uint8Array,
  where: string,
  wanted: (name: string) => boolean = () => true,
): Tensors | Problem {
  const bad = (what: string): Problem =>
    new Problem("malformed", `${where} is not a whole safetensors file: ${what}.`);
  const header = readHeader(bytes, bad);
  if (isProblem(header)) return header;
  const entries = [];
  for (const [name, json] of Object.entries(header.json)) {
    if (name === "__metadata__") continue;
    const entry = readEntry(name, json, bad);
    if (isProblem(entry)) return entry;
    entries.push(entry);
  }
  const layout = checkLayout(entries, bytes.length - header.end, bad);
  if (layout !== null) return layout;
  const tensors: [string, NamedArray][] = [];
  for (const { name, type, shape, begin, end } of entries) {
    if (!wanted(name)) continue;
    const read = readers.get(type);
    if (read === undefined)
      return new Problem(
        "unsupported",
        `${where}: the tensor ${quoted(name)} has the type ${type}, and only ${[...readers.keys()].join(", ")} are read.`,
      );
    // Copied, because the bytes may be a view at any offset of a larger buffer.
    const { buffer } = new Uint8Array(bytes.subarray(header.end + begin, header.end + end));
    tensors.push([name, { shape, data: read(buffer) }]);
  }
  return Object.fromEntries(tensors);
}

/** A name out of an untrusted file, fit for a sentence. */
function quoted(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
}

type Complain = (what: string) => Problem;

interface Header {
  readonly json: Readonly<Record<string, unknown>>;
  /** Where the arrays' bytes begin. */
  readonly end: number;
}

function readHeader(bytes: Uint8Array, bad: Complain): Header | Problem {
  if (bytes.length < 8) return bad(`it has ${bytes.length} bytes, fewer than the header's length takes`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > bytes.length - 8)
    return bad(
      `its header would have ${length} bytes, and the file ends ${bytes.length - 8} bytes after it begins`,
    );
  const end = 8 + Number(length);
  const text = decodeUtf8(bytes.subarray(8, end));
  if (text === null || !text.startsWith("{")) return bad("its header is not a JSON object");
  const parsed = parseJson(text, "");
  if (isProblem(parsed)) return bad(`its header is not valid JSON${placeOfFault(text)}`);
  if (!isObject(parsed.json)) return bad("its header is not a JSON object");
  const twice = repeatedKey(text);
  return twice === null
    ? { json: parsed.json, end }
    : bad(`its header has the tensor ${quoted(twice)} twice`);
}

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** A key that the object of a valid JSON text has twice, which JSON.parse does not tell. */
function repeatedKey(text: string): string | null {
  const seen = new Set<string>();
  let depth = 0;
  for (const [part, string] of text.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (part === "{" || part === "[") depth++;
    else if (part === "}" || part === "]") depth--;
    else if (depth === 1 && string !== undefined) {
      const key = JSON.parse(string) as string;
      if (seen.has(key)) return key;
      seen.add(key);
    }
  }
  return null;
}

interface Entry {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** Bytes of one number of each type the format knows. */
const typeBytes: Readonly<Record<string, number>> = {
  ...{ BOOL: 1, U8: 1, I8: 1, F8_E5M2: 1, F8_E4M3: 1, F8_E8M0: 1, I16: 2, U16: 2, F16: 2, BF16: 2 },
  ...{ I32: 4, U32: 4, F32: 4, C64: 8, F64: 8, I64: 8, U64: 8 },
};

function readEntry(name: string, json: unknown, bad: Complain): Entry | Problem {
  const { dtype: type, shape, data_offsets: offsets } = isObject(json) ? json : {};
  if (typeof type !== "string" || !Object.hasOwn(typeBytes, type))
    return bad(`the tensor ${quoted(name)} has no type that the format knows`);
  if (!isSizes(shape) || shape.length > 16)
    return bad(`the tensor ${quoted(name)} has a shape that is no list of sizes`);
  if (!isSizes(offsets) || offsets.length !== 2)
    return bad(`the tensor ${quoted(name)} has "data_offsets" that are no two places`);
  const [begin, end] = offsets;
  const size = shape.reduce((product, length) => product * length, typeBytes[type]);
  if (end - begin !== size)
    return bad(
      `the tensor ${quoted(name)} of ${type} [${shape.join(", ")}] cannot lie in ${end - begin} bytes`,
    );
  return { name, type, shape, begin, end };
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

/** The arrays cover the file's bytes without gap or overlap. */
function checkLayout(entries: readonly Entry[], length: number, bad: Complain): Problem | null {
  let at = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at)
      return bad(
        `the tensor ${quoted(name)} begins at byte ${begin} of the data and not at ${at}, where the one before ends`,
      );
    at = end;
  }
  return at === length ? null : bad(`its tensors take ${at} bytes, and it holds ${length}`);
}

const readers: ReadonlyMap<string, (buffer: ArrayBuffer) => Float32Array> = new Map([
  ["F32", (buffer: ArrayBuffer) => new Float32Array(buffer)],
  ["F16", (buffer: ArrayBuffer) => Float32Array.from(new Uint16Array(buffer), halfToNumber)],
  [
    "BF16",
    (buffer: ArrayBuffer) =>
      new Float32Array(Uint32Array.from(new Uint16Array(buffer), (bits) => bits << 16).buffer),
  ],
  ["F64", (buffer: ArrayBuffer) => Float32Array.from(new Float64Array(buffer))],
]);

/** IEEE 754 half precision: one sign bit, five of exponent, ten of fraction. */
function halfToNumber(bits: number): number {
  const sign = bits >= 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return (sign * fraction) / 16777216; // 2^24
  return (sign * (1024 + fraction) * 2 ** exponent) / 33554432; // 2^25
}
