import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { encodeJson } from "../../extension/protocol/codec";
import type { EpisodeRecord } from "../../extension/protocol/trainerEvents";
import { readEpisodes, readInterventions, readMetrics } from "../../extension/runs/runFolder";
import { RunLog } from "../../extension/runs/runLog";
import { rolloutFile, runPaths } from "../../extension/runs/runPaths";
import { episodeOf } from "../support/runContent";

fc.configureGlobal({ seed: 20220304 });

const numbers = fc.oneof(fc.double(), fc.constantFrom(NaN, -Infinity));
const metricsLines = fc.record(
  {
    iteration: fc.nat(),
    "objective/score": numbers,
    warnings: fc.array(fc.string({ unit: "grapheme" }), { maxLength: 2 }),
  },
  { noNullPrototype: true },
);

function episodeLine(episode: number, response: string): EpisodeRecord {
  return { ...episodeOf(4, response), episode, prompt: "안녕 “x” \u2028" };
}

const episodeLines = fc
  .array(fc.string({ unit: "grapheme" }), { maxLength: 5 })
  .map((responses) => responses.map((response, i) => episodeLine(i, response)));

describe("properties of logs", () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "rlhf logs "))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Lines as bytes, cut at any of them, and how many lines are whole by then. */
  const torn = (lines: fc.Arbitrary<readonly object[]>) =>
    lines
      .map((values) => Buffer.from(values.map((value) => `${encodeJson(value)}\n`).join("")))
      .chain((bytes) => fc.nat(bytes.length).map((length) => bytes.subarray(0, length)));
  const wholeLines = (bytes: Buffer): number => bytes.filter((byte) => byte === 10).length;

  it("metrics.jsonl cut anywhere still reads all its whole lines, and a writer goes on after them", () => {
    const paths = runPaths(folder);
    fc.assert(
      fc.property(torn(fc.array(metricsLines, { maxLength: 6 })), (bytes) => {
        writeFileSync(paths.metrics, bytes);
        const read = readMetrics(paths);
        assert.equal(read.values.length, wholeLines(bytes));
        assert.deepEqual(read.problems, []);
        assert.equal(read.bytes, bytes.lastIndexOf(10) + 1);

        const log = new RunLog(paths.metrics);
        assert.equal(log.bytes, read.bytes);
        log.append(encodeJson({ iteration: 99, "objective/score": NaN }));
        log.dispose();
        const again = readMetrics(paths);
        assert.deepEqual(again.values.slice(0, -1), read.values);
        assert.deepEqual(again.values.at(-1), {
          iteration: 99,
          values: { "objective/score": NaN },
          warnings: [],
        });
        assert.deepEqual(readFileSync(paths.metrics).subarray(0, read.bytes), bytes.subarray(0, read.bytes));
        // A follower that read up to there gets the new line alone.
        assert.equal(readMetrics(paths, read.bytes).values.length, 1);
      }),
      { numRuns: 200 },
    );
  });

  it("rollouts cut anywhere still read all their whole lines", () => {
    const paths = runPaths(folder);
    const file = rolloutFile(paths, 4);
    mkdirSync(dirname(file), { recursive: true });
    fc.assert(
      fc.property(torn(episodeLines), (bytes) => {
        writeFileSync(file, bytes);
        const read = readEpisodes(paths, 4);
        assert.equal(read.values.length, wholeLines(bytes));
        assert.deepEqual(read.problems, []);
        read.values.forEach((value, i) => assert.deepEqual(value, episodeLine(i, value.response)));
      }),
      { numRuns: 200 },
    );
  });

  it("interventions.jsonl cut anywhere still reads all its whole lines", () => {
    const paths = runPaths(folder);
    const changes = fc.array(
      fc.record({ key: fc.string(), old: fc.boolean(), new: fc.array(fc.string(), { maxLength: 2 }) }),
      { maxLength: 2 },
    );
    const lines = fc.array(
      fc.record({ time: fc.string(), who: fc.string({ unit: "grapheme" }), iteration: fc.nat(), changes }),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(torn(lines), (bytes) => {
        writeFileSync(paths.interventions, bytes);
        const read = readInterventions(paths);
        assert.equal(read.values.length, wholeLines(bytes));
        assert.deepEqual(read.problems, []);
      }),
      { numRuns: 200 },
    );
  });
});
