import assert from "node:assert/strict";
import { resolve } from "node:path";
import { locateProblem, parseCheckReport } from "../../extension/host/checkReport";
import { parseImportReport, refusedReasons } from "../../extension/host/importReport";
import { isProblem } from "../../extension/protocol/problem";

describe("reports of the command line", () => {
  const file = {
    file: "/a.jsonl",
    format: "prompts with responses",
    kind: "demonstrations",
    rows: 5,
    records: 2,
    added: 1,
    notes: [],
    refused: [
      { line: 2, reason: "a" },
      { line: 3, reason: "b" },
      { line: 5, reason: "b" },
    ],
  };
  it("parseImportReport() reads a result and refuses what is none", () => {
    const files = parseImportReport({ type: "result", files: [file], written: [], dryRun: true });
    assert.ok(!isProblem(files));
    assert.deepEqual(files, [file]);
    for (const line of [null, {}, { files: [{}] }, { files: [{ ...file, added: -1 }] }, { files: "x" }])
      assert.ok(isProblem(parseImportReport(line)), JSON.stringify(line));
  });
  it("refusedReasons() puts lines of one reason together, the most frequent first", () => {
    assert.deepEqual(refusedReasons(file), [
      { reason: "b", lines: [3, 5] },
      { reason: "a", lines: [2] },
    ]);
  });
  it("parseCheckReport() adds up the records of each list, and passes over other lines", () => {
    const files = [
      { file: "a", list: "prompts", records: 3, wrong: 0 },
      { file: "b", list: "prompts", records: 4, wrong: 1 },
    ];
    const report = parseCheckReport({ type: "event", event: "checked", files, problems: ["x"] });
    assert.deepEqual(report, { problems: ["x"], records: new Map([["prompts", 7]]) });
    assert.equal(parseCheckReport({ type: "progress", done: 1 }), null);
  });
  it("locateProblem() finds lines of data files, and settings in rlhf.json", () => {
    const project = resolve("/p");
    const text = '{\n  "data": {\n    "prompts": ["x.jsonl"]\n  },\n  "ppo": { "minibatch": 48 }\n}\n';
    const placeOf = (sentence: string): readonly unknown[] => {
      const { file, line, column } = locateProblem(project, text, sentence);
      return [file, line, column];
    };
    const config = resolve(project, "rlhf.json");
    const data = resolve(project, "data/a.jsonl");
    assert.deepEqual(placeOf('data/a.jsonl, line 7: "id" must be text'), [data, 7, null]);
    assert.deepEqual(placeOf("data/a.jsonl is empty: it should hold prompts."), [data, 1, null]);
    assert.deepEqual(placeOf(`${config}: ppo.minibatch is 48, which does not divide`), [config, 5, 25]);
    assert.deepEqual(placeOf("data.prompts: /p/x.jsonl is missing."), [config, 3, 16]);
    assert.deepEqual(placeOf("There are too few prompts."), [config, 1, null]);
    assert.deepEqual(placeOf(`${config} is not valid JSON at line 3, column 2: unexpected "}".`), [
      config,
      3,
      2,
    ]);
  });
});
