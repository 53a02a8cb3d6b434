/**
 * Event files as TensorBoard reads them: records (length, checksum, bytes, checksum) of protocol buffers. Written by hand because only six
 * small messages are needed. Sources: tensorflow/core/lib/io/record_writer.h; tensorboard/compat/proto/event.proto, summary.proto, tensor.proto.
 */

/** The first event of every file: by it readers know the format. */
export const fileVersionEvent = (wallSeconds: number): Uint8Array =>
  record(joined([...time(wallSeconds, 0), bytesField(3, utf8("brain.Event:2"))]));

/** Numbers of a step by their tags, as one record. They have 32 bits there; NaN and the infinities stay. */
export function scalarsEvent(
  wallSeconds: number,
  step: number,
  scalars: readonly (readonly [tag: string, value: number])[],
): Uint8Array {
  const values = scalars.map(([tag, value]) =>
    bytesField(1, joined([bytesField(1, utf8(tag)), floatField(2, value)])),
  );
  return record(joined([...time(wallSeconds, step), bytesField(5, joined(values))]));
}

const [stringType, tensorClass] = [7, 2] as const;

/** A text of a step, which TensorBoard shows as Markdown, as one record. */
export function textEvent(wallSeconds: number, step: number, tag: string, text: string): Uint8Array {
  const shape = bytesField(2, bytesField(2, varintField(1, 1)));
  const tensor = joined([varintField(1, stringType), shape, bytesField(8, utf8(text))]);
  const plugin = bytesField(1, bytesField(1, utf8("text")));
  const metadata = joined([plugin, varintField(4, tensorClass)]);
  const value = joined([bytesField(1, utf8(tag)), bytesField(8, tensor), bytesField(9, metadata)]);
  return record(joined([...time(wallSeconds, step), bytesField(5, bytesField(1, value))]));
}

const time = (wallSeconds: number, step: number): Uint8Array[] => [
  doubleField(1, wallSeconds),
  varintField(2, step),
];

/** [8: length, 4: masked CRC of the length, n: data, 4: masked CRC of the data], all little-endian. */
export function record(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(data.length + 12, maskedCrc(data), true);
  return bytes;
}

/** ((crc ≫ 15) | (crc ≪ 17)) + 0xa282ead8 mod 2³², so that the checksum of bytes that hold checksums is no trivial one. */
function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** For each byte the remainder of dividing by the Castagnoli polynomial, bits reversed. */
const remainders = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0x82f63b78 : rest >>> 1;
  return rest;
});

/** CRC-32C: RFC 3720, B.4. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = remainders[(crc ^ byte) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}

// Fields of protocol buffers: a key (number ≪ 3 | wire type), then the value.

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const key = (field: number, wireType: number): Uint8Array => varint((field << 3) | wireType);
const varintField = (field: number, value: number): Uint8Array => joined([key(field, 0), varint(value)]);
const bytesField = (field: number, bytes: Uint8Array): Uint8Array =>
  joined([key(field, 2), varint(bytes.length), bytes]);

function doubleField(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return joined([key(field, 1), bytes]);
}

function floatField(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return joined([key(field, 5), bytes]);
}

/** A whole number of at least 0, seven bits a byte, the lowest first. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return Uint8Array.from([...bytes, rest]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
