import assert from "node:assert/strict";
import { encodeJson } from "../../extension/protocol/codec";
import { isProblem, type Problem } from "../../extension/protocol/problem";
import * as format from "../../extension/protocol/runFormat";
import { good } from "../support/fakeRuns";

const sha256 = "a".repeat(64);
const manifest = {
  formatVersion: 1,
  id: "ppo-20260131T120000Z-1a2b",
  stage: "ppo",
  createdAt: "2026-01-31T12:00:00.000Z",
  config: { seed: 1, ppo: { klCoef: 0.1 } },
  seed: 1,
  parents: [
    { role: "initial", reference: "models/sft", folder: "models/sft", run: null, checkpoint: null, sha256 },
  ],
  inputs: [{ name: "prompts.jsonl", source: "data/prompts.jsonl", bytes: 12, sha256 }],
  codeVersion: "0.1.0",
  backend: "wasm",
  backendReason: null,
  device: "2 threads",
};
const examples = {
  parseRunManifest: manifest,
  parseRunStatus: {
    formatVersion: 1,
    state: "running",
    iteration: -1,
    iterations: 0,
    progress: null,
    heartbeat: "2026-01-31T12:00:00.000Z",
    reason: null,
  },
  parseRunMarks: format.noMarks,
  parseRunLock: { formatVersion: 1, pid: 4, processStart: null, machine: "here" },
  parseRunEndpoint: {
    formatVersion: 1,
    protocolVersion: 1,
    address: "a socket",
    token: "0".repeat(32),
    pid: 4,
  },
  parseCheckpointState: {
    formatVersion: 1,
    iteration: 3,
    iterations: 24,
    selection: NaN,
    groups: { policy: "policy.safetensors" },
    numbers: { klCoef: 0.1, prompts: { epoch: 0, position: 3 } },
  },
  parseCheckpointOffsets: { formatVersion: 1, metricsBytes: 12 },
  parseRunResult: { formatVersion: 1, figures: { best: 30 } },
} as const;
const parsers = Object.keys(examples) as (keyof typeof examples)[];

type Parse = (text: string, where: string) => unknown;
const parse = (name: keyof typeof examples, value: object): unknown =>
  (format[name] as Parse)(encodeJson(value), "FILE");

function problemOf(value: unknown): Problem {
  assert.ok(isProblem(value), `taken: ${encodeJson(value)}`);
  return value;
}

