import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Prompt } from "../data/records";
import type { Split } from "../data/splits";
import { promptSplits } from "../project/trainingData";
import type { Problem } from "../protocol/problem";
import { isProblem } from "../protocol/problem";
import type { RunConfig } from "../protocol/runConfig";
import type { Stage } from "../protocol/runFormat";
import { itemsFile } from "../runs/labelFiles";
import type { Run } from "../runs/runFolder";
import { modelFiles, modelsFolder } from "../runs/runPaths";
import type { EvaluatedModel } from "../report/evaluationPart";
import type { ExitCode } from "./action";
import { evaluationTable } from "./evaluationTable";
import type { ProjectContext } from "./globalFlags";
import { runStage, type StageCall } from "./runStage";
import { generateBatch } from "./generateBatch";
import { labelProgress, simulateLabels } from "./simulateLabels";

export type LabelMode = "wait" | "simulated";

export interface PipelineCall {
  readonly context: ProjectContext;
  readonly labels: LabelMode;
  /** The last stage that is run; all of them unless told. */
  readonly until?: Stage;
}

/** Where a pipeline stopped before its end, other than by failing. */
class Stopped {
  constructor(readonly exitCode: ExitCode) {}
}

/**
 * The paper's pipeline in a project: base model → SFT (baseline, and the start of PPO) → rounds of ranking and reward models → PPO and
 * PPO-ptx → evaluation of all. What was done before with the same settings and data is not done again, so a pipeline that was stopped, or
 * waited for labels, goes on where it was.
 */
export async function runPipeline(call: PipelineCall): Promise<ExitCode | Problem> {
  const seconds = new Map<string, number>();
  const end = await stages(call, seconds);
  if (isProblem(end)) return end;
  const { output } = call.context;
  const times = [...seconds].map(([label, time]) => `${label} ${time.toFixed(0)} s`).join(" · ");
  if (times !== "") output.line(`time: ${times}`);
  return end instanceof Stopped ? end.exitCode : 0;
}

async function stages(call: PipelineCall, seconds: Map<string, number>): Promise<Stopped | Problem> {
  const { context } = call;
  const { project, config } = context;
  const done = (stage: Stage): boolean => call.until === stage;
  /** Runs a stage, or takes the same run of before. */
  const stage = async (
    label: string,
    part: Omit<StageCall, "context" | "label" | "reuse">,
  ): Promise<Run | Stopped | Problem> => {
    const started = performance.now();
    const end = await runStage({ ...part, context, label, reuse: true });
    seconds.set(label, (performance.now() - started) / 1000);
    if (isProblem(end)) return end;
    return end.exitCode === 0 ? end.run : new Stopped(end.exitCode);
  };

  const base = `models/${config.model.name}`;
  if (!existsSync(join(modelsFolder(project), config.model.name, modelFiles.weights))) {
    const run = await stage("pretrain", { config, stage: "pretrain", models: {} });
    if (!isRun(run)) return run;
  }
  if (done("pretrain")) return new Stopped(0);

  const withVariant = (variant: "baseline" | "ppoInit"): RunConfig => ({
    ...config,
    sft: { ...config.sft, variant },
  });
  const sft = await stage("sft", {
    config: withVariant("baseline"),
    stage: "sft",
    models: { initial: base },
  });
  if (!isRun(sft)) return sft;
  const start = await stage("sft for ppo", {
    config: withVariant("ppoInit"),
    stage: "sft",
    models: { initial: base },
  });
  if (!isRun(start)) return start;
  if (done("sft")) return new Stopped(0);

  const batches: string[] = [];
  let answering = start;
  let rewardModel: Run | null = null;
  for (let round = 1; round <= config.labeling.rounds; round++) {
    if (rewardModel !== null) {
      const iterations = Math.max(1, Math.floor(config.ppo.iterations / 2));
      const early = await stage("early ppo", {
        config: { ...config, ppo: { ...config.ppo, iterations, ptxCoef: 0 } },
        stage: "ppo",
        models: {
          initial: start.manifest.id,
          reference: start.manifest.id,
          rewardModel: rewardModel.manifest.id,
        },
      });
      if (!isRun(early)) return early;
      answering = early;
    }
    const batch = `round-${round}`;
    const ranked = await rankRound(call, batch, answering, seconds);
    if (ranked !== null) return ranked;
    batches.push(batch);
    const run = await stage(config.labeling.rounds > 1 ? `rm ${round}` : "rm", {
      config,
      stage: "rm",
      models: { initial: start.manifest.id },
      batches,
    });
    if (!isRun(run)) return run;
    rewardModel = run;
  }
  if (done("rm") || rewardModel === null) return new Stopped(0);

  const judge = rewardModel;
  const models = {
    initial: start.manifest.id,
    reference: start.manifest.id,
    rewardModel: judge.manifest.id,
  };
  const withPtx = (ptxCoef: number): RunConfig => ({ ...config, ppo: { ...config.ppo, ptxCoef } });
  const ppo = await stage("ppo", { config: withPtx(0), stage: "ppo", models });
  if (!isRun(ppo)) return ppo;
  const evaluate = async (
    asked: readonly { name: string; policy: string; fewShot?: number; reference?: string }[],
  ): Promise<readonly EvaluatedModel[] | Stopped | Problem> => {
    const evaluated: EvaluatedModel[] = [];
    for (const { name, policy, fewShot = 0, reference = "none" } of asked) {
      const run = await stage(`evaluate ${name}`, {
        config: { ...config, evaluate: { ...config.evaluate, fewShot } },
        stage: "evaluate",
        models: { policy, reference, sft: sft.manifest.id, rewardModel: judge.manifest.id },
      });
      if (!isRun(run)) return run;
      evaluated.push({ name, run });
    }
    return evaluated;
  };
  // What most people wait for comes first: whether PPO gained on what it began with.
  const reference = start.manifest.id;
  const gain = done("ppo")
    ? []
    : await evaluate([
        { name: "SFT", policy: sft.manifest.id },
        { name: "start of PPO", policy: start.manifest.id },
        { name: "PPO", policy: ppo.manifest.id, reference },
      ]);
  if (!("length" in gain)) return gain;

  const ptx = await stage("ppo-ptx", {
    config: withPtx(config.ppo.ptxCoef > 0 ? config.ppo.ptxCoef : samplePtxCoef),
    stage: "ppo",
    models,
  });
  if (!isRun(ptx)) return ptx;
  if (done("ppo")) return new Stopped(0);

  const fewShot = Math.max(3, config.evaluate.fewShot);
  const rest = await evaluate([
    { name: "GPT", policy: base },
    { name: "GPT (prompted)", policy: base, fewShot },
    { name: "PPO-ptx", policy: ptx.manifest.id, reference },
  ]);
  if (!("length" in rest)) return rest;
  const evaluated = [...rest.slice(0, 2), ...gain, ...rest.slice(2)];
  return report(context, evaluated);
}

