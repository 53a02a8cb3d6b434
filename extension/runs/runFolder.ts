import { existsSync, readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { encodeJson, isObject, parseJson } from "../protocol/codec";
import { Problem, isProblem } from "../protocol/problem";
import {
  isRunId,
  makeRunId,
  noMarks,
  parseEpisodeLine,
  parseIntervention,
  parseMetricsLine,
  parseRunEndpoint,
  parseRunManifest,
  parseRunMarks,
  parseRunResult,
  parseRunStatus,
  runFormatVersion,
  type Intervention,
  type MetricsLine,
  type RunEndpoint,
  type RunManifest,
  type RunMarks,
  type RunParent,
  type RunStatus,
  type Stage,
} from "../protocol/runFormat";
import type { EpisodeRecord, JsonValue } from "../protocol/trainerEvents";
import {
  diskError,
  makeFolder,
  partialEnding,
  renamePatiently,
  replaceFile,
  syncFolder,
  writeDurably,
} from "./disk";
import { isLocked } from "./runLock";
import { readLog, type LogContent } from "./runLog";
import { rolloutFile, runPaths, runsFolder, type RunPaths } from "./runPaths";
import { readText, readWhole, sha256Hex } from "./sealedFolder";

/** What anyone may do with a run folder without being its trainer: create, list, read, mark. */
export interface Run {
  readonly paths: RunPaths;
  readonly manifest: RunManifest;
}

export interface NewRun {
  readonly stage: Stage;
  readonly config: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly parents: readonly RunParent[];
  /** Copied into inputs/, so that later edits change nothing about what the run saw. */
  readonly inputs: readonly { readonly name: string; readonly source: string; readonly bytes: Uint8Array }[];
  readonly codeVersion: string;
  readonly backend: string;
  /** Why `auto` took this backend; null where a person named it. */
  readonly backendReason?: string | null;
  readonly device: string;
  readonly utcMilliseconds: number;
  /** Any whole number: makes the ids of runs begun in the same second different. */
  readonly random: number;
}

/** Creates a queued run; its folder appears as a whole. Throws DiskError. */
export function createRun(project: string, run: NewRun, fill?: (paths: RunPaths) => void): Run {
  const id = freeRunId(project, run);
  const folder = join(runsFolder(project), id);
  const beside = runPaths(join(runsFolder(project), `.${id}${partialEnding}`));
  try {
    const manifest = fillRun(beside, id, run, fill);
    renamePatiently(beside.folder, folder);
    syncFolder(runsFolder(project));
    return { paths: runPaths(folder), manifest };
  } catch (error) {
    rmSync(beside.folder, { recursive: true, force: true });
    throw diskError(error, folder);
  }
}

function fillRun(
  beside: RunPaths,
  id: string,
  run: NewRun,
  fill: ((paths: RunPaths) => void) | undefined,
): RunManifest {
  for (const inner of [beside.inputs, beside.rollouts, beside.checkpoints]) makeFolder(inner);
  for (const { name, bytes } of run.inputs) writeDurably(join(beside.inputs, name), bytes);
  const manifest: RunManifest = {
    formatVersion: runFormatVersion,
    id,
    stage: run.stage,
    createdAt: new Date(run.utcMilliseconds).toISOString(),
    config: run.config,
    seed: run.seed,
    parents: run.parents,
    inputs: run.inputs.map(({ name, source, bytes }) => ({
      name,
      source,
      bytes: bytes.length,
      sha256: sha256Hex(bytes),
    })),
    codeVersion: run.codeVersion,
    backend: run.backend,
    backendReason: run.backendReason ?? null,
    device: run.device,
  };
  fill?.(beside);
  writeDurably(beside.manifest, Buffer.from(`${encodeJson(manifest)}\n`));
  const status = queuedStatus(manifest.createdAt);
  writeDurably(beside.status, Buffer.from(`${encodeJson(status)}\n`));
  return manifest;
}

function freeRunId(project: string, run: NewRun): string {
  for (let i = 0; ; i++) {
    const id = makeRunId(run.stage, run.utcMilliseconds, run.random + i);
    if (!existsSync(join(runsFolder(project), id))) return id;
  }
}

function queuedStatus(heartbeat: string): RunStatus {
  return {
    formatVersion: runFormatVersion,
    state: "queued",
    iteration: -1,
    iterations: 0,
    progress: null,
    heartbeat,
    reason: null,
  };
}

/** The run in a folder, its manifest checked. */
export function readRun(folder: string): Run | Problem {
  const paths = runPaths(folder);
  if (!existsSync(folder)) return new Problem("missing", `There is no run in ${folder}.`);
  const text = readText(paths.manifest);
  const manifest = isProblem(text) ? text : parseRunManifest(text, paths.manifest);
  return isProblem(manifest) ? manifest : { paths, manifest };
}

/** Ids of the runs of a project, newest first. */
export function listRunIds(project: string): readonly string[] {
  const folder = runsFolder(project);
  if (!existsSync(folder)) return [];
  const time = (id: string) => id.slice(id.indexOf("-") + 1);
  const ids = readdirSync(folder).filter(isRunId);
  return ids.sort((a, b) => (time(a) < time(b) ? 1 : time(a) > time(b) ? -1 : a < b ? -1 : 1));
}

/** Folders among the runs of a project whose names are no run ids; a name that begins with a dot is one in the making. */
export function listStrangeFolders(
  project: string,
): readonly { readonly name: string; readonly problem: Problem }[] {
  const folder = runsFolder(project);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith(".") && !isRunId(entry.name))
    .map(({ name }) => {
      const sentence = `${join(folder, name)} is no run: its name is no run id.`;
      return { name, problem: new Problem("malformed", sentence) };
    });
}

