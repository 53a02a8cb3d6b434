import assert from "node:assert/strict";
import fc from "fast-check";
import { problemsIn, translateProblem } from "../support/problemTemplates";

const texts = problemsIn("ko");
const korean = translateProblem("ko");
const filled = (text: string, values: readonly string[]): string =>
  text.replace(/\{(\d)\}/g, (_, place: string) => values[Number(place)]);

/** Values without letters, spaces or signs, so that no template's own text is in them. */
const value = fc.stringMatching(/^[0-9]{1,12}$/);

describe("property: problems in another language", () => {
  it("every template, with any values, becomes its translation with the same values", () => {
    for (const [template, translated] of texts) {
      const count = new Set(template.match(/\{\d\}/g)).size;
      fc.assert(
        fc.property(fc.array(value, { minLength: count, maxLength: count }), (values) =>
          assert.equal(korean(filled(template, values)), filled(translated, values)),
        ),
        { numRuns: 5 },
      );
    }
  });

  it("any text gives a text, and one without a letter of English itself", () => {
    const parts = [...texts.keys()].flatMap((text) => text.split(/\{\d\}/));
    const mixed = fc.array(fc.oneof(fc.string(), fc.constantFrom(...parts, ": ", ". ", "\n", "{0}")));
    fc.assert(fc.property(mixed, (given) => assert.equal(typeof korean(given.join("")), "string")));
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("가", "나", " ", ".", ":", "\n", "9") }), (given) =>
        assert.equal(korean(given), given),
      ),
    );
  });

  it("a text of 100 kB, made to be hard, ends", function () {
    this.timeout(20_000);
    for (const part of [
      "a must be b, but is ",
      "x is missing. ",
      "a: ",
      ": ",
      "is missing.\n",
      "line 1, ",
      "\n",
    ]) {
      const long = part.repeat(100_000 / part.length);
      assert.equal(typeof korean(long), "string");
      assert.equal(typeof korean(`${long}!`), "string");
    }
  });
});
