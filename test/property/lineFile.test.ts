import assert from "node:assert/strict";
import fc from "fast-check";
import {
  changedLines,
  demonstrationLines,
  findLines,
  placeOfEdit,
} from "../../extension/data/demonstrationLines";
import { lineFile, lineText, spliceLines, spliced } from "../../extension/data/lineFile";
import { filledLines } from "../../extension/data/textLines";

const runs = { numRuns: 2000, seed: 20220304 };
const utf8 = new TextEncoder();
const bytesOf = (text: string): Uint8Array => utf8.encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);

/** A line of any letters but line ends. */
const line = fc.string({ unit: "binary", maxLength: 12 }).map((text) => text.replace(/[\r\n]/g, "·"));
const lineEnd = fc.constantFrom("\n", "\r\n", "\r");

interface Made {
  readonly text: string;
  readonly lines: readonly string[];
  readonly end: string;
  readonly isEnded: boolean;
}

/** A file of lines with one kind of line end, with or without a byte order mark and an end of its last line. */
const anyFile: fc.Arbitrary<Made> = fc
  .record({
    lines: fc.array(line, { maxLength: 8 }),
    end: lineEnd,
    isEnded: fc.boolean(),
    mark: fc.boolean(),
  })
  .filter(({ lines, isEnded }) => isEnded || (lines.at(-1) ?? "x") !== "")
  // A text that begins with a mark has one already.
  .filter(({ lines }) => !(lines[0] ?? "").startsWith("\ufeff"))
  .map(({ lines, end, isEnded, mark }) => ({
    text: (mark ? "\ufeff" : "") + lines.join(end) + (isEnded && lines.length > 0 ? end : ""),
    ...{ lines, end, isEnded },
  }));

describe("lines of a file, changed in place", () => {
  it("every line is found, whatever its end, and numbers are those of the parser", () => {
    fc.assert(
      fc.property(anyFile, ({ text, lines }) => {
        const file = lineFile(bytesOf(text));
        assert.deepEqual(
          file.starts.map((_, i) => lineText(file, i)),
          lines,
        );
        for (const { line: number, text: content } of filledLines(text))
          assert.equal(lineText(file, number - 1), content);
      }),
      runs,
    );
    const mixed = lineFile(bytesOf("a\r\nb\rc\n\nd"));
    assert.deepEqual(
      mixed.starts.map((_, i) => lineText(mixed, i)),
      ["a", "b", "c", "", "d"],
    );
  });

  it("2,000 changes leave every other line as it was, byte for byte, with the file's own line ends", () => {
    const change = fc.record({ at: fc.nat(9), count: fc.nat(3), texts: fc.array(line, { maxLength: 3 }) });
    fc.assert(
      fc.property(anyFile, change, (made, { at, count, texts }) => {
        // An empty text as the last line of a file without an end would be no line.
        const written = texts.map((text, i) => (i === texts.length - 1 && text === "" ? "x" : text));
        const from = Math.min(at, made.lines.length);
        const gone = Math.min(count, made.lines.length - from);
        const before = bytesOf(made.text);
        const splice = spliceLines(lineFile(before), from, gone, written);
        const after = spliced(before, splice);
        const wanted = [...made.lines.slice(0, from), ...written, ...made.lines.slice(from + gone)];
        const mark = made.text.startsWith("\ufeff") ? "\ufeff" : "";
        // A file that shows no line end yet gets "\n".
        const hasEnd = made.lines.length > 1 || (made.lines.length === 1 && made.isEnded);
        const end = hasEnd ? made.end : "\n";
        const isEnded = made.lines.length === 0 ? written.length > 0 : made.isEnded;
        // An empty line at the end of a file without an end would need one.
        if (wanted.at(-1) === "" && !isEnded) return;
        assert.equal(textOf(after), mark + wanted.join(end) + (isEnded && wanted.length > 0 ? end : ""));
        // It never reaches into another line.
        const head = lineFile(before);
        if (from < head.starts.length)
          assert.ok(splice.at >= (from > 0 ? head.ends[from - 1] : head.starts[0]));
      }),
      runs,
    );
  });

  it("undoing a change gives the file back", () => {
    fc.assert(
      fc.property(anyFile, fc.nat(7), fc.array(line, { minLength: 1, maxLength: 3 }), (made, at, texts) => {
        fc.pre(made.lines.length > 0 && texts.at(-1) !== "" && (made.lines.length > 1 || made.isEnded));
        const from = at % made.lines.length;
        const before = bytesOf(made.text);
        const there = spliced(before, spliceLines(lineFile(before), from, 1, texts));
        const back = spliced(there, spliceLines(lineFile(there), from, texts.length, [made.lines[from]]));
        assert.equal(textOf(back), made.text);
        const more = spliced(before, spliceLines(lineFile(before), made.lines.length, 0, texts));
        const fewer = spliced(more, spliceLines(lineFile(more), made.lines.length, texts.length, []));
        assert.equal(textOf(fewer), made.text);
      }),
      runs,
    );
  });
});

const record = (id: string, more = ""): string =>
  `{"id":${JSON.stringify(id)},"prompt":"p ${id}","response":"r${more}","author":"mina"}`;

describe("lines of demonstrations", () => {
  it("what is read after a change is what reading the file anew gives", () => {
    const some = fc.oneof(
      fc.constantFrom("", "  ", "{", '{"id":"x"}', "null", "[]"),
      fc.constantFrom("a", "b", "c", "d").map((id) => record(id)),
      line,
    );
    const edit = fc.record({ at: fc.nat(9), count: fc.nat(2), texts: fc.array(some, { maxLength: 2 }) });
    fc.assert(
      fc.property(fc.array(some, { maxLength: 8 }), fc.array(edit, { maxLength: 5 }), (lines, edits) => {
        let known = demonstrationLines(bytesOf(lines.map((text) => `${text}\n`).join("")));
        for (const { at, count, texts } of edits) {
          const all = known.records.length;
          const from = Math.min(at, all);
          const { lines: after } = changedLines(known, from, Math.min(count, all - from), texts);
          assert.deepEqual(after, demonstrationLines(after.file.bytes));
          assert.deepEqual(demonstrationLines(after.file.bytes, known), after);
          known = after;
        }
      }),
      { ...runs, numRuns: 500 },
    );
  });

  it("searching finds words in any order and case, newest first, and problems alone", () => {
    const lines = demonstrationLines(
      bytesOf([record("one"), "{broken", record("two", " Blue Fox"), "", record("one")].join("\n")),
    );
    assert.deepEqual(findLines(lines, { query: "", problemsOnly: false }), [4, 2, 1, 0]);
    assert.deepEqual(findLines(lines, { query: "fox BLUE", problemsOnly: false }), [2]);
    assert.deepEqual(findLines(lines, { query: "broken", problemsOnly: false }), [1]);
    assert.deepEqual(findLines(lines, { query: "", problemsOnly: true }), [4, 1]);
    assert.deepEqual([...lines.problems], [1, 4]);
  });

  it("an edit finds its line when others came in above, and none when it is gone or stands twice", () => {
    const at = (text: string, before: string, line = 0): number | null =>
      placeOfEdit(demonstrationLines(bytesOf(text)), { line, before: [before], after: [] });
    assert.equal(at("a\nb\n", "a"), 0);
    assert.equal(at("new\na\nb\n", "a"), 1);
    assert.equal(at("b\n", "a"), null);
    assert.equal(at("x\na\na\n", "a"), null);
    assert.equal(at("a\na\n", "a", 1), 1, "at its own place it may stand twice");
  });
});
