import assert from "node:assert/strict";
import {
  anyNumber,
  anything,
  boolean,
  decodeText,
  encodeJson,
  finiteNumber,
  integerFrom,
  listOf,
  matching,
  nullable,
  object,
  oneOf,
  recordOf,
  string,
  union,
  withDefault,
  type Decoder,
} from "../../extension/protocol/codec";
import { isProblem } from "../../extension/protocol/problem";

/** The sentence of a value that a decoder refuses. */
function refusal(decoder: Decoder<unknown>, json: unknown): string {
  const result = decoder(json, { where: "file", path: "" });
  assert.ok(isProblem(result), `taken: ${JSON.stringify(json)}`);
  assert.equal(result.problem, "malformed");
  return result.message;
}

function taken<T>(decoder: Decoder<T>, json: unknown): T {
  const result = decoder(json, { where: "file", path: "" });
  if (isProblem(result)) throw new Error(result.message);
  return result;
}

describe("codec", () => {
  it("encodeJson() writes non-finite numbers as words, −0 as −0, and leaves out what is undefined", () => {
    assert.equal(
      encodeJson({ a: NaN, b: [Infinity, -Infinity, -0], c: undefined, d: null, e: "NaN" }),
      '{"a":"NaN","b":["Infinity","-Infinity",-0],"d":null,"e":"NaN"}',
    );
    assert.equal(encodeJson(Float32Array.of(0.5, NaN)), '[0.5,"NaN"]');
    assert.equal(encodeJson({ 'a"\n': "\u2028" }), '{"a\\"\\n":"\u2028"}');
  });

  it("encodeJson() refuses what JSON has no word for", () => {
    for (const value of [undefined, () => 0, Symbol("s"), 1n, [undefined]])
      assert.throws(() => encodeJson(value), /only JSON values can be encoded/);
  });

  it("anyNumber() takes the three words where a number belongs; finiteNumber() does not", () => {
    assert.ok(Number.isNaN(taken(anyNumber, "NaN")));
    assert.equal(taken(anyNumber, "-Infinity"), -Infinity);
    for (const word of ["nan", "", "1", "toString", "__proto__"]) refusal(anyNumber, word);
    assert.equal(refusal(finiteNumber, "NaN"), 'file: the value must be a finite number, but is "NaN".');
    assert.equal(taken(string, "NaN"), "NaN");
  });

  it("integerFrom() keeps to its bounds and says them", () => {
    assert.equal(taken(integerFrom(1, 64), 64), 64);
    assert.match(refusal(integerFrom(1, 64), 65), /a whole number from 1 to 64, but is 65\./);
    assert.match(refusal(integerFrom(0), -1), /a whole number of at least 0, but is -1\./);
    for (const value of [1.5, "1", 2 ** 53, null]) refusal(integerFrom(0), value);
  });

  it("a sentence names the file, the field by its path, what was expected, and what is there", () => {
    const decoder = object({ runs: listOf(object({ id: string, tags: recordOf(boolean) })) });
    const good = { runs: [{ id: "a", tags: { x: true } }] };
    assert.deepEqual(taken(decoder, { ...good, more: 1 }), good);
    assert.equal(
      refusal(decoder, { runs: [good.runs[0], { id: 7, tags: {} }] }),
      'file: "runs[1].id" must be text, but is 7.',
    );
    assert.equal(
      refusal(decoder, { runs: [{ id: "a", tags: { "a b": [] } }] }),
      'file: "runs[0].tags.a b" must be true or false, but is a list.',
    );
    assert.equal(refusal(decoder, {}), 'file: "runs" must be a list, but is missing.');
    assert.equal(refusal(decoder, { runs: null }), 'file: "runs" must be a list, but is null.');
    assert.equal(refusal(decoder, []), "file: the value must be an object, but is a list.");
    const long = "x".repeat(500);
    assert.ok(refusal(listOf(boolean), [long]).length < 120, "a long value is cut short");
  });

  it("object() reads own properties alone, so that no prototype passes for content", () => {
    assert.match(refusal(object({ toString: string }), {}), /"toString" must be text, but is missing/);
    const fields: unknown = JSON.parse('{"__proto__": {"a": "b"}}');
    assert.match(refusal(object({ a: string }), fields), /"a" must be text, but is missing/);
    const record = taken(recordOf(anything), fields);
    assert.deepEqual(Object.keys(record), ["__proto__"]);
    assert.equal(Object.getPrototypeOf(record), Object.prototype);
  });

  it("oneOf(), matching(), nullable() and withDefault() do as they say", () => {
    assert.equal(taken(oneOf(["a", "b"]), "b"), "b");
    assert.match(refusal(oneOf(["a", "b"]), "c"), /must be one of a, b, but is "c"\./);
    assert.match(refusal(matching(/^x+$/, "some x"), "y"), /must be some x, but is "y"\./);
    assert.equal(taken(object({ a: nullable(string) }), {}).a, null);
    assert.equal(taken(nullable(string), null), null);
    refusal(nullable(string), 1);
    assert.equal(taken(object({ a: withDefault(string, "d") }), {}).a, "d");
    refusal(withDefault(string, "d"), null);
    refusal(object({ a: anything }), {});
  });

  it("union() takes each shape by its type and names the types it knows", () => {
    const decoder = union({ dot: { x: anyNumber }, text: { say: string } });
    assert.deepEqual(taken(decoder, { type: "dot", x: "NaN", say: 4 }), { type: "dot", x: NaN });
    assert.equal(refusal(decoder, { type: "line" }), 'file: "type" must be one of dot, text, but is "line".');
    assert.match(refusal(decoder, { type: "text" }), /"say" must be text, but is missing/);
    assert.match(refusal(decoder, {}), /"type" must be one of dot, text, but is missing/);
    refusal(decoder, { type: "toString" });
  });

  it("decodeText() says at which column a text stops being JSON", () => {
    const result = decodeText(string, '{"a": }', "rlhf.json");
    assert.ok(isProblem(result));
    assert.match(result.message, /^rlhf\.json is not valid JSON at column 7/);
  });
});
