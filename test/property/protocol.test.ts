import assert from "node:assert/strict";
import fc from "fast-check";
import { isObject } from "../../extension/protocol/codec";
import { encodeFrame, FrameReader } from "../../extension/protocol/frames";
import { isProblem } from "../../extension/protocol/problem";
import {
  parseClientMessage,
  parseReply,
  parseServerMessage,
  requestNames,
} from "../../extension/protocol/trainerProtocol";
import { cut, damaged, isSentence } from "../support/damage";
import {
  clientMessageExamples,
  requestExamples,
  serverMessageExamples,
  trainerMessageExamples,
} from "../support/protocolMessages";

fc.configureGlobal({ seed: 20220304 });

const serverMessages: readonly object[] = [
  ...Object.values(serverMessageExamples),
  ...Object.values(trainerMessageExamples).map((event) => ({ type: "event", event })),
];

/** Where any value is good: damage there is no damage. */
const free = /^value$|^event\.figures$/;

const malformed = (messages: readonly object[]): fc.Arbitrary<string> =>
  fc.oneof(
    damaged(messages, free),
    cut(messages),
    fc.constantFrom(
      "null",
      "[]",
      "3",
      '"hello"',
      "{}",
      '{"type":"hello"}',
      '{"type":"__proto__"}',
      '{"type":7}',
    ),
    fc
      .jsonValue()
      .filter((value) => !isObject(value))
      .map((value) => JSON.stringify(value)),
  );

describe("the protocol, fuzzed", () => {
  it("1,000 malformed messages to the trainer each give a named problem", () => {
    fc.assert(
      fc.property(malformed(clientMessageExamples), (text) => {
        const message = parseClientMessage(text);
        const problem = isProblem(message) || message.type === "hello" ? message : message.request;
        assert.ok(isProblem(problem), `taken for good: ${text}`);
        assert.ok(isSentence(problem), problem.message);
      }),
      { numRuns: 1000 },
    );
  });

  it("1,000 malformed messages from the trainer each give a named problem", () => {
    fc.assert(
      fc.property(malformed(serverMessages), (text) => {
        const message = parseServerMessage(text);
        assert.ok(isProblem(message), `taken for good: ${text}`);
        assert.ok(isSentence(message), message.message);
      }),
      { numRuns: 1000 },
    );
  });

  it("1,000 malformed replies each give a named problem", () => {
    const replies = fc
      .constantFrom(...requestNames)
      .chain((name) => fc.tuple(fc.constant(name), damaged([requestExamples[name].reply], free)));
    fc.assert(
      fc.property(replies, ([name, text]) => {
        const reply = parseReply(name, JSON.parse(text));
        assert.ok(isProblem(reply), `taken for good as ${name}: ${text}`);
        assert.ok(isSentence(reply), reply.message);
      }),
      { numRuns: 1000 },
    );
  });

  it("1,000 messages of any content at all never throw", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string({ unit: "binary" })), (text) => {
        for (const parse of [parseClientMessage, parseServerMessage]) {
          const message = parse(text);
          assert.ok(isProblem(message) || typeof message.type === "string");
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("messages come out of a byte stream as they went in, however it is cut", () => {
    const texts = fc.array(fc.string({ unit: "grapheme", maxLength: 40 }), { maxLength: 6 });
    fc.assert(
      fc.property(texts, fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }), (sent, sizes) => {
        const stream = Buffer.concat(sent.map(encodeFrame));
        const reader = new FrameReader();
        const received: unknown[] = [];
        for (let at = 0, i = 0; at < stream.length; i++) {
          const end = at + sizes[i % sizes.length];
          received.push(...reader.push(stream.subarray(at, end)));
          at = end;
        }
        assert.deepEqual(received, sent);
      }),
    );
  });

  it("random bytes never throw, and nothing is read after the stream is lost", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (chunks) => {
        const reader = new FrameReader(1000);
        let lost = false;
        for (const chunk of chunks) {
          const messages = reader.push(chunk);
          if (lost) assert.deepEqual(messages, []);
          lost ||= messages.some((message) => isProblem(message) && message.problem === "tooLarge");
        }
      }),
      { numRuns: 1000 },
    );
  });
});
