import assert from "node:assert/strict";
import { offeredRuns, parentQuestions } from "../../extension/host/parentQuestions";
import type { RunState, Stage } from "../../extension/protocol/runFormat";
import { isProblem } from "../../extension/protocol/problem";
import { latestStart } from "../../extension/runs/finishedRuns";
import { writeProject } from "../../extension/runs/project";
import { createRun } from "../../extension/runs/runFolder";
import { RunStore } from "../../extension/runs/runStore";
import { removeProject, temporaryProject } from "../support/fakeRuns";

describe("parentQuestions", () => {
  let project: string;
  let seconds = 0;
  beforeEach(() => (project = temporaryProject()));
  afterEach(() => removeProject(project));

  /** A run a second newer than the last one. */
  const run = (stage: Stage, { variant = "ppoInit", state = "finished" as RunState } = {}): string => {
    const made = createRun(project, {
      ...{ stage, config: { [stage]: { variant } }, seed: 1, parents: [], inputs: [], codeVersion: "test" },
      ...{
        backend: "none",
        device: "none",
        utcMilliseconds: Date.UTC(2026, 0, 1, 0, 0, seconds++),
        random: 1,
      },
    });
    const store = RunStore.open(made.paths.folder);
    assert.ok(!isProblem(store));
    store.setStatus({ state, iteration: 1, iterations: 1, progress: null, heartbeat: new Date(0).toISOString(), reason: null }); // prettier-ignore
    store.dispose();
    return made.manifest.id;
  };
  const asked = (stage: Stage): readonly (readonly [string, readonly string[]])[] =>
    parentQuestions(project, stage).map(({ option, runs }) => [option, runs]);

  it("asks nothing where there is no choice", () => {
    for (const stage of ["pretrain", "sft", "rm", "ppo"] as const) assert.deepEqual(asked(stage), []);
    run("sft");
    run("sft", { state: "stopped" });
    run("sft", { variant: "baseline" });
    run("rm");
    for (const stage of ["pretrain", "sft", "rm", "ppo"] as const) assert.deepEqual(asked(stage), [], stage);
  });

  it("offers several finished runs, the newest first, which is what is taken unasked", () => {
    const baselines = [run("sft", { variant: "baseline" }), run("sft", { variant: "baseline" })].reverse();
    assert.deepEqual(asked("rm"), [["--model", baselines]]);
    assert.equal(latestStart(project), baselines[0]);
    const starts = [run("sft"), run("sft")].reverse();
    run("sft", { variant: "baseline" });
    const scorers = [run("rm"), run("rm"), run("rm")].reverse();
    assert.deepEqual(asked("rm"), [["--model", starts]]);
    assert.deepEqual(asked("ppo"), [
      ["--model", starts],
      ["--reward-model", scorers],
    ]);
    assert.equal(latestStart(project), starts[0]);
    assert.deepEqual(asked("sft"), []);
  });

  it("asks for the reward model that only measures where there is a choice besides the rewarded one", () => {
    const settings = (rewards: string): void =>
      writeProject(project, { formatVersion: 1, ppo: { rewards: [rewards], heldOutScore: ["rewardModel"] } });
    settings("rewardModel");
    const [second, first] = [run("rm"), run("rm")];
    assert.deepEqual(asked("ppo"), [["--reward-model", [first, second]]]);
    settings("judge");
    assert.deepEqual(asked("ppo"), [["--held-out-reward", [first, second]]]);
    const newest = run("rm");
    settings("rewardModel");
    const runs = [newest, first, second];
    assert.deepEqual(asked("ppo"), [
      ["--reward-model", runs],
      ["--held-out-reward", runs],
    ]);
    const question = parentQuestions(project, "ppo")[1];
    assert.deepEqual(offeredRuns(question, { "--reward-model": newest }), [first, second]);
    assert.deepEqual(offeredRuns(question, {}), runs);
  });

  it("does not ask for a reward model where none scores, or where rlhf.json cannot be read", () => {
    for (let i = 0; i < 2; i++) run("rm");
    assert.equal(asked("ppo").length, 1);
    writeProject(project, { formatVersion: 1, ppo: { rewards: ["judge"] } });
    assert.deepEqual(asked("ppo"), []);
    writeProject(project, { formatVersion: 1, ppo: { rewards: 3 } });
    assert.deepEqual(asked("ppo"), []);
  });
});
