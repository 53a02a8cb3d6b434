import { useBackend } from "../../engine/backend";
import type { OpenStage } from "../stage";
import { openEvaluate } from "./evaluateStage";
import { openPpo } from "./ppoStage";
import { openPretrain } from "./pretrainStage";
import { openRewardModel } from "./rewardModelStage";
import { openSft } from "./sftStage";
import { stageContext } from "./stageContext";

/** Makes the run's backend run and opens its stage with what its inputs/ and parents hold. Throws with a sentence when that cannot be. */
export const openStage: OpenStage = async (request) => {
  const context = stageContext(request);
  const { backend, threads } = context.config;
  const started = await useBackend(backend, { threads });
  if (!started.ok) throw new Error(started.problem);
  switch (request.manifest.stage) {
    case "pretrain":
      return openPretrain(context);
    case "sft":
      return openSft(context);
    case "rm":
      return openRewardModel(context);
    case "ppo":
      return openPpo(context);
    case "evaluate":
      return openEvaluate(context);
    case "dpo":
      throw new Error("the stage dpo is not part of this version");
  }
};
