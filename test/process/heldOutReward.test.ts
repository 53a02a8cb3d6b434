// A second reward model that only measures (ppo.heldOutScore=rewardModel), by the command line on models of one layer.
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mean } from "../../extension/algorithms/statistics";
import { toJsonLines } from "../../extension/data/records";
import { findRun } from "../../extension/runs/modelReference";
import { readRollout } from "../../extension/runs/rollouts";
import type { NamedArray } from "../../extension/protocol/trainerEvents";
import { createRun, listRunIds, readMetrics, type Run } from "../../extension/runs/runFolder";
import { RunStore } from "../../extension/runs/runStore";
import { expectClose } from "../support/expectClose";
import { good, promisedContent, removeProject, temporaryProject } from "../support/fakeRuns";
import { jsonLines, runCli, type CliRun } from "../support/runCli";
import { saveTinyModel, tinyShape, tinyTokenizer } from "../support/tinyModel";

describe("a held-out reward model", function () {
  this.timeout(120_000);
  let project: string;
  const small = [
    ...["ppo.iterations=3", "ppo.episodes=8", "ppo.minibatch=4", "ppo.rewardScalePrompts=2"],
    ...["ppo.responseTokens=6", "ppo.loggedEpisodes=8", "ppo.checkpointEvery=1", "ppo.keepCheckpoints=3"],
  ].flatMap((setting) => ["--set", setting]);
  const measured = ["--set", "ppo.heldOutScore=rewardModel"];

  before(() => {
    project = temporaryProject();
    saveTinyModel(project, "policy", "output", sayingCapitals);
    for (const [name, scale] of [
      ["rewarded", 1],
      ["second", -3],
      ["third", 2],
    ] as const)
      saveTinyModel(project, name, "linear", (weights) => {
        weights["score.weight"].data.forEach((value, i, all) => (all[i] = scale * (value + i * 0.1)));
      });
    const foreign = saveTinyModel(project, "foreign", "linear");
    const file = join(foreign, "tokenizer.json");
    writeFileSync(file, `${readFileSync(file, "utf8")} `);
    rmSync(join(foreign, "sha256"));
    const prompts = ["cat", "dog", "mat", "log", "sat", "on"].map((word) => ({
      id: word,
      text: `the ${word} `,
    }));
    mkdirSync(join(project, "data"), { recursive: true });
    writeFileSync(join(project, "data/prompts.jsonl"), toJsonLines(prompts));
  });
  after(() => removeProject(project));

  const cli = (...words: readonly string[]): Promise<CliRun> =>
    runCli([...words, "--project", project, "--json"]);
  const ppo = (...words: readonly string[]): Promise<CliRun> =>
    cli("ppo", "--model", "models/policy", "--reward-model", "models/rewarded", ...small, ...words);
  const runOf = (done: CliRun): Run => {
    assert.equal(done.code, 0, done.err + done.out);
    return good(findRun(project, String(jsonLines(done).at(-1)?.run)));
  };
  const heldOut = (run: Run, at: number): number =>
    readMetrics(run.paths).values.find(({ iteration }) => iteration === at)?.values[
      "objective/heldOutScore"
    ] ?? NaN;

  /** All that a run promises, without the one number that is measured. */
  const withoutHeldOut = (run: Run): object => {
    const { metrics, ...rest } = promisedContent(run.paths);
    return { ...rest, metrics: metrics.replace(/,"objective\/heldOutScore":[^,}]*/g, "") };
  };

  it("gives what rlhf score says of the answers, and changes nothing else of the run", async () => {
    const plain = runOf(await ppo());
    const run = runOf(await ppo("--held-out-reward", "models/second", ...measured));
    const parent = run.manifest.parents.find(({ role }) => role === "heldOutReward");
    assert.equal(parent?.folder, "models/second");
    assert.deepEqual(withoutHeldOut(run), withoutHeldOut(plain));
    const { episodes } = await readRollout(run.paths, 2);
    assert.equal(episodes.length, 8);
    const scores: number[] = [];
    for (const {
      episode: { prompt, response },
    } of episodes) {
      const scored = await cli("score", "models/second", "--prompt", prompt, "--response", response);
      scores.push(...(jsonLines(scored).at(-1)?.scores as { score: number }[]).map(({ score }) => score));
    }
    expectClose([heldOut(run, 2)], [mean(scores)], 1e-5);

    const same = runOf(await cli("branch", `${run.manifest.id}@1`));
    assert.deepEqual([heldOut(same, 2), heldOut(same, 3)], [heldOut(run, 2), heldOut(run, 3)]);
    const other = runOf(
      await cli("branch", `${plain.manifest.id}@1`, "--held-out-reward", "models/third", ...measured),
    );
    assert.ok(Math.abs(heldOut(other, 2) - heldOut(run, 2)) > 0.1);
    assert.equal(promisedContent(other.paths)["model/model.safetensors"], promisedContent(plain.paths)["model/model.safetensors"]); // prettier-ignore
    const without = await cli("branch", `${plain.manifest.id}@1`, ...measured);
    assert.match(without.out + without.err, /has none held out: name one with --held-out-reward/);
  });

  const refused: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["the rewarded one", ["models/rewarded"], /models\/rewarded is the reward model that is rewarded/],
    ["one that is not there", ["models/fourth"], /There is no model \\?"models\/fourth/],
    ["a language model", ["models/policy"], /models\/policy is a language model, which answers/],
    [
      "one of another tokenizer",
      ["models/foreign"],
      /models\/foreign reads other tokens than models\/policy/,
    ],
    ["none", [], /no heldOutReward model for the stage ppo yet: train a second reward model/],
  ];
  for (const [what, model, sentence] of refused)
    it(`refuses ${what} in a sentence, before a run is made`, async () => {
      const words = model.length > 0 ? ["--held-out-reward", ...model] : [];
      const before = listRunIds(project);
      const done = await ppo(...words, ...measured);
      assert.equal(done.code, 1);
      assert.match(done.out + done.err, sentence);
      assert.deepEqual(listRunIds(project), before);
    });

  it("refuses a model that ppo.heldOutScore does not ask for", async () => {
    const done = await ppo("--held-out-reward", "models/second");
    assert.equal(done.code, 1);
    assert.match(done.out + done.err, /nothing would ask: add --set ppo\.heldOutScore=rewardModel/);
  });

  it("takes the latest trained one that is not rewarded", async () => {
    const [first, second, rewarded] = [1, 2, 3].map((each) =>
      finishedRewardModel(project, `models/${["rewarded", "second", "third"][each - 1]}`),
    );
    const prepared = await cli("ppo", "--model", "models/policy", "--reward-model", rewarded, "--no-start", ...small, ...measured); // prettier-ignore
    const parents = runOf(prepared).manifest.parents;
    assert.equal(parents.find(({ role }) => role === "heldOutReward")?.run, second);
    assert.notEqual(first, second);
  });
});

