import assert from "node:assert/strict";
import fc from "fast-check";
import { lineFeed, plainFeed } from "../../extension/data/lineFeed";
import { filledLines } from "../../extension/data/textLines";

fc.configureGlobal({ seed: 20220304 });

/** All lines of a text that comes in these pieces. */
function fed(pieces: readonly string[], limit?: number): readonly object[] {
  const [plain, lines] = [plainFeed(), lineFeed(limit)];
  return [
    ...pieces.flatMap((piece) => lines.feed(plain.feed(piece))),
    ...lines.feed(plain.end()),
    ...lines.end(),
  ];
}

describe("lineFeed()", () => {
  it("gives the lines of the whole text, wherever the pieces are cut", () => {
    const piece = fc.string({ unit: fc.constantFrom("a", "\n", "\r", " ", "\ufeff", "é"), maxLength: 12 });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        assert.deepEqual(fed(pieces), filledLines(pieces.join("")));
      }),
      { numRuns: 2000 },
    );
  });

  it("names a line that is too long and goes on behind it, without gathering it", () => {
    assert.deepEqual(fed(["ab\n", "cdefg", "hij", "k\nlm\n", "nopqrs"], 4), [
      { line: 1, text: "ab" },
      { line: 2, tooLong: true },
      { line: 3, text: "lm" },
      { line: 4, tooLong: true },
    ]);
  });
});
