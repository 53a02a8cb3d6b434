import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toJsonLines, type Comparison } from "../../extension/data/records";
import { comparisonSplits } from "../../extension/project/trainingData";
import { isProblem } from "../../extension/protocol/problem";
import { resolveConfig } from "../../extension/protocol/resolveConfig";

describe("comparisonSplits()", () => {
  let project: string;
  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), "rlhf-splits-"));
    mkdirSync(join(project, "data"));
  });
  afterEach(() => rmSync(project, { recursive: true, force: true }));

  it("leaves out what compares answers to a test prompt, and says how many", () => {
    const comparison = (id: string, prompt: string): Comparison => ({
      id,
      prompt,
      axis: "overall",
      responses: [
        { id: "a", text: "yes" },
        { id: "b", text: "no" },
      ],
      tiers: [[0], [1]],
    });
    const all = [
      comparison("one", "is it ?"),
      comparison("two", "was it ?"),
      comparison("three", "will it be ?"),
    ];
    writeFileSync(join(project, "data/preferences.jsonl"), toJsonLines(all));
    writeFileSync(join(project, "data/test.jsonl"), toJsonLines([{ id: "t", text: "was it ?" }]));
    const resolved = resolveConfig({ data: { testPrompts: ["data/test.jsonl"] } });
    assert.equal(resolved.type, "config");
    if (resolved.type !== "config") return;
    const splits = comparisonSplits(project, resolved.config);
    assert.ok(!isProblem(splits), isProblem(splits) ? splits.message : "");
    const kept = [...splits.train, ...splits.validation, ...splits.test].map(({ id }) => id);
    assert.deepEqual(kept.sort(), ["one", "three"]);
    assert.match(splits.notes.join(), /1 about test prompts left out/);
  });
});
