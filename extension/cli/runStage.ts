import { cpus } from "node:os";
import { join } from "node:path";
import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { compileRun } from "../project/prepareRun";
import type { GivenModels } from "../project/chooseParents";
import { findSameRun } from "../project/sameRun";
import { Problem, isProblem } from "../protocol/problem";
import type { RunConfig } from "../protocol/runConfig";
import type { Stage } from "../protocol/runFormat";
import { loadModel, saveModel } from "../runs/modelFolder";
import { createRun, readMetrics, type Run } from "../runs/runFolder";
import { modelFiles, modelsFolder } from "../runs/runPaths";
import type { ExitCode } from "./action";
import { followRun } from "./followRun";
import type { ProjectContext } from "./globalFlags";
import { headline } from "./headline";
import { codeVersion } from "./version";

export interface StageCall {
  readonly context: ProjectContext;
  readonly config: RunConfig;
  readonly stage: Stage;
  readonly models: GivenModels;
  /** Label batches that count; all of them unless told. */
  readonly batches?: readonly string[];
  /** What the progress line calls it; the stage's name unless told. */
  readonly label?: string;
  /** Takes a finished run that is the same, or resumes an interrupted one, instead of beginning anew. */
  readonly reuse?: boolean;
}

export interface StageEnd {
  readonly run: Run;
  readonly exitCode: ExitCode;
  readonly reused: boolean;
}

/** Prepares a run of a stage and follows its trainer to the end. */
export async function runStage(call: StageCall): Promise<StageEnd | Problem> {
  const { context, config, stage, models, label = stage } = call;
  const { project, output } = context;
  const compiled = compileRun({
    project,
    config,
    stage,
    models,
    ...(call.batches && { batches: call.batches }),
    codeVersion,
    backend: config.backend,
    device: cpus()[0]?.model.trim() ?? "unknown processor",
    utcMilliseconds: new Date().getTime(),
    random: randomInt(0x10000),
  });
  if (isProblem(compiled)) return compiled;
  const same = call.reuse ? findSameRun(project, compiled.run) : null;
  if (same?.state === "finished") {
    output.line(`${label}: done before, in runs/${same.run.manifest.id}`);
    // It may have been ended by a resume, which names no model.
    if (stage === "pretrain") keepBaseModel(context, config, same.run);
    return { run: same.run, exitCode: 0, reused: true };
  }
  for (const note of compiled.notes) output.line(`${label}: ${note}`);
  const run = same?.run ?? createRun(project, compiled.run);
  const started = performance.now();
  const { exitCode, message } = await followRun(project, run, output, label);
  if (exitCode === 1) return new Problem("internal", message);
  if (exitCode === 3) {
    output.result({ run: run.manifest.id, stage, state: "stopped", message }, message);
    return { run, exitCode, reused: false };
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const outcome = headline(stage, readMetrics(run.paths).values);
  output.line(`${label}: ${outcome} · ${seconds} s · runs/${run.manifest.id}`);
  if (stage === "pretrain") keepBaseModel(context, config, run);
  return { run, exitCode, reused: false };
}

/** A pretrained model becomes models/NAME, unless there is one of that name. */
function keepBaseModel({ project, output }: ProjectContext, config: RunConfig, run: Run): void {
  const name = config.model.name;
  if (existsSync(join(modelsFolder(project), name, modelFiles.weights))) {
    output.line(`models/${name} is there already and stays; the new model is runs/${run.manifest.id}`);
    return;
  }
  const model = loadModel(run.paths.model);
  if (isProblem(model)) throw new Error(model.message);
  const files = {
    [modelFiles.config]: model.config,
    ...(model.tokenizer && { [modelFiles.tokenizer]: model.tokenizer }),
  };
  const saved = saveModel(project, name, model.weights, files);
  if (isProblem(saved)) throw new Error(saved.message);
  output.line(`saved as models/${name}`);
}
