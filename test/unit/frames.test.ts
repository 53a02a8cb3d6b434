import assert from "node:assert/strict";
import { encodeFrame, FrameReader } from "../../extension/protocol/frames";
import { isProblem, Problem } from "../../extension/protocol/problem";
import { maxMessageBytes } from "../../extension/protocol/trainerProtocol";

describe("frames", () => {
  it("encodeFrame() puts the length in bytes, little-endian, before the UTF-8", () => {
    assert.deepEqual([...encodeFrame("aü")], [3, 0, 0, 0, 0x61, 0xc3, 0xbc]);
    assert.deepEqual([...encodeFrame("")], [0, 0, 0, 0]);
    assert.deepEqual([...encodeFrame("x".repeat(300)).subarray(0, 4)], [44, 1, 0, 0]);
  });

  it("FrameReader gives messages as they become whole, byte by byte", () => {
    const reader = new FrameReader();
    const bytes = [...encodeFrame("한"), ...encodeFrame(""), ...encodeFrame("b")];
    const received = bytes.map((byte) => reader.push(Uint8Array.of(byte)));
    assert.deepEqual(received.flat(), ["한", "", "b"]);
    assert.deepEqual(received[6], ["한"]);
    assert.deepEqual(received[10], [""]);
  });

  it("FrameReader gives several messages of one chunk in order and keeps the rest", () => {
    const reader = new FrameReader();
    const chunk = Buffer.concat([encodeFrame("a"), encodeFrame("b"), encodeFrame("cd").subarray(0, 5)]);
    assert.deepEqual(reader.push(chunk), ["a", "b"]);
    assert.deepEqual(reader.push(encodeFrame("cd").subarray(5)), ["cd"]);
  });

  it("FrameReader gives up on a message that is too long, and reads nothing after it", () => {
    const reader = new FrameReader(10);
    assert.deepEqual(reader.push(encodeFrame("0123456789")), ["0123456789"]);
    const [problem, ...rest] = reader.push(Uint8Array.of(11, 0, 0, 0, 1, 2));
    assert.ok(isProblem(problem) && problem.problem === "tooLarge");
    assert.equal(
      problem.message,
      "A message of 11 bytes is longer than the 10 allowed; the connection was closed.",
    );
    assert.deepEqual(rest, []);
    assert.deepEqual(reader.push(encodeFrame("a")), []);
  });

  it("FrameReader takes messages of up to 16 MB unless told otherwise", () => {
    assert.equal(maxMessageBytes, 16 * 1024 * 1024);
    const [problem] = new FrameReader().push(Uint8Array.of(1, 0, 0, 1));
    assert.ok(problem instanceof Problem && problem.problem === "tooLarge");
    assert.deepEqual(new FrameReader().push(Uint8Array.of(0, 0, 0, 1)), []);
  });

  it("FrameReader names a message that is no UTF-8 and goes on with the next", () => {
    const reader = new FrameReader();
    const broken = Uint8Array.of(2, 0, 0, 0, 0xc3, 0x28);
    const [problem, next] = reader.push(Buffer.concat([broken, encodeFrame("a")]));
    assert.ok(isProblem(problem) && problem.problem === "malformed");
    assert.equal(next, "a");
  });
});
