import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { comparisonOfVote, countVotes, type BlindTrial } from "../../extension/data/blindVotes";
import { parseRecords } from "../../extension/data/parseRecords";
import { toJsonLines } from "../../extension/data/records";
import { preferencesFile, readVotes, storeVote } from "../../extension/host/preferences";
import { isProblem } from "../../extension/protocol/problem";
import { appendLine } from "../../extension/runs/appendLine";
import { writeProject } from "../../extension/runs/project";
import { good, removeProject, temporaryProject } from "../support/fakeRuns";

const answer = (model: string) => ({
  model,
  checkpointHash: `hash of ${model}`,
  text: `I am "${model}"\n한`,
  seed: 5,
});
const trial = (vote: BlindTrial["vote"], left: string, right: string, id = "v"): BlindTrial => ({
  id,
  prompt: "who ?",
  shown: [answer(left), answer(right)],
  vote,
  temperature: 1,
  sideSeed: 9,
  trial: 0,
  createdAt: "2026-01-02T03:04:05.000Z",
});
const hashes = ["hash of sft", "hash of ppo"] as const;

describe("blind votes", () => {
  it("a vote is a comparison that the project's own parser reads", () => {
    const votes = [
      trial("left", "sft", "ppo", "a"),
      trial("right", "sft", "ppo", "b"),
      trial("tie", "sft", "ppo", "c"),
      trial("bothBad", "ppo", "sft", "d"),
    ].map(comparisonOfVote);
    const { records, problems } = parseRecords("comparisons", toJsonLines(votes), "votes");
    assert.deepEqual(problems, []);
    assert.deepEqual(records, votes);
    assert.deepEqual(
      records.map(({ tiers }) => tiers),
      [[[0], [1]], [[1], [0]], [[0, 1]], [[0, 1]]],
    );
    assert.deepEqual(
      records.map(({ meta }) => meta?.bothBad),
      [false, false, false, true],
    );
    assert.deepEqual(records[3].meta?.checkpointHashes, ["hash of ppo", "hash of sft"]);
  });

  it("counts the votes of two models, whichever side they stood on, and no other comparison", () => {
    const votes = [
      trial("left", "sft", "ppo"),
      trial("right", "ppo", "sft"),
      trial("right", "sft", "ppo"),
      trial("tie", "ppo", "sft"),
      trial("bothBad", "sft", "ppo"),
      trial("left", "sft", "base"),
    ].map(comparisonOfVote);
    const other = { ...votes[0], meta: { checkpointHashes: [...hashes] } };
    assert.deepEqual(countVotes([...votes, other], hashes), { first: 2, second: 1, ties: 2, bothBad: 1 });
    assert.deepEqual(countVotes(votes, [hashes[1], hashes[0]]), { first: 1, second: 2, ties: 2, bothBad: 1 });
  });
});

describe("preferences of a project", () => {
  let project: string;
  beforeEach(() => (project = temporaryProject()));
  afterEach(() => removeProject(project));

  it("votes go to data/preferences.jsonl, and their score is read back from there", () => {
    for (const vote of ["left", "left", "bothBad"] as const)
      assert.equal(storeVote(project, trial(vote, "sft", "ppo")), null);
    const file = join(project, "data/preferences.jsonl");
    const { records, problems } = parseRecords("comparisons", readFileSync(file, "utf8"), file);
    assert.deepEqual(problems, []);
    assert.equal(new Set(records.map(({ id }) => id)).size, 3);
    assert.deepEqual(readVotes(project, hashes), { first: 2, second: 0, ties: 1, bothBad: 1 });
  });

  it("where rlhf.json lists other files, votes go to the first; without any, or outside of the project, they are refused", () => {
    const list = (comparisons: readonly string[]): void =>
      writeProject(project, { formatVersion: 1, data: { comparisons } });
    list(["data/mine.jsonl", "data/others.jsonl"]);
    assert.equal(good(preferencesFile(project)), join(project, "data/mine.jsonl"));
    list(["data/mine.jsonl", "data/preferences.jsonl"]);
    assert.equal(good(preferencesFile(project)), join(project, "data/preferences.jsonl"));
    list([]);
    const none = storeVote(project, trial("left", "sft", "ppo"));
    assert.match(none?.message ?? "", /lists no file of comparisons.*data\.comparisons\.$/);
    list(["../elsewhere.jsonl"]);
    const outside = storeVote(project, trial("left", "sft", "ppo"));
    assert.equal(outside?.problem, "refused");
    assert.ok(!existsSync(join(project, "../elsewhere.jsonl")));
  });

  it("a last line without its end is kept whole", () => {
    mkdirSync(join(project, "data"));
    const file = join(project, "data/preferences.jsonl");
    writeFileSync(file, "{}\n한");
    appendLine(file, "new");
    appendLine(file, "newer");
    assert.equal(readFileSync(file, "utf8"), "{}\n한\nnew\nnewer\n");
  });

  it("a write that fails is a sentence, and the file stays as it was", () => {
    const directory = join(project, "data/preferences.jsonl");
    mkdirSync(directory, { recursive: true });
    const problem = storeVote(project, trial("left", "sft", "ppo"));
    assert.ok(isProblem(problem) && problem.problem === "disk");
  });
});
