import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { isBroken } from "../../extension/host/runEntry";
import { LabelCache } from "../../extension/host/labelProgress";
import { RunCache } from "../../extension/host/runCache";
import { readQueue } from "../../extension/runs/queue";
import { itemsFile, rankingFile } from "../../extension/runs/labelFiles";
import { readEndpoint, readInterventions } from "../../extension/runs/runFolder";
import { runsFolder } from "../../extension/runs/runPaths";
import { isSentence } from "../support/damage";
import { writeRun } from "../support/manyRuns";

/** What may have happened to a file: cut off, overwritten in the middle, filled with something else, or gone. */
const damage = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }).map((at) => (text: string) => text.slice(0, at * text.length)),
  fc
    .tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.string({ unit: "binary", maxLength: 20 }))
    .map(([at, noise]) => (text: string) => {
      const i = Math.floor(at * text.length);
      return text.slice(0, i) + noise + text.slice(i + noise.length);
    }),
  fc.json().map((json) => () => json),
  fc.constant(() => null),
);

describe("damaged files of a project", function () {
  this.timeout(120_000);
  let project: string;
  before(() => void (project = mkdtempSync(join(tmpdir(), "rlhf-fuzz-"))));
  after(() => rmSync(project, { recursive: true, force: true }));

  it("1,000 of them never throw, never hide what is whole, and what is refused has a sentence", () => {
    const good = writeRun(project, { stage: "sft", minute: 0, values: [3, 2, 1], checkpoints: { 2: 1 } });
    const bad = writeRun(project, { stage: "ppo", minute: 1, values: [1, 2, 3], checkpoints: { 2: 1 } });
    const judged = { status: "submitted", tiers: { overall: [["r1"], ["r2"]] } };
    const texts = new Map<string, string>([
      ...[bad.manifest, bad.status, bad.metrics].map((path) => [path, readFileSync(path, "utf8")] as const),
      [bad.marks, JSON.stringify({ formatVersion: 1, name: "a", star: true })],
      [
        bad.interventions,
        '{"time":"","who":"a","iteration":1,"changes":[{"key":"klCoef","old":1,"new":2}]}\n',
      ],
      [
        bad.endpoint,
        `{"formatVersion":1,"protocolVersion":1,"address":"x","token":"${"a".repeat(32)}","pid":1}`,
      ],
      [bad.lock, '{"formatVersion":1,"pid":1,"processStart":null,"machine":"elsewhere"}'],
      [join(runsFolder(project), "queue.json"), JSON.stringify({ formatVersion: 1, runs: [] })],
      [
        itemsFile(project, "b"),
        '{"id":"i","prompt":"p","responses":[{"id":"r1","text":"a"},{"id":"r2","text":"b"}],"createdAt":""}\n',
      ],
      [
        rankingFile(project, "b", "mina"),
        JSON.stringify({
          formatVersion: 1,
          batch: "b",
          labeler: "mina",
          shuffleSeed: 1,
          judgements: { i: judged },
        }),
      ],
    ]);
    const put = (path: string, text: string | null): void => {
      mkdirSync(dirname(path), { recursive: true });
      if (text === null) rmSync(path, { force: true });
      else writeFileSync(path, text);
    };
    for (const [path, text] of texts) put(path, text);
    fc.assert(
      fc.property(fc.constantFrom(...texts), damage, ([path, text], change) => {
        put(path, change(text));
        const entries = new RunCache().list(project);
        const whole = entries.find((entry) => !isBroken(entry) && entry.run.paths.folder === good.folder);
        assert.ok(whole, "the whole run is hidden");
        assert.equal(entries.length, 2, path);
        for (const entry of entries)
          if (isBroken(entry)) assert.ok(isSentence(entry.problem), entry.problem.message);
        readQueue(project);
        readEndpoint(bad);
        readInterventions(bad);
        for (const { problem, labelers } of new LabelCache().list(project))
          for (const found of [problem, ...labelers.map((labeler) => labeler.problem)])
            if (found !== null) assert.ok(isSentence(found), found.message);
        put(path, text);
      }),
      { numRuns: 1000, seed: 7 },
    );
  });
});
