import { cpus } from "node:os";
import { randomInt } from "node:crypto";
import { compileRun } from "../project/prepareRun";
import type { GivenModels } from "../project/chooseParents";
import { Problem, isProblem } from "../protocol/problem";
import type { RunConfig } from "../protocol/runConfig";
import type { Stage } from "../protocol/runFormat";
import { keepBaseModel } from "../runs/keepBaseModel";
import { createRun, readMetrics, type Run } from "../runs/runFolder";
import type { ExitCode } from "./action";
import { followRun } from "./followRun";
import type { ProjectContext } from "./globalFlags";
import { headline } from "./headline";
import { findSame, settleBackend } from "./settleBackend";
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
  const { context, config, stage, label = stage } = call;
  const { project, output, graceSeconds } = context;
  const compiled = compile(call);
  if (isProblem(compiled)) return compiled;
  const same = call.reuse ? findSame(project, compiled.run, config) : null;
  if (same?.state === "finished") {
    output.line(`${label}: done before, in runs/${same.run.manifest.id}`);
    if (stage === "pretrain") tellBaseModel(context, config, same.run);
    return { run: same.run, exitCode: 0, reused: true };
  }
  for (const note of compiled.notes) output.line(`${label}: ${note}`);
  const run = same?.run ?? createRun(project, await settleBackend(project, compiled.run, config, output));
  const { backend, backendReason } = run.manifest;
  if (same === null && backendReason !== null)
    output.line(`${label}: on ${backend}, because ${backendReason}`);
  output.emit({ type: "event", event: "runStarted", run: run.manifest.id, stage, label });
  const started = performance.now();
  const { exitCode, message } = await followRun({ project, run, output, what: label, graceSeconds });
  if (exitCode === 1) return new Problem("internal", message);
  if (exitCode === 3) {
    output.result({ run: run.manifest.id, stage, state: "stopped", message }, message);
    return { run, exitCode, reused: false };
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const outcome = headline(stage, readMetrics(run.paths).values);
  output.line(`${label}: ${outcome} · ${seconds} s · runs/${run.manifest.id}`);
  if (stage === "pretrain") tellBaseModel(context, config, run);
  return { run, exitCode, reused: false };
}

/** Prepares a run of a stage and leaves it queued: whoever resumes it starts its trainer. */
export async function queueStage(call: StageCall): Promise<Run | Problem> {
  const { context, config, stage } = call;
  const compiled = compile(call);
  if (isProblem(compiled)) return compiled;
  for (const note of compiled.notes) context.output.line(`${stage}: ${note}`);
  const { project, output } = context;
  return createRun(project, await settleBackend(project, compiled.run, config, output));
}

function compile({ context, config, stage, models, batches }: StageCall) {
  return compileRun({
    project: context.project,
    config,
    stage,
    models,
    ...(batches && { batches }),
    codeVersion,
    backend: config.backend,
    device: thisDevice(),
    utcMilliseconds: new Date().getTime(),
    random: randomInt(0x10000),
  });
}

/** The trainer has made a pretrained model models/NAME, unless one of that name was there; says which. */
function tellBaseModel({ project, output }: ProjectContext, config: RunConfig, run: Run): void {
  const { name } = config.model;
  const kept = keepBaseModel(project, name, run.paths);
  if (isProblem(kept)) throw new Error(kept.message);
  output.line(
    kept
      ? `saved as models/${name}`
      : `models/${name} is there already and stays; the new model is runs/${run.manifest.id}`,
  );
}

/** The processor, for a run's manifest. */
export function thisDevice(): string {
  return cpus()[0]?.model.trim() ?? "unknown processor";
}
