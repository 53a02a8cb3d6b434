import type { Command } from "commander";
import type { GivenModels } from "../project/chooseParents";
import { isProblem } from "../protocol/problem";
import type { Stage } from "../protocol/runFormat";
import { readFigures, readMetrics } from "../runs/runFolder";
import { action, type Call, type Outcome } from "./action";
import { areProblems, openProject } from "./globalFlags";
import { headline } from "./headline";
import type { OpenOutput } from "./output";
import { queueStage, runStage } from "./runStage";

interface StageOptions {
  readonly model?: string;
  readonly rewardModel?: string;
  readonly heldOutReward?: string;
  readonly reference?: string;
  readonly sft?: string;
  readonly tiny?: boolean;
  readonly start: boolean;
}

const descriptions: Readonly<
  Record<Exclude<Stage, "dpo">, { readonly text: string; readonly example: string }>
> = {
  pretrain: {
    text: "train a base model and its tokenizer on the project's pretraining text",
    example: "rlhf pretrain --set pretrain.steps=1000",
  },
  sft: {
    text: "fine-tune the base model on demonstrations",
    example: "rlhf sft --set sft.variant=baseline",
  },
  rm: {
    text: "train a reward model on the rankings and imported comparisons",
    example: "rlhf rm --set rm.epochs=1",
  },
  ppo: {
    text: "optimise the SFT policy against the reward model (with ppo.ptxCoef above 0: PPO-ptx)",
    example: "rlhf ppo --set ppo.klCoef=0.2 --set ppo.ptxCoef=0.3",
  },
  evaluate: {
    text: "answer test prompts and compare with the SFT model's answers",
    example: "rlhf evaluate --model ppo-20260131T120000Z-1a2b",
  },
};

/** The commands that run one stage each. */
export function registerStageCommands(program: Command, openOutput: OpenOutput): void {
  for (const [stage, { text, example }] of Object.entries(descriptions)) {
    const command = program.command(stage).description(text);
    if (stage !== "pretrain")
      command.option(
        "--model <reference>",
        "the model it starts from, or that is evaluated (default: the latest that fits)",
      );
    if (stage === "ppo" || stage === "evaluate")
      command.option("--reward-model <reference>", "the reward model (default: the latest)");
    if (stage === "ppo")
      command.option(
        "--held-out-reward <reference>",
        "the reward model that only measures, for ppo.heldOutScore=rewardModel (default: the latest that is not rewarded)",
      );
    if (stage === "ppo")
      command.option("--reference <reference>", "what KL is measured against (default: --model)");
    if (stage === "evaluate")
      command.option("--sft <reference>", "what it is compared with (default: the latest SFT baseline)");
    command
      .option("--tiny", "the small sizes that tests use")
      .option("--no-start", "only prepare the run; `rlhf resume` starts it")
      .addHelpText("after", `\nExample:\n  ${example}`)
      .action(action<StageOptions>(openOutput, (call) => runStageCommand(stage as Stage, call)));
  }
}

async function runStageCommand(
  stage: Stage,
  { output, flags, options }: Call<StageOptions>,
): Promise<Outcome> {
  const context = openProject(flags, output, { tiny: options.tiny === true });
  if (areProblems(context)) return context;
  const call = { context, config: context.config, stage, models: givenModels(stage, options) };
  if (!options.start) {
    const run = await queueStage(call);
    if (isProblem(run)) return run;
    const { id } = run.manifest;
    output.result({ run: id, stage, state: "queued" }, `${id} is prepared; start it with: rlhf resume ${id}`);
    return 0;
  }
  const end = await runStage(call);
  if (isProblem(end)) return end;
  if (end.exitCode !== 0) return end.exitCode;
  const { paths, manifest } = end.run;
  const lines = readMetrics(paths).values;
  const figures = readFigures(paths);
  if (isProblem(figures)) return figures;
  output.result(
    { run: manifest.id, stage, metrics: lines.at(-1)?.values ?? {}, figures },
    flags.quiet ? `${manifest.id}: ${headline(stage, lines)}` : "",
  );
  return 0;
}

function givenModels(stage: Stage, options: StageOptions): GivenModels {
  const { model, rewardModel, heldOutReward, reference, sft } = options;
  return {
    ...(model !== undefined && { [stage === "evaluate" ? "policy" : "initial"]: model }),
    ...(rewardModel !== undefined && { rewardModel }),
    ...(heldOutReward !== undefined && { heldOutReward }),
    ...(reference !== undefined && { reference }),
    ...(sft !== undefined && { sft }),
  };
}
