import assert from "node:assert/strict";
import { createRng } from "../../extension/algorithms/rng";
import { decodeTensors, encodeTensors } from "../../extension/formats/safetensors";
import { isProblem } from "../../extension/protocol/problem";
import type { NamedArray } from "../../extension/protocol/trainerEvents";

type Tensors = Readonly<Record<string, NamedArray>>;

/** A file from a header and the number of data bytes after it. */
function file(header: string | object, dataBytes: number, headerBytes?: bigint): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, headerBytes ?? BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const f32 = (begin: number, end: number, shape: readonly unknown[] = [(end - begin) / 4]): object => ({
  dtype: "F32",
  shape,
  data_offsets: [begin, end],
});

function sentenceOf(bytes: Uint8Array): string {
  const result = decodeTensors(bytes, "models/base/model.safetensors");
  assert.ok(isProblem(result), "expected a problem");
  assert.match(
    result.message,
    /^models\/base\/model\.safetensors(:| is not a whole safetensors file:) [^\n]*\.$/,
  );
  return result.message;
}

function decoded(bytes: Uint8Array, wanted?: (name: string) => boolean): Tensors {
  const result = decodeTensors(bytes, "x", wanted);
  assert.ok(!isProblem(result), isProblem(result) ? result.message : "");
  return result;
}

/** Written by Python's safetensors 0.6 (torch 2.15) from tensors f32, f16, bf16, f64, empty and scalar, with a note in its metadata. */
const fromPython = Buffer.from(
  "gAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJub3RlIjoieCJ9LCJmNjQiOnsiZHR5cGUiOiJGNjQiLCJzaGFwZSI6WzNdLCJkYXRhX29mZnNldHMiOlswLDI0XX0sImVtcHR5Ijp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlswLDNdLCJkYXRhX29mZnNldHMiOlsyNCwyNF19LCJmMzIiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzIsMl0sImRhdGFfb2Zmc2V0cyI6WzI0LDQwXX0sInNjYWxhciI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbXSwiZGF0YV9vZmZzZXRzIjpbNDAsNDRdfSwiYmYxNiI6eyJkdHlwZSI6IkJGMTYiLCJzaGFwZSI6WzZdLCJkYXRhX29mZnNldHMiOls0NCw1Nl19LCJmMTYiOnsiZHR5cGUiOiJGMTYiLCJzaGFwZSI6WzhdLCJkYXRhX29mZnNldHMiOls1Niw3Ml19fSAgICCamZmZmZm5P5x1AIg85Dd+6AcAAAAAAIAAAMA/AAAAgAAAUEABAAAAAADgQIA/IMB/fwEAgP/NPQA8AMH/ewAEAQAAfAB+Zi4=",
  "base64",
);

