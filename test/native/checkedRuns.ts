import { drain, letterPpo } from "../../extension/selfcheck/smallPpo";
import { trainPpo } from "../../extension/trainer/ppo";
import { failOnRefusedSteps } from "../support/refusedSteps";
import { busyPpo, runPretrain, runRewardModel, runSft } from "../support/smallTrainers";
import { useTestBackend } from "../support/testBackend";

// A number that changes between steps and is no input is frozen in a graph: only a later run can show it.
describe("every run of every compiled step is the step run operation by operation", () => {
  before(() => useTestBackend());
  failOnRefusedSteps("every");

  const trainers: Readonly<Record<string, () => Promise<unknown>>> = {
    "pretrain()": () => runPretrain(),
    "sft()": () => runSft(),
    "trainRewardModel()": () => runRewardModel(),
    "trainPpo() with ptx, average, warmup and live changes": async () => {
      const begin = { ...busyPpo, emaDecay: 0.9 };
      const changed = { ...begin, klCoef: 0.3, learningRate: 1e-2, ptxCoef: 0.1, clipRange: 0.3 };
      const settings = (iteration: number) => (iteration < 3 ? begin : changed);
      await drain(trainPpo(await letterPpo(11, { settings }, begin)));
    },
  };
  for (const [name, run] of Object.entries(trainers)) it(name, run);
});
