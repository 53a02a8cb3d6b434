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

  it("held-out labelers' comparisons train nothing, and measure only where no prompt of theirs is trained on", () => {
    const comparison = (prompt: number, labeler: string): Comparison => ({
      id: `${labeler} ${prompt}`,
      prompt: `what is ${prompt} ?`,
      axis: "overall",
      labeler,
      responses: [
        { id: "a", text: "yes" },
        { id: "b", text: "no" },
      ],
      tiers: [[0], [1]],
    });
    // Kim ranks prompts 0 to 39, the held-out Park 20 to 59.
    const all = [
      ...Array.from({ length: 40 }, (_, i) => comparison(i, "kim")),
      ...Array.from({ length: 40 }, (_, i) => comparison(20 + i, "park")),
    ];
    writeFileSync(join(project, "data/preferences.jsonl"), toJsonLines(all));
    const splitsWith = (heldOutLabelers: readonly string[]) => {
      const resolved = resolveConfig({ labeling: { heldOutLabelers } });
      assert.ok(resolved.type === "config");
      const splits = comparisonSplits(project, resolved.config);
      assert.ok(!isProblem(splits), isProblem(splits) ? splits.message : "");
      return splits;
    };
    const without = splitsWith([]);
    assert.deepEqual(without.heldOut, []);
    const { train, validation, test, heldOut, notes } = splitsWith(["park"]);
    // Kim's comparisons are split as if Park had never ranked.
    assert.deepEqual(
      [train, validation, test],
      [without.train, without.validation, without.test].map((split) =>
        split.filter(({ labeler }) => labeler === "kim"),
      ),
    );
    const trained = new Set(train.map(({ prompt }) => prompt));
    assert.deepEqual(
      heldOut,
      all.filter(({ labeler, prompt }) => labeler === "park" && !trained.has(prompt)),
    );
    assert.ok(heldOut.length >= 20 && heldOut.length < 40, `${heldOut.length}`);
    assert.match(
      notes.join(),
      new RegExp(`40 of them are held-out labelers': ${heldOut.length} measure the reward model`),
    );
  });
});
