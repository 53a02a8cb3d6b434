import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { isProblem } from "../../../extension/protocol/problem";
import { readEndpoint, readStatus, type Run } from "../../../extension/runs/runFolder";
import type { EditorWindow } from "./editorWindow";
import { until } from "./until";

/** The process that trains a run. */
export function trainerOf({ paths }: Run): number {
  const endpoint = readEndpoint(paths);
  assert.ok(!isProblem(endpoint), "the run has no trainer");
  return endpoint.pid;
}

/** The extension host that has started a run's trainer, by the fourth field of /proc/PID/stat. */
export function hostOf(run: Run): number {
  const stat = readFileSync(`/proc/${trainerOf(run)}/stat`, "utf8");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}

/** Waits until a process has ended: an extension host goes some time after its window. */
export async function untilGone(pid: number, what: string): Promise<void> {
  await until(() => !existsSync(`/proc/${pid}`), `the end of ${what}`, 60_000);
}

/** Waits until a run's trainer gives a sign of life that is so many seconds younger than now: one that ends sooner never will. */
export async function untilOlder({ paths }: Run, seconds: number): Promise<void> {
  const moment = Date.now() + 1000 * seconds;
  const state = (): string => JSON.stringify(readStatus(paths));
  const lives = (): boolean => {
    const status = readStatus(paths);
    return !isProblem(status) && status.state === "running" && Date.parse(status.heartbeat) > moment;
  };
  await until(lives, () => `a trainer that goes on: ${state()}`, 60_000);
}

/** When a run trained, by its trainer's log: from each "running" to the state after it. */
export function trainingTimes({ paths }: Run): readonly (readonly [from: number, to: number])[] {
  const lines = readFileSync(paths.log, "utf8")
    .split("\n")
    .map((line) => /^(\S+Z) (running|finished|stopped|failed|paused)\b/.exec(line))
    .filter((match) => match !== null)
    .map(([, time, state]) => ({ time: Date.parse(time), state }));
  return lines.flatMap(({ time, state }, i) =>
    state === "running" ? [[time, lines[i + 1]?.time ?? Infinity] as const] : [],
  );
}

/** Stops the run that trains; there is one, and it is asked which. */
export async function stopRun(window: EditorWindow): Promise<void> {
  await window.runCommand("RLHF: Stop Run");
  await window.page.getByText("Stop which run?").waitFor();
  await window.page.locator(".quick-input-list .monaco-list-row").first().waitFor();
  await window.page.keyboard.press("Enter");
}
