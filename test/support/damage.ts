import assert from "node:assert/strict";
import fc from "fast-check";
import { encodeJson, isObject } from "../../extension/protocol/codec";
import { isProblem, type Problem } from "../../extension/protocol/problem";

/** All paths of a JSON value down to its leaves, such as ["changes", "0", "key"]; those that match `free` are not gone into. */
export function pathsOf(value: unknown, free: RegExp, path: readonly string[] = []): (readonly string[])[] {
  if (free.test(path.join(".")) || typeof value !== "object" || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, item]) => pathsOf(item, free, [...path, key]));
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

/** Something of a type that stands nowhere in a message of our protocols at the place of `old`. */
const wrongTypeFor = (old: unknown): unknown =>
  isObject(old) ? [["?"]] : Array.isArray(old) || typeof old === "boolean" ? { wrong: true } : [[old]];

/** Messages with one value of a wrong type: always malformed. Where `free` matches a path, any value is good. */
export const damaged = (messages: readonly object[], free = /(?!)/): fc.Arbitrary<string> =>
  fc
    .constantFrom(...messages)
    .chain((message) => {
      // As plain JSON, the way it goes over the wire.
      const plain: unknown = JSON.parse(encodeJson(message));
      const paths = pathsOf(plain, free).filter((path) => !free.test(path.join(".")));
      return fc.constantFrom(...paths).map((path) => withReplaced(plain, path, wrongTypeFor));
    })
    .map((value) => JSON.stringify(value));

/** Messages cut off somewhere. */
export const cut = (messages: readonly object[]): fc.Arbitrary<string> =>
  fc
    .constantFrom(...messages)
    .map(encodeJson)
    .chain((text) => fc.nat(text.length - 1).map((length) => text.slice(0, length)));

/** Asserts that 1,000 malformed messages each give a named problem. */
export function assertRefused(malformed: fc.Arbitrary<string>, parse: (text: string) => unknown): void {
  fc.assert(
    fc.property(malformed, (text) => {
      const message = parse(text);
      assert.ok(isProblem(message), `taken for good: ${text}`);
      assert.ok(isSentence(message), message.message);
    }),
    { numRuns: 1000, seed: 20220304 },
  );
}

export function isSentence(problem: Problem): boolean {
  return /^[a-z]+$/i.test(problem.problem) && problem.message.length > 10 && problem.message.endsWith(".");
}
