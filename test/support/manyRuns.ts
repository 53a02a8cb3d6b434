import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeJson } from "../../extension/protocol/codec";
import { tinyConfig } from "../../extension/protocol/resolveConfig";
import { metricsOf } from "../../extension/protocol/metrics";
import {
  makeRunId,
  noMarks,
  runFormatVersion,
  type RunManifest,
  type RunMarks,
  type RunParent,
  type RunState,
  type Stage,
} from "../../extension/protocol/runFormat";
import { writeProject } from "../../extension/runs/project";
import { checkpointFolder, runPaths, runsFolder, type RunPaths } from "../../extension/runs/runPaths";

/** A run to be written as if it had been trained. */
export interface MadeRun {
  readonly stage: Stage;
  readonly state?: RunState;
  readonly reason?: string;
  /** Minutes after the first run's creation. */
  readonly minute: number;
  /** The value of each of the stage's metrics by iteration. */
  readonly values: readonly number[];
  readonly iterations?: number;
  readonly marks?: Partial<RunMarks>;
  readonly parents?: readonly RunParent[];
  /** Over the tiny config. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Iteration to selection. */
  readonly checkpoints?: Readonly<Record<number, number | null>>;
}

const start = Date.UTC(2026, 0, 2, 3, 0, 0);

/** Writes a run folder without waiting for the disk, so that hundreds take a moment. Returns its paths. */
export function writeRun(project: string, run: MadeRun): RunPaths {
  const created = start + 60_000 * run.minute;
  const id = makeRunId(run.stage, created, run.minute);
  const paths = runPaths(join(runsFolder(project), id));
  mkdirSync(paths.checkpoints, { recursive: true });
  const state = run.state ?? "finished";
  const iterations = run.iterations ?? Math.max(0, run.values.length - 1);
  const status = {
    formatVersion: runFormatVersion,
    state,
    iteration: run.values.length - 1,
    iterations,
    progress: null,
    heartbeat: new Date(created + 1000 * run.values.length).toISOString(),
    reason: run.reason ?? null,
  };
  writeFileSync(paths.manifest, `${encodeJson(manifestOf(id, run, created))}\n`);
  writeFileSync(paths.status, `${encodeJson(status)}\n`);
  writeFileSync(
    paths.metrics,
    run.values.map((value, i) => `${metricsText(run.stage, i, value)}\n`).join(""),
  );
  if (run.marks) writeFileSync(paths.marks, `${JSON.stringify({ ...noMarks, ...run.marks }, null, 2)}\n`);
  for (const [iteration, selection] of Object.entries(run.checkpoints ?? {}))
    writeCheckpointFolder(paths, Number(iteration), iterations, selection);
  return paths;
}

function manifestOf(id: string, run: MadeRun, created: number): RunManifest {
  return {
    formatVersion: runFormatVersion,
    id,
    stage: run.stage,
    createdAt: new Date(created).toISOString(),
    config: { ...tinyConfig(), ...run.config },
    seed: 1,
    parents: run.parents ?? [],
    inputs: [{ name: "prompts.jsonl", source: "compiled", bytes: 12, sha256: "ab".repeat(32) }],
    codeVersion: "test",
    backend: "wasm",
    backendReason: null,
    device: "a test",
  };
}

/** A line of metrics.jsonl with all of the stage's metrics at one value. */
export function metricsText(stage: Stage, iteration: number, value: number): string {
  return encodeJson({ iteration, ...Object.fromEntries(metricsOf(stage).map((name) => [name, value])) });
}

function writeCheckpointFolder(
  paths: RunPaths,
  iteration: number,
  iterations: number,
  selection: number | null,
): void {
  const folder = checkpointFolder(paths, iteration);
  mkdirSync(folder, { recursive: true });
  const state = {
    formatVersion: runFormatVersion,
    iteration,
    iterations,
    selection,
    groups: {},
    numbers: {},
  };
  writeFileSync(join(folder, "state.json"), `${encodeJson(state)}\n`);
}

const madeStages = ["sft", "rm", "ppo", "evaluate"] as const;

/** A project in `folder` with n readable runs of all stages, a minute apart, PPO runs of 41 iterations among them. */
export function writeManyRuns(folder: string, n: number): void {
  mkdirSync(folder, { recursive: true });
  writeProject(folder, { formatVersion: 1 });
  for (let minute = 0; minute < n; minute++) {
    const stage = madeStages[minute % madeStages.length];
    const length = stage === "evaluate" ? 1 : 41;
    const values = Array.from({ length }, (_, i) => (i % 7) / 7 + minute / n);
    writeRun(folder, { stage, minute, values, checkpoints: stage === "evaluate" ? {} : { 20: null, 40: 1 } });
  }
}

/** Folders that are no good runs: broken, half-written, of a newer format, and one that is no run at all. Returns their names. */
export function writeBrokenRuns(project: string): readonly string[] {
  const name = (minute: number): string => makeRunId("ppo", start + 60_000 * minute, minute);
  const [broken, half, newer] = [name(1001), name(1002), name(1003)];
  const fileOf = (id: string, file: "manifest" | "status", text: string): void => {
    const paths = runPaths(join(runsFolder(project), id));
    mkdirSync(paths.folder, { recursive: true });
    writeFileSync(paths[file], text);
  };
  fileOf(broken, "manifest", '{"formatVersion":1,"id":');
  const created = start + 60_000 * 1002;
  const whole = { stage: "ppo", minute: 1002, values: [] } as const;
  fileOf(half, "manifest", encodeJson(manifestOf(half, whole, created)));
  fileOf(newer, "manifest", '{"formatVersion":99,"shape":"unknown"}');
  mkdirSync(join(runsFolder(project), "holiday pictures"), { recursive: true });
  mkdirSync(join(runsFolder(project), `.${name(1004)}.partial`), { recursive: true });
  return [broken, half, newer, "holiday pictures"];
}
