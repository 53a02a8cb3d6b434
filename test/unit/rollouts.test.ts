import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  beginningOf,
  constantsAt,
  episodeOf,
  onTheWire,
  rowOf,
  tokenNames,
  tokensMarkdown,
} from "../../extension/host/rolloutView";
import { encodeJson } from "../../extension/protocol/codec";
import { isProblem } from "../../extension/protocol/problem";
import type { EpisodeRecord } from "../../extension/protocol/trainerEvents";
import { isOfPrompt, listRollouts, metricAt, readRollout } from "../../extension/runs/rollouts";
import { readRun } from "../../extension/runs/runFolder";
import { rolloutFile, type RunPaths } from "../../extension/runs/runPaths";
import { writeRun } from "../support/manyRuns";
import { episodeOf as episodeOfRun } from "../support/runContent";
import { episodeExample } from "../support/rolloutStates";

const record = (more: Partial<EpisodeRecord> = {}): EpisodeRecord => ({ ...episodeOfRun(3), ...more });

describe("logged episodes on disk", () => {
  let project: string;
  let paths: RunPaths;
  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), "rlhf-rollouts-"));
    paths = writeRun(project, { stage: "ppo", minute: 1, values: [0.5, 0.25], checkpoints: { 0: 1, 1: 2 } });
    mkdirSync(paths.rollouts);
  });
  afterEach(() => rmSync(project, { recursive: true, force: true }));
  const write = (iteration: number, ...lines: readonly (string | EpisodeRecord)[]): void =>
    writeFileSync(
      rolloutFile(paths, iteration),
      lines.map((line) => `${typeof line === "string" ? line : encodeJson(line)}\n`).join(""),
    );

  it("iterations are listed in order, without what is none", async () => {
    for (const iteration of [12, 0, 1_000_000]) write(iteration, record());
    writeFileSync(join(paths.rollouts, "notes.txt"), "");
    writeFileSync(join(paths.rollouts, "7.jsonl"), "");
    assert.deepEqual(await listRollouts(paths), [0, 12, 1_000_000]);
    rmSync(paths.rollouts, { recursive: true });
    assert.deepEqual(await listRollouts(paths), []);
  });

  it("broken lines are named by their place, and the others keep theirs", async () => {
    const uneven = record({ values: [1] });
    write(3, record({ episode: 4 }), "{", uneven, record({ episode: 9 }));
    appendFileSync(rolloutFile(paths, 3), '{"torn":');
    const { episodes, problems } = await readRollout(paths, 3);
    assert.deepEqual(
      episodes.map(({ line, episode }) => [line, episode.episode]),
      [
        [1, 4],
        [4, 9],
      ],
    );
    const sentences = problems.map(({ message }) => message);
    assert.equal(sentences.length, 3);
    assert.match(sentences[0], /^rollouts\/000003\.jsonl, line 2 is not valid JSON/);
    assert.equal(sentences[1], 'rollouts/000003.jsonl, line 3: "values" has 1 numbers for 2 tokens.');
    assert.match(sentences[2], /line 5/);
    const missing = await readRollout(paths, 8);
    assert.match(missing.problems[0].message, /is missing\.$/);
  });

  it("a prompt's episodes are found by its id, and not by texts that quote one", async () => {
    const quoting = record({ promptId: "other", prompt: '"promptId":"p"' });
    write(3, record(), quoting, record({ promptId: "p2" }), record({ promptId: 'q"\\' }));
    const found = async (id: string): Promise<number[]> =>
      (await readRollout(paths, 3, isOfPrompt(id))).episodes.map(({ line }) => line);
    assert.deepEqual([await found("p"), await found('q"\\'), await found("none")], [[1], [4], []]);
  });

  it("β and the divisor of scores come from the iteration's metrics", () => {
    const betas = [0, 1, 2].map((iteration) => metricAt(paths, "objective/klCoef", iteration));
    assert.deepEqual(betas, [0.5, 0.25, null]);
    const run = readRun(paths.folder);
    assert.ok(!isProblem(run));
    const constants = constantsAt(run, 1);
    assert.ok(!isProblem(constants));
    assert.deepEqual([constants.klCoef, constants.scoreDivisor, constants.gamma], [0.25, 0.25, 1]);
    const broken = { ...run, manifest: { ...run.manifest, config: { ppo: { gamma: "x" } } } };
    assert.ok(isProblem(constantsAt(broken, 1)));
  });

  it("tokens have their numbers as names where no tokenizer is found", () => {
    const run = readRun(paths.folder);
    assert.ok(!isProblem(run));
    const { nameOf, problem } = tokenNames(project, run);
    assert.match(problem?.message ?? "", /tokenizer\.json is missing/);
    assert.deepEqual(nameOf(7), { text: "#7", kind: "unknown" });
  });
});

describe("logged episodes for the page", () => {
  it("rows have beginnings; an episode has each token's numbers and goes over the wire with its NaN", () => {
    const alternatives = [
      { policy: [[4, -1] as const, [NaN, 0] as const, [0.5, 0] as const], reference: [] },
    ];
    const logged = {
      iteration: 8,
      line: 2,
      episode: record({ alternatives, prompt: `${"x".repeat(159)}👍`, advantages: [1, 2] }),
    };
    const row = rowOf(logged);
    assert.deepEqual([row.prompt, row.length, row.advantage], [`${"x".repeat(159)}…`, 2, 1.5]);
    assert.equal(beginningOf("short"), "short");
    const episode = episodeOf(logged, (id) => ({ text: `t${id}`, kind: "text" }));
    assert.deepEqual(
      episode.tokens.map(({ id, text, value, policy }) => [id, text, value, policy]),
      [
        [2, "t2", 3, [{ id: 4, text: "t4", kind: "text", logprob: -1 }]],
        [3, "t3", NaN, []],
      ],
    );
    assert.equal(episode.iteration, 8);
    const sent: unknown = onTheWire(episode).tokens[1].value;
    assert.equal(sent, "NaN");
  });

  it("as Markdown no text of a model breaks the table", () => {
    const [first] = episodeExample().tokens;
    const episode = episodeExample({ prompt: "a | <b>", tokens: [{ ...first, text: "|\n[x](y)" }] });
    const text = tokensMarkdown(episode, ["#", "token", ...new Array<string>(9).fill("n")], "*run*");
    const rows = text.split("\n").filter((line) => line.startsWith("|"));
    assert.equal(rows.length, 3);
    assert.ok(rows.every((line) => line.split("|").length === 13));
    assert.doesNotMatch(text, /<b>|\]\(|\*run\*\*\*\*/);
  });
});