/** All runs of a project, newest first, and what is in its folder of runs but cannot be read as one. */
export function listRuns(project: string): {
  readonly runs: readonly Run[];
  readonly broken: readonly Problem[];
} {
  const read = listRunIds(project).map((id) => readRun(join(runsFolder(project), id)));
  const strange = listStrangeFolders(project).map(({ problem }) => problem);
  return {
    runs: read.filter((run): run is Run => !isProblem(run)),
    broken: [...read.filter(isProblem), ...strange],
  };
}

/** The run's state as it is: one that says it goes on and has no living trainer was interrupted. */
export function readStatus(paths: RunPaths): RunStatus | Problem {
  const text = readText(paths.status);
  const status = isProblem(text) ? text : parseRunStatus(text, paths.status);
  if (isProblem(status) || (status.state !== "running" && status.state !== "paused")) return status;
  if (isLocked(paths.lock)) return status;
  const reason =
    "its trainer process ended without a word, perhaps killed by the system because memory ran short";
  return { ...status, state: "interrupted", reason };
}

export function readMarks(paths: RunPaths): RunMarks | Problem {
  if (!existsSync(paths.marks)) return noMarks;
  const text = readText(paths.marks);
  return isProblem(text) ? text : parseRunMarks(text, paths.marks);
}

/** Changes some marks of a run and leaves the others as they are, those of later versions too. Throws DiskError. */
export function changeMarks(paths: RunPaths, change: Partial<RunMarks>): RunMarks | Problem {
  const marks = readMarks(paths);
  if (isProblem(marks)) return marks;
  const text = existsSync(paths.marks) ? readText(paths.marks) : "{}";
  const there = isProblem(text) ? text : parseJson(text, paths.marks);
  if (isProblem(there)) return there;
  const changed = { ...marks, ...change };
  writeMarks(paths, { ...(isObject(there.json) ? there.json : {}), ...changed });
  return changed;
}

export function writeMarks(paths: RunPaths, marks: RunMarks): void {
  replaceFile(paths.marks, `${JSON.stringify(marks, null, 2)}\n`);
}

/** The figures a finished run left behind; null before its end. */
export function readFigures(paths: RunPaths): { readonly [key: string]: JsonValue } | null | Problem {
  if (!existsSync(paths.result)) return null;
  const text = readText(paths.result);
  const result = isProblem(text) ? text : parseRunResult(text, paths.result);
  return isProblem(result) ? result : (result.figures as { readonly [key: string]: JsonValue });
}

/** Where the run's trainer listens; "missing" when none does. */
export function readEndpoint(paths: RunPaths): RunEndpoint | Problem {
  const text = readText(paths.endpoint);
  return isProblem(text) ? text : parseRunEndpoint(text, paths.endpoint);
}

export function readMetrics(paths: RunPaths, from = 0): LogContent<MetricsLine> {
  return readLog(paths.metrics, parseMetricsLine, from);
}

export function readInterventions(paths: RunPaths): LogContent<Intervention> {
  return readLog(paths.interventions, parseIntervention);
}

export function readEpisodes(paths: RunPaths, iteration: number): LogContent<EpisodeRecord> {
  return readLog(rolloutFile(paths, iteration), parseEpisodeLine);
}

/** A file of inputs/, checked against the manifest. */
export function readRunInput(run: Run, name: string): Uint8Array | Problem {
  const input = run.manifest.inputs.find((candidate) => candidate.name === name);
  if (input === undefined)
    return new Problem("missing", `The run ${run.manifest.id} has no input named ${name}.`);
  const path = join(run.paths.inputs, name);
  const bytes = readWhole(path);
  if (isProblem(bytes)) return bytes;
  if (bytes.length === input.bytes && sha256Hex(bytes) === input.sha256) return bytes;
  const sentence = `${path} was altered since the run ${basename(run.paths.folder)} began (its SHA-256 differs): put the original back, or begin a new run.`;
  return new Problem("altered", sentence);
}