describe("safetensors", () => {
  it("decodeTensors() reads a file of Python's: every float type, an empty tensor, a scalar", () => {
    const tensors = decoded(fromPython);
    const expected: Record<string, [number[], number[]]> = {
      f32: [
        [2, 2],
        [1.5, -0, 3.25, 1.401298464324817e-45],
      ],
      f16: [[8], [1, -2.5, 65504, 6.103515625e-5, 5.960464477539063e-8, Infinity, NaN, 0.0999755859375]],
      bf16: [[6], [1, -2.5, 3.3895313892515355e38, 9.183549615799121e-41, -Infinity, 0.10009765625]],
      f64: [[3], [0.10000000149011612, Infinity, -0]],
      empty: [[0, 3], []],
      scalar: [[], [7]],
    };
    assert.deepEqual(Object.keys(tensors).sort(), Object.keys(expected).sort());
    for (const [name, [shape, values]] of Object.entries(expected)) {
      assert.deepEqual(tensors[name].shape, shape, name);
      assert.deepEqual(Array.from(tensors[name].data), values, name);
    }
  });
  it("encodeTensors() and decodeTensors() keep every bit, NaN's and −0 too, at any offset of a buffer", () => {
    const bits = Uint32Array.of(0x7fc00001, 0x80000000, 0xff800000, 1, 0x3f800000, 0x7f7fffff);
    const tensors = {
      "h.0.ln_1.weight": { shape: [2, 3], data: new Float32Array(bits.buffer) },
      "wte.weight": { shape: [0], data: new Float32Array(0) },
      '__proto__ "é"': { shape: [], data: Float32Array.of(2) },
    };
    Object.defineProperty(tensors, "__proto__", {
      value: { shape: [1], data: Float32Array.of(3) },
      enumerable: true,
    });
    const bytes = encodeTensors(tensors);
    assert.equal(new DataView(bytes.buffer).getUint32(0, true) % 8, 0);
    const moved = new Uint8Array(bytes.length + 3);
    moved.set(bytes, 3);
    for (const view of [bytes, moved.subarray(3), Buffer.from(moved.buffer, 3)]) {
      const back = decoded(view);
      assert.deepEqual(new Uint32Array(back["h.0.ln_1.weight"].data.buffer), bits);
      assert.deepEqual(Object.keys(back).sort(), Object.keys(tensors).sort());
      assert.deepEqual(
        [...(Object.getOwnPropertyDescriptor(back, "__proto__")?.value.data as Float32Array)],
        [3],
      );
    }
    assert.deepEqual(encodeTensors(decoded(bytes)), bytes);
  });
  it("decodeTensors() says what is wrong with a damaged or hostile file", () => {
    const one = { a: f32(0, 4) };
    const good = file(one, 4);
    assert.equal(decoded(good).a.data.length, 1);
    const cases: [Uint8Array, RegExp][] = [
      [new Uint8Array(5), /it has 5 bytes, fewer than the header's length takes/],
      [
        file(one, 4, 2n ** 63n),
        /its header would have 9223372036854775808 bytes, and the file ends 58 bytes after/,
      ],
      [file(one, 4, 59n), /its header would have 59 bytes/],
      [file(one, 4, 20n), /: its header is not valid JSON/],
      [file(one, 4, 0n), /its header is not a JSON object/],
      [file("[1]", 0), /its header is not a JSON object/],
      [file(" {}", 0), /its header is not a JSON object/],
      [file(Buffer.from("7b22ff223a317d", "hex").toString("latin1"), 0), /the tensor "ÿ" has no type/],
      [good.subarray(0, good.length - 1), /its tensors take 4 bytes, and it holds 3/],
      [file(one, 8), /its tensors take 4 bytes, and it holds 8/],
      [file({ a: f32(4, 8) }, 8), /"a" begins at byte 4 of the data and not at 0/],
      [file({ a: f32(0, 4), b: f32(8, 12) }, 12), /"b" begins at byte 8 of the data and not at 4/],
      [file({ a: f32(0, 8), b: f32(4, 12) }, 12), /"b" begins at byte 4 of the data and not at 8/],
      [file({ a: f32(0, 4, [2]) }, 4), /"a" of F32 \[2\] cannot lie in 4 bytes/],
      [file({ a: f32(4, 0, [1]) }, 4), /"a" of F32 \[1\] cannot lie in -4 bytes/],
      [file({ a: f32(0, 4, [2 ** 52, 2 ** 52, 2 ** 52]) }, 4), /cannot lie in 4 bytes/],
      [file({ a: f32(0, 4, new Array(16).fill(2 ** 53 - 1)) }, 4), /cannot lie in 4 bytes/],
      [file({ a: f32(0, 4, new Array(17).fill(1)) }, 4), /"a" has a shape that is no list of sizes/],
      [file({ a: f32(0, 4, [-1]) }, 4), /"a" has a shape that is no list of sizes/],
      [file({ a: f32(0, 4, ["1"]) }, 4), /"a" has a shape that is no list of sizes/],
      [
        file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[9007199254740993,9007199254740997]}}', 4),
        /"a" has "data_offsets" that are no two places/,
      ],
      [
        file({ a: { dtype: "F32", shape: [1], data_offsets: [0] } }, 4),
        /"a" has "data_offsets" that are no two places/,
      ],
      [
        file({ a: { dtype: "F31", shape: [1], data_offsets: [0, 4] } }, 4),
        /"a" has no type that the format knows/,
      ],
      [
        file({ a: { dtype: "toString", shape: [1], data_offsets: [0, 4] } }, 4),
        /"a" has no type that the format knows/,
      ],
      [file({ a: null }, 4), /"a" has no type that the format knows/],
      [
        file({ a: { dtype: "I64", shape: [1], data_offsets: [0, 8] } }, 8),
        /: the tensor "a" has the type I64, and only F32, F16, BF16, F64 are read/,
      ],
      [
        file(
          '{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"\\u0061":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
          4,
        ),
        /its header has the tensor "a" twice/,
      ],
      [file({ ["x\n".repeat(500)]: 1 }, 0), /the tensor "(x\\n){40}…" has no type/],
    ];
    for (const [bytes, expected] of cases) assert.match(sentenceOf(bytes), expected);
    const notUtf8 = file('{"?":1}', 0);
    notUtf8[10] = 0xff;
    assert.match(sentenceOf(notUtf8), /its header is not a JSON object/);
  });
  it("decodeTensors() takes metadata, spaces at the header's end, and keys that only look repeated", () => {
    const header = `{"__metadata__":{"a":"1","b":"{\\"a\\":"},"a":${JSON.stringify(f32(4, 8))},"b" :${JSON.stringify(f32(0, 4))}}   `;
    assert.deepEqual(Object.keys(decoded(file(header, 8))), ["a", "b"]);
    assert.deepEqual(decoded(file("{}", 0)), {});
  });
  it("decodeTensors() leaves out what is not wanted, whatever its type", () => {
    const header = { mask: { dtype: "BOOL", shape: [4], data_offsets: [0, 4] }, a: f32(4, 8) };
    assert.deepEqual(Object.keys(decoded(file(header, 8), (name) => name !== "mask")), ["a"]);
  });
  it("decodeTensors() never throws, whichever bytes of a file are altered, added or cut", () => {
    const rng = createRng(11);
    let refused = 0;
    for (let i = 0; i < 1000; i++) {
      const bytes =
        i % 2 === 0
          ? Buffer.from(fromPython)
          : Buffer.from(encodeTensors({ ab: { shape: [1, 2], data: Float32Array.of(1, 2) } }));
      const header = 8 + bytes.readUInt32LE(0);
      for (let n = 1 + rng.integer(4); n > 0; n--)
        bytes[rng.integer(rng.integer(4) === 0 ? 8 : header)] =
          rng.integer(2) === 0 ? rng.integer(256) : 48 + rng.integer(10);
      const cut = rng.integer(4) === 0 ? bytes.subarray(0, rng.integer(bytes.length)) : bytes;
      const result = decodeTensors(cut, "model.safetensors");
      if (!isProblem(result)) continue;
      refused++;
      assert.match(result.message, /^model\.safetensors.*\.$/s);
    }
    assert.ok(refused > 700 && refused < 1000, `${refused} of 1000 refused`);
  });
});
