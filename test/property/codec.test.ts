import assert from "node:assert/strict";
import fc from "fast-check";
import { anyNumber, decodeText, encodeJson, parseJson, recordOf } from "../../extension/protocol/codec";
import { isProblem } from "../../extension/protocol/problem";
import { parseEpisodeLine, parseMetricsLine } from "../../extension/protocol/runFormat";
import { good } from "../support/fakeRuns";

const numbers = fc.oneof(fc.double(), fc.constantFrom(NaN, Infinity, -Infinity, -0, 0, 5e-324, 2 ** 53));
/** Strict equality sees prototypes. */
const plain = { noNullPrototype: true };
fc.configureGlobal({ seed: 20220304 });

describe("properties of the codec", () => {
  it("every number comes back with the same bits, NaN and both infinities too", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), numbers), (values) => {
        const back = good(decodeText(recordOf(anyNumber), encodeJson(values), "here"));
        assert.deepEqual(Object.keys(back).sort(), Object.keys(values).sort());
        for (const [key, value] of Object.entries(values)) assert.ok(Object.is(back[key], value), key);
      }),
      { numRuns: 500 },
    );
  });

  it("any JSON value comes back as it was", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const parsed = good(parseJson(encodeJson(value), "here"));
        assert.deepEqual(parsed.json, value);
      }),
      { numRuns: 500 },
    );
  });

  it("a line of metrics comes back as it was", () => {
    const names = fc.string({ minLength: 1 }).map((name) => `group/${name}`);
    fc.assert(
      fc.property(
        fc.nat(),
        fc.dictionary(names, numbers, { noNullPrototype: true }),
        fc.array(fc.string()),
        (iteration, values, warnings) => {
          const text = encodeJson({ iteration, ...values, warnings });
          assert.ok(!text.includes("\n"), "a line must stay one line");
          assert.deepEqual(good(parseMetricsLine(text, "here")), { iteration, values, warnings });
        },
      ),
    );
  });

  it("a logged episode comes back as it was, its text “NaN” as text", () => {
    const list = fc.array(numbers, { maxLength: 4 });
    const pairs = fc.array(
      fc.tuple(fc.nat(), numbers).map((pair): readonly [number, number] => pair),
      { maxLength: 3 },
    );
    const episodes = fc.record(
      {
        iteration: fc.nat(),
        episode: fc.nat(),
        promptId: fc.string(),
        prompt: fc.oneof(fc.string({ unit: "binary" }), fc.constant("NaN")),
        response: fc.oneof(fc.string({ unit: "grapheme" }), fc.constant("-Infinity")),
        promptTokens: fc.array(fc.nat()),
        responseTokens: fc.array(fc.nat()),
        logprobs: list,
        referenceLogprobs: list,
        values: list,
        rewards: list,
        advantages: list,
        returns: list,
        entropies: list,
        ratiosAfter: list,
        alternatives: fc.array(fc.record({ policy: pairs, reference: pairs }, plain), { maxLength: 3 }),
        score: numbers,
        kl: numbers,
        endReached: fc.boolean(),
      },
      plain,
    );
    fc.assert(
      fc.property(episodes, (episode) => {
        const text = encodeJson(episode);
        assert.ok(!text.includes("\n"), "a line must stay one line");
        assert.deepEqual(good(parseEpisodeLine(text, "here")), episode);
      }),
    );
  });

  it("any text is either JSON or a problem that names the place, never a throw", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.json().map((text) => text.slice(1)),
        ),
        (text) => {
          const parsed = parseJson(text, "the place");
          let expected: unknown;
          try {
            expected = JSON.parse(text);
          } catch {
            assert.ok(isProblem(parsed) && parsed.problem === "malformed");
            assert.match(parsed.message, /^the place/);
            return;
          }
          assert.deepEqual(parsed, { json: expected });
        },
      ),
      { numRuns: 1000 },
    );
  });
});