/** γ of the PPO-ptx run where the config leaves ptx off; see `ppo.ptxCoef`. */
const samplePtxCoef = 0.3;

function isRun(value: Run | Stopped | Problem): value is Run {
  return !(value instanceof Stopped) && !isProblem(value);
}

/** Responses of a model to a round's prompts, and their rankings; null when they are all there. */
async function rankRound(
  { context, labels }: PipelineCall,
  batch: string,
  model: Run,
  seconds: Map<string, number>,
): Promise<Stopped | Problem | null> {
  const { project, config, output } = context;
  const started = performance.now();
  if (!existsSync(itemsFile(project, batch))) {
    const prompts = promptSplits(project, config);
    if (isProblem(prompts)) return prompts;
    const round = Number(batch.slice("round-".length));
    const chosen = roundPrompts(prompts, round, config.labeling.promptsPerRound);
    const made = await generateBatch({ context, model: model.manifest.id, prompts: chosen, batch });
    if (isProblem(made)) return made;
  }
  if (labels === "simulated") {
    const labelled = simulateLabels({ context, batch });
    if (isProblem(labelled)) return labelled;
  }
  seconds.set(`answers ${batch}`, (performance.now() - started) / 1000);
  const progress = labelProgress(context, batch);
  if (isProblem(progress)) return progress;
  if (progress.judged === progress.items) return null;
  output.result(
    { state: "waiting", batch, ...progress },
    `${progress.judged} of ${progress.items} items of labels/${batch}.items.jsonl are ranked. Rank the others (in the editor, or as a file labels/${batch}.NAME.ranking.json), then go on with: rlhf pipeline`,
  );
  return new Stopped(3);
}

/**
 * Prompts of a round: the next ones of the training split and, in proportion, of the validation split, whose rankings measure the reward
 * model; from the start again when they are used up.
 */
function roundPrompts({ train, validation }: Split<Prompt>, round: number, count: number): Prompt[] {
  const size = Math.min(count, train.length + validation.length);
  const held = Math.round((size * validation.length) / (train.length + validation.length));
  const next = (prompts: readonly Prompt[], n: number): Prompt[] =>
    Array.from({ length: n }, (_, i) => prompts[((round - 1) * n + i) % prompts.length]);
  return [...next(train, size - held), ...next(validation, held)];
}

function report(context: ProjectContext, evaluated: readonly EvaluatedModel[]): Stopped | Problem {
  const table = evaluationTable(evaluated);
  if (isProblem(table)) return table;
  context.output.result({ models: table.rows, samples: table.samples }, table.text);
  return new Stopped(0);
}
