import assert from "node:assert/strict";
import { crc32c, fileVersionEvent, record, scalarsEvent, textEvent } from "../../extension/formats/tfevents";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("TensorBoard's event files", () => {
  it("the checksum is that of RFC 3720, B.4", () => {
    const vectors: readonly (readonly [Uint8Array, number])[] = [
      [new Uint8Array(32), 0x8a9136aa],
      [new Uint8Array(32).fill(255), 0x62a8ab43],
      [Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
      [Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
      [utf8("123456789"), 0xe3069283],
      [new Uint8Array(0), 0],
    ];
    for (const [bytes, sum] of vectors) assert.equal(crc32c(bytes), sum);
  });

  it("a record is its length, the length's masked checksum, the bytes and theirs", () => {
    // Masked: rotated right by 15 bits, plus a282ead8. Of no bytes the checksum is 0.
    const empty = record(new Uint8Array(0));
    const mask = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
    const view = new DataView(empty.buffer);
    assert.equal(view.getUint32(8, true), mask(crc32c(new Uint8Array(8))));
    assert.equal(view.getUint32(12, true), 0xa282ead8);
    const some = record(utf8("123456789"));
    assert.equal(hex(some.subarray(0, 8)), "0900000000000000");
    assert.equal(hex(some.subarray(12, 21)), hex(utf8("123456789")));
    assert.equal(new DataView(some.buffer).getUint32(21, true), mask(0xe3069283));
  });

  it("events are the messages of TensorBoard's .proto files, field by field", () => {
    const content = (bytes: Uint8Array): string => hex(bytes.subarray(12, -4));
    // wall_time = 1.5 (field 1, 8 bytes), step = 0 (field 2), file_version (field 3).
    assert.equal(
      content(fileVersionEvent(1.5)),
      `09000000000000f83f${"1000"}${"1a0d"}${hex(utf8("brain.Event:2"))}`,
    );
    // step = 300 is the varint ac 02; summary (field 5) { value (field 1) { tag "a/b", simple_value (field 2, 4 bytes) 0.5 } }.
    assert.equal(
      content(scalarsEvent(1.5, 300, [["a/b", 0.5]])),
      "09000000000000f83f" + "10ac02" + "2a0c" + "0a0a" + "0a03612f62" + "150000003f",
    );
    // tensor (8) { dtype (1) 7, shape (2) { dim (2) { size (1) 1 } }, string_val (8) "x" }, metadata (9) { plugin_data (1) { "text" }, class (4) 2 }.
    assert.equal(
      content(textEvent(1.5, 1, "t", "x")),
      "09000000000000f83f" +
        "1001" +
        "2a1e" +
        "0a1c" +
        "0a0174" +
        "420b" +
        "0807" +
        "120412020801" +
        "420178" +
        "4a0a" +
        "0a060a0474657874" +
        "2002",
    );
  });

  it("keeps what is no number, and what 32 bits cannot hold is infinite", () => {
    const values = [NaN, Infinity, -Infinity, 1e300, -0];
    const event = scalarsEvent(
      0,
      0,
      values.map((value, i) => [`v${i}`, value]),
    );
    const kept = values.map((_, i) => {
      const at = Buffer.from(event).indexOf(`v${i}`) + 3;
      return new DataView(event.buffer).getFloat32(at, true);
    });
    assert.deepEqual(kept, [NaN, Infinity, -Infinity, Infinity, -0]);
  });
});
