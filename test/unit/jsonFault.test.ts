import assert from "node:assert/strict";
import { parseJson } from "../../extension/protocol/codec";
import { jsonFault } from "../../extension/protocol/jsonFault";
import { isProblem } from "../../extension/protocol/problem";

describe("jsonFault()", () => {
  it("finds nothing wrong with JSON", () => {
    const texts = [
      "0",
      " -1.5e+3 ",
      '"a\\u00e9\\n\\""',
      "[]",
      "{}",
      '{"a":[1,{"b":null}],"c":"한"}\r\n',
      "[[],[true,false]]",
    ];
    for (const text of texts) {
      JSON.parse(text);
      assert.equal(jsonFault(text), null, text);
    }
  });
  it("gives line and column of the first fault", () => {
    const known: readonly [text: string, line: number, column: number, found: string][] = [
      ["", 1, 1, "the text ends too early"],
      ["{", 1, 2, "the text ends too early"],
      ['{"a": 1,}', 1, 9, 'unexpected "}"'],
      ['{\n  "a": 1\n  "b": 2\n}', 3, 3, "unexpected text"],
      ["[1, 02]", 1, 6, 'unexpected "2"'],
      ["[1,]", 1, 4, 'unexpected "]"'],
      ["[1}", 1, 3, 'unexpected "}"'],
      ["]", 1, 1, 'unexpected "]"'],
      ['{"a" 1}', 1, 6, 'unexpected "1"'],
      ["{'a': 1}", 1, 2, 'unexpected "\'"'],
      ['{"a": "broken', 1, 7, "a text that does not end, or holds what must be escaped"],
      ["[1] x", 1, 5, 'unexpected "x"'],
      ["NaN", 1, 1, 'unexpected "N"'],
    ];
    for (const [text, line, column, found] of known) {
      assert.throws(() => JSON.parse(text) as unknown, SyntaxError);
      assert.deepEqual(jsonFault(text), { line, column, found }, text);
    }
  });
  it("stands in parseJson()'s sentence, with the line where there are several", () => {
    const sentence = (text: string): string => {
      const parsed = parseJson(text, "rlhf.json");
      return isProblem(parsed) ? parsed.message : "";
    };
    assert.equal(sentence('{"a": 1,}'), 'rlhf.json is not valid JSON at column 9: unexpected "}".');
    assert.equal(
      sentence('{\n "a" 1\n}'),
      'rlhf.json is not valid JSON at line 2, column 6: unexpected "1".',
    );
    assert.equal(sentence(""), "rlhf.json is not valid JSON at column 1: the text ends too early.");
  });
  it("survives deep nesting and long texts", () => {
    assert.equal(jsonFault("[".repeat(200_000))?.column, 200_001);
    assert.equal(jsonFault(JSON.stringify("x".repeat(3_000_000))), null);
  });
});
