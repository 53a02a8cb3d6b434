import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isProblem } from "../../extension/protocol/problem";
import type { RunPaths } from "../../extension/runs/runPaths";
import { writeProject } from "../../extension/runs/project";
import { createRun, type Run } from "../../extension/runs/runFolder";
import type { FakeSettings } from "./fakeStage";

/** A project in the system's temporary folder whose path has spaces and letters beyond ASCII. */
export function temporaryProject(): string {
  const project = join(mkdtempSync(join(tmpdir(), "rlhf test ")), "내 프로젝트 ü");
  mkdirSync(project);
  writeProject(project, { formatVersion: 1 });
  return project;
}

export function removeProject(project: string): void {
  rmSync(join(project, ".."), { recursive: true, force: true, maxRetries: 5 });
}

let runNumber = 0;

/** A queued PPO run for the fake stage; checkpoints every third iteration, two of them kept. */
export function newFakeRun(
  project: string,
  settings: Partial<FakeSettings> = {},
  block: Readonly<Record<string, number>> = {},
): Run {
  return createRun(project, {
    stage: "ppo",
    config: {
      seed: 5,
      ppo: { checkpointEvery: 3, keepCheckpoints: 2, learningRate: 0.5, klCoef: 0.1, ...block },
    },
    seed: 5,
    parents: [],
    inputs: [{ name: "fake.json", source: "test", bytes: Buffer.from(JSON.stringify(settings)) }],
    codeVersion: "test",
    backend: "none",
    device: "none",
    utcMilliseconds: Date.UTC(2026, 0, 2, 3, 4, 5),
    random: runNumber++,
  });
}

/** The value, or the test fails with the problem's sentence. */
export function good<T>(value: T): Exclude<T, { readonly problem: string }> {
  if (isProblem(value)) throw new Error(value.message);
  return value as Exclude<T, { readonly problem: string }>;
}

/**
 * Everything of a run that exact resume promises, as text by file: metrics without measured times, rollouts, the model and the last
 * checkpoint without its offsets (they count the bytes of measured times, and its list of sums covers them).
 */
export function promisedContent(paths: RunPaths): Readonly<Record<string, string>> {
  const metrics = readFileSync(paths.metrics, "utf8").replace(/,"(?:time|throughput)\/[^"]*":[^,}]*/g, "");
  const last = readdirSync(paths.checkpoints).sort().at(-1) ?? "";
  return {
    metrics,
    checkpoints: readdirSync(paths.checkpoints).sort().join(" "),
    ...folderContent(paths.rollouts, []),
    ...folderContent(paths.model, []),
    ...folderContent(join(paths.checkpoints, last), ["offsets.json", "sha256"]),
    result: readFileSync(paths.result, "utf8"),
  };
}

function folderContent(folder: string, without: readonly string[]): Readonly<Record<string, string>> {
  const names = readdirSync(folder).filter((name) => !without.includes(name));
  return Object.fromEntries(
    names
      .sort()
      .map((name) => [`${folder.split(/[/\\]/).at(-1)}/${name}`, shown(readFileSync(join(folder, name)))]),
  );
}

/** Long binary content by its sum, so that a difference can be read. */
function shown(bytes: Buffer): string {
  return bytes.length < 4000 ? bytes.toString("utf8") : createHash("sha256").update(bytes).digest("hex");
}