/** A finished run of rlhf rm that left a copy of a model, a second newer than the one before. */
function finishedRewardModel(project: string, model: string): string {
  const run = createRun(project, {
    ...{ stage: "rm", config: {}, seed: 1, parents: [], inputs: [], codeVersion: "test" },
    ...{ backend: "none", device: "none", utcMilliseconds: Date.UTC(2026, 0, 1, 0, 0, seconds++), random: 1 },
  });
  const store = good(RunStore.open(run.paths.folder));
  store.setStatus({ state: "finished", iteration: 1, iterations: 1, progress: null, heartbeat: new Date(0).toISOString(), reason: null }); // prettier-ignore
  store.dispose();
  cpSync(join(project, model), run.paths.model, { recursive: true });
  return run.manifest.id;
}
let seconds = 0;

/** Makes a policy that answers in capitals alone. No merge has one in it, so the text of an answer has no other tokens than were sampled. */
function sayingCapitals(weights: Record<string, NamedArray>): void {
  const { width, vocabulary } = tinyShape;
  const allowed = new Set([...tinyTokenizer.encode("ABCDEFGH"), tinyTokenizer.endToken]);
  weights["ln_f.bias"].data[0] = 10;
  for (let token = 0; token < vocabulary; token++)
    weights["wte.weight"].data[token * width] = allowed.has(token) ? 1 : -1;
}
