import assert from "node:assert/strict";
import { metricsOf } from "../../extension/protocol/metrics";
import { defaultConfig } from "../../extension/protocol/resolveConfig";
import type { Stage } from "../../extension/protocol/runFormat";
import type { TrainerEvent } from "../../extension/protocol/trainerEvents";
import { describeParent } from "../../extension/runs/modelReference";
import { drain } from "../../extension/selfcheck/smallPpo";
import { openEvaluate } from "../../extension/trainer/stages/evaluateStage";
import { good, newFakeRun, removeProject, temporaryProject } from "../support/fakeRuns";
import {
  busyPpo,
  runPpo,
  runPretrain,
  runRewardModel,
  runSft,
  smallRewardModel,
} from "../support/smallTrainers";
import { useTestBackend } from "../support/testBackend";
import { saveTinyModel } from "../support/tinyModel";

/** An evaluation of an untrained model beside another, on made-up prompts. */
async function runEvaluate(project: string): Promise<readonly TrainerEvent[]> {
  const roles = { policy: "output", sft: "output", reference: "output", rewardModel: "linear" } as const;
  const folders = Object.entries(roles).map(
    ([role, head]) => [role, saveTinyModel(project, role, head)] as const,
  );
  const inputs: Readonly<Record<string, string>> = {
    "prompts.jsonl": '{"id":"a","text":"the cat"}\n{"id":"b","text":"the dog sat"}\n',
    "pretraining.validation.jsonl": `{"text":"${"the cat sat on the mat . ".repeat(40)}"}\n`,
  };
  const names = Object.keys(inputs).map((name) => ({ name, source: "", bytes: 0, sha256: "" }));
  const parents = folders.map(([role]) => good(describeParent(project, role, `models/${role}`)));
  const config = defaultConfig();
  const context = {
    request: {
      project,
      manifest: { ...newFakeRun(project).manifest, stage: "evaluate" as const, inputs: names, parents },
      readInput: (name: string) => Buffer.from(inputs[name]),
      parentFolder: (role: string) => folders.find(([name]) => name === role)?.[1] ?? "",
      resumeFrom: null,
      hyperparameters: () => ({}),
    },
    config: { ...config, evaluate: { ...config.evaluate, responseTokens: 4 } },
    seed: 3,
    clock: () => 0,
    resume: null,
  };
  return (await drain(openEvaluate(context).events)).events;
}

describe("the metric catalogue", () => {
  let project: string;
  before(async () => {
    await useTestBackend("wasm");
    project = temporaryProject();
  });
  after(async () => {
    removeProject(project);
    await useTestBackend("cpu");
  });

  const runs: readonly (readonly [Stage, () => Promise<readonly TrainerEvent[]>])[] = [
    ["pretrain", async () => (await runPretrain()).events],
    ["sft", async () => (await runSft()).events],
    ["rm", async () => (await runRewardModel(smallRewardModel, 4)).events],
    ["ppo", async () => (await runPpo()).events],
    ["ppo", async () => (await runPpo(busyPpo, true)).events],
    ["evaluate", () => runEvaluate(project)],
  ];
  for (const [i, [stage, run]] of runs.entries())
    it(`every metric of ${stage} is produced by its trainer, and it produces no other (${i + 1})`, async () => {
      const events = await run();
      const produced = new Set(
        events.flatMap((event) => (event.type === "iteration" ? Object.keys(event.values) : [])),
      );
      assert.deepEqual([...produced].sort(), [...metricsOf(stage)].sort());
    });

  it("values are numbers where there is something to measure: NaN stands for nothing else", async () => {
    // Iteration 0 of PPO has no update, so that the update's statistics are NaN, and of those alone.
    const updateOnly =
      /^(policy\/(loss|clipFraction|approxKl|gradNorm|ratioDeviationMax)|value\/(loss|clipFraction|gradNorm)|ptx\/)/;
    const { events } = await runPpo();
    for (const event of events)
      if (event.type === "iteration")
        for (const [name, value] of Object.entries(event.values)) {
          // These runs set no held-out score.
          const empty: boolean =
            name === "objective/heldOutScore" || (event.iteration === 0 && updateOnly.test(name));
          // The tests' clock stands still, so that throughput is a number over nothing.
          if (name.startsWith("throughput/")) continue;
          const sentence = `${name} is ${value} in iteration ${event.iteration}`;
          assert.ok(empty ? Number.isNaN(value) : Number.isFinite(value), sentence);
        }
  });
});
