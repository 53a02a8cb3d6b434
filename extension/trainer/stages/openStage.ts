import { useBackend } from "../../engine/backend";
import type { RunConfig } from "../../protocol/runConfig";
import type { OpenStage, StageRequest } from "../stage";
import { openEvaluate } from "./evaluateStage";
import { openPpo } from "./ppoStage";
import { openPretrain } from "./pretrainStage";
import { openRewardModel } from "./rewardModelStage";
import { openSft } from "./sftStage";
import { stageContext } from "./stageContext";

/** Makes the run's backend run and opens its stage with what its inputs/ and parents hold. Throws with a sentence when that cannot be. */
export const openStage: OpenStage = async (request) => {
  const context = stageContext(request);
  await startBackend(request, context.config);
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

/** A run goes on with the backend that it began with, because its figures depend on it; or a sentence says why it cannot and what can be done. */
async function startBackend(
  { manifest, resumeFrom }: StageRequest,
  { backend, threads }: RunConfig,
): Promise<void> {
  if (backend === "auto") throw new Error("the run's backend was not settled when it was made");
  const started = await useBackend(backend, { threads });
  if (started.ok) return;
  throw new Error(
    resumeFrom === null
      ? `${started.problem}. When that is mended, rlhf resume ${manifest.id} begins the run; rlhf ${manifest.stage} --backend auto makes another with what works.`
      : `The run goes on with the backend it began with alone, and ${started.problem}. When that is mended, go on with rlhf resume ${manifest.id}, or branch from its last checkpoint on another backend: rlhf branch ${manifest.id}@last --backend wasm`,
  );
}