describe("runFormat", () => {
  it("every file reads back as it was written", () => {
    for (const name of parsers) assert.deepEqual(good(parse(name, examples[name])), examples[name], name);
  });

  it("every file of a newer format is refused before anything else in it is looked at", () => {
    for (const name of parsers) {
      const problem = problemOf(parse(name, { formatVersion: 2, unheardOf: true }));
      assert.equal(problem.problem, "newerFormat", name);
      assert.equal(
        problem.message,
        "FILE has format 2, newer than 1, the newest that this version of RLHF Workbench knows: update it.",
      );
    }
  });

  it("every missing field is named, those apart that may be absent", () => {
    const optional =
      /^(backendReason|progress|reason|name|star|baseline|tags|notes|pins|processStart|selection)$/;
    for (const name of parsers)
      for (const field of Object.keys(examples[name]).filter((key) => !optional.test(key))) {
        const problem = problemOf(parse(name, { ...examples[name], [field]: undefined }));
        assert.equal(problem.problem, "malformed");
        assert.match(problem.message, new RegExp(`^FILE: "${field}" must be .* but is missing\\.$`), name);
      }
  });

  it("a manifest's file names never lead out of its folder, on any system", () => {
    const hostile = ["../x", "a/b", "..", ".", "", "a\\b", "/etc/passwd", "C:x", "a\u0000b", "con", "COM1.txt", "x.", "x ", "a|b", "a\nb"]; // prettier-ignore
    for (const name of hostile) {
      assert.ok(!format.isPlainFileName(name), JSON.stringify(name));
      const input = { ...manifest.inputs[0], name };
      const problem = problemOf(parse("parseRunManifest", { ...manifest, inputs: [input] }));
      assert.match(problem.message, /"inputs\[0\]\.name" must be a plain file name/);
      const state = { ...examples.parseCheckpointState, groups: { policy: name } };
      assert.match(
        problemOf(parse("parseCheckpointState", state)).message,
        /"groups\.policy" must be a plain/,
      );
    }
    for (const name of ["a.jsonl", ".hidden", "내 파일", "console.log", "a b", "com10"])
      assert.ok(format.isPlainFileName(name), name);
  });

  it("run ids are a stage, a UTC time and four hexadecimal digits", () => {
    assert.equal(
      format.makeRunId("rm", Date.UTC(2026, 0, 31, 12, 0, 0, 999), 0x1a2b),
      "rm-20260131T120000Z-1a2b",
    );
    assert.equal(format.makeRunId("sft", 0, 0x70001), "sft-19700101T000000Z-0001");
    assert.ok(format.isRunId("evaluate-20260131T120000Z-0000"));
    for (const id of [
      "ppo-20260131T120000Z-1A2B",
      "ppo-20260131T120000Z-1a2b/..",
      "x-20260131T120000Z-1a2b",
      "ppo",
      "",
    ]) {
      assert.ok(!format.isRunId(id), id);
      const problem = problemOf(parse("parseRunManifest", { ...manifest, id }));
      assert.match(problem.message, /"id" must be a run id such as ppo-20260131T120000Z-1a2b/);
    }
  });

  it("marks may be written by hand: what is absent is as in a run without marks", () => {
    assert.deepEqual(good(parse("parseRunMarks", { formatVersion: 1 })), format.noMarks);
  });

  it("a line of metrics is flat, its numbers may be NaN, its warnings may be absent", () => {
    const line = '{"iteration":4,"objective/score":"NaN","policy/loss":-0.5}';
    assert.deepEqual(good(format.parseMetricsLine(line, "FILE")), {
      iteration: 4,
      values: { "objective/score": NaN, "policy/loss": -0.5 },
      warnings: [],
    });
    for (const [bad, message] of [
      ['{"iteration":-1}', /"iteration" must be a whole number of at least 0/],
      ['{"iteration":1,"a/b":"x"}', /"a\/b" must be a number, but is "x"/],
      ['{"iteration":1,"a/b":null}', /"a\/b" must be a number, but is null/],
      ['{"iteration":1,"warnings":"x"}', /"warnings" must be a list/],
      ["[]", /must be an object/],
      ["{", /not valid JSON/],
    ] as const)
      assert.match(problemOf(format.parseMetricsLine(bad, "FILE")).message, message);
  });

  it("an intervention's values are settings and nothing else", () => {
    const line = (value: unknown): string =>
      JSON.stringify({ time: "t", who: "w", iteration: 1, changes: [{ key: "k", old: 1, new: value }] });
    for (const value of ["a", "NaN", true, 0.5, ["a"]])
      assert.deepEqual(good(format.parseIntervention(line(value), "FILE")).changes[0].new, value);
    for (const value of [null, {}, [1]])
      assert.match(problemOf(format.parseIntervention(line(value), "FILE")).message, /"changes\[0\]\.new/);
  });

  it("a logged episode's alternatives are pairs of token and log-prob", () => {
    const line = (pair: readonly unknown[]): string =>
      JSON.stringify({
        ...{ iteration: 1, episode: 0, promptId: "p", prompt: "", response: "", promptTokens: [] },
        ...{ responseTokens: [1], logprobs: [-1], referenceLogprobs: [-1], values: [0], rewards: [0] },
        ...{
          advantages: [0],
          returns: [0],
          entropies: [0],
          ratiosAfter: [1],
          score: 0,
          kl: 0,
          endReached: true,
        },
        alternatives: [{ policy: [pair], reference: [] }],
      });
    assert.deepEqual(good(format.parseEpisodeLine(line([1, "-Infinity"]), "FILE")).alternatives[0].policy, [
      [1, -Infinity],
    ]);
    assert.match(problemOf(format.parseEpisodeLine(line([1]), "FILE")).message, /not a pair/);
  });
});
