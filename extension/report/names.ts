import type { Say } from "../protocol/fieldValue";
import type { RunState, Stage } from "../protocol/runFormat";

/** A stage as people call it. */
export function stageWord(stage: Stage, t: Say): string {
  const names: Readonly<Record<Stage, string>> = {
    pretrain: t("Pretraining"),
    sft: "SFT",
    rm: t("Reward model"),
    ppo: "PPO",
    dpo: "DPO",
    evaluate: t("Evaluation"),
  };
  return names[stage];
}

/** A run's state in a word. */
export function stateWord(state: RunState, t: Say): string {
  const names: Readonly<Record<RunState, string>> = {
    queued: t("queued"),
    running: t("running"),
    paused: t("paused"),
    stopped: t("stopped"),
    finished: t("finished"),
    failed: t("failed"),
    interrupted: t("interrupted"),
  };
  return names[state];
}

/** What a parent is to a run. */
export function roleWord(role: string, t: Say): string {
  switch (role) {
    case "initial":
      return t("starts from");
    case "reference":
      return t("KL reference");
    case "rewardModel":
      return t("reward model");
    case "heldOutReward":
      return t("held-out reward model");
    case "branch":
      return t("branched from");
    case "sft":
      return t("compared with");
    case "policy":
      return t("policy");
    default:
      return role;
  }
}
