import assert from "node:assert/strict";
import { importRecords, type ImportedRecords } from "../../extension/data/importRecords";
import type { Comparison, Demonstration } from "../../extension/data/records";
import { isProblem } from "../../extension/protocol/problem";
import { good } from "../support/fakeRuns";

const read = (name: string, text: string): ImportedRecords =>
  good(importRecords({ name, bytes: new TextEncoder().encode(text) }, "auto"));
const answers = ({ records }: ImportedRecords): readonly (readonly [string, string])[] =>
  (records as Demonstration[]).map(({ prompt, response }) => [prompt, response]);

describe("importRecords() of tables", () => {
  it("reads quotes, commas and line breaks inside cells as RFC 4180 has them", () => {
    const text = 'prompt,response\r\n"Say ""hi"", twice","hi\r\nhi"\r\nWhy?,"So, because."\r\n';
    const table = read("a.csv", text);
    assert.deepEqual([table.kind, table.format, table.rows], ["demonstrations", "prompts with responses", 2]);
    assert.deepEqual(answers(table), [
      ['Say "hi", twice', "hi\nhi"],
      ["Why?", "So, because."],
    ]);
  });

  it("finds the columns by their names, in any order and case, behind a byte order mark", () => {
    const text = "\ufeffLabeler,Rejected,ID,Chosen,Prompt,Source\nann,worse,c7,better,Which?,web\n";
    const table = read("a.csv", text);
    assert.equal(table.kind, "comparisons");
    const [{ id, labeler, prompt, responses, tiers, meta }] = table.records as Comparison[];
    assert.deepEqual([id, labeler, prompt, tiers], ["c7", "ann", "Which?", [[0], [1]]]);
    assert.deepEqual(
      responses.map((response) => response.text),
      ["better", "worse"],
    );
    assert.deepEqual(meta, { Source: "web" });
  });

  it("reads semicolons and tabs", () => {
    assert.deepEqual(answers(read("a.csv", "question;answer\nOne, or two?;Two\n")), [
      ["One, or two?", "Two"],
    ]);
    assert.deepEqual(answers(read("a.tsv", "question\tanswer\nOne, or two?\tTwo; yes\n")), [
      ["One, or two?", "Two; yes"],
    ]);
  });

  it("reads tables of prompts alone and of texts", () => {
    assert.equal(read("a.csv", "prompt,user\nHi,u1\nHo,\n").kind, "prompts");
    assert.deepEqual(read("a.csv", "text\nOnce.\n").records, [{ text: "Once." }]);
  });

  it("refuses bad rows with the line where they begin", () => {
    const text = 'prompt,response\n"a\nb",c\n\nalone\nx,y,z\nd,"e" f\ng,h\n,i\nj,"k\nl,m\n';
    const table = read("a.csv", text);
    assert.deepEqual(answers(table), [
      ["a\nb", "c"],
      ["d", '"e" f'],
      ["g", "h"],
    ]);
    assert.deepEqual(table.refused, [
      { line: 5, reason: '"response" must be text or a list of messages' },
      { line: 6, reason: "the row has 3 cells, but the first row names 2" },
      { line: 9, reason: 'the row: "prompt" must be text that is not empty, but is "".' },
      {
        line: 10,
        reason:
          "a quotation mark opens a cell and nothing closes it, so the rows from here on cannot be read",
      },
    ]);
    assert.equal(table.rows, 7);
  });

  it("says which columns a table has that it does not know, and that one has no rows", () => {
    const problem = importRecords({ name: "a.csv", bytes: new TextEncoder().encode("x,y\n1,2\n") }, "auto");
    assert.ok(isProblem(problem));
    assert.equal(
      problem.message,
      "a.csv is in no format known here, the first row names x, y: rename them to prompt, response, chosen, rejected or text.",
    );
    const empty = importRecords(
      { name: "a.csv", bytes: new TextEncoder().encode("prompt,response\n") },
      "auto",
    );
    assert.ok(isProblem(empty) && empty.message === "a.csv holds no rows.");
  });
});
