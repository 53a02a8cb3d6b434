import assert from "node:assert/strict";
import fc from "fast-check";
import { encodeJson, isObject } from "../../extension/protocol/codec";
import { encodeFrame, FrameReader } from "../../extension/protocol/frames";
import { isProblem, type Problem } from "../../extension/protocol/problem";
import {
  parseClientMessage,
  parseReply,
  parseServerMessage,
  requestNames,
} from "../../extension/protocol/trainerProtocol";
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

/** All paths of a JSON value down to its leaves, such as ["changes", "0", "key"]. */
function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (free.test(path.join(".")) || typeof value !== "object" || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]));
  return path.length === 0 ? inner : [path, ...inner];
}

/** The value with what stands at a path replaced. */
function withReplaced(
  value: unknown,
  [key, ...rest]: readonly string[],
  replace: (old: unknown) => unknown,
): unknown {
  if (key === undefined) return replace(value);
  if (Array.isArray(value))
    return value.map((item, i) => (String(i) === key ? withReplaced(item, rest, replace) : item));
  if (!isObject(value)) return value;
  return { ...value, [key]: withReplaced(value[key], rest, replace) };
}

/** Something of a type that stands nowhere in a message of this protocol at the place of `old`. */
const wrongTypeFor = (old: unknown): unknown =>
  isObject(old) ? [["?"]] : Array.isArray(old) || typeof old === "boolean" ? { wrong: true } : [[old]];

/** Messages with one value of a wrong type: always malformed. */
const damaged = (messages: readonly object[]): fc.Arbitrary<string> =>
  fc
    .constantFrom(...messages)
    .chain((message) => {
      // As plain JSON, the way it goes over the wire.
      const plain: unknown = JSON.parse(encodeJson(message));
      const paths = pathsOf(plain).filter((path) => !free.test(path.join(".")));
      return fc.constantFrom(...paths).map((path) => withReplaced(plain, path, wrongTypeFor));
    })
    .map((value) => JSON.stringify(value));

const cut = (messages: readonly object[]): fc.Arbitrary<string> =>
  fc
    .constantFrom(...messages)
    .map(encodeJson)
    .chain((text) => fc.nat(text.length - 1).map((length) => text.slice(0, length)));

const malformed = (messages: readonly object[]): fc.Arbitrary<string> =>
  fc.oneof(
    damaged(messages),
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

function isSentence(problem: Problem): boolean {
  return /^[a-z]+$/i.test(problem.problem) && problem.message.length > 10 && problem.message.endsWith(".");
}

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
      .chain((name) => fc.tuple(fc.constant(name), damaged([requestExamples[name].reply])));
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
