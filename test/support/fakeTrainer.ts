import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { isProblem } from "../../extension/protocol/problem";
import type { TrainerMessage } from "../../extension/protocol/trainerProtocol";
import { launchTrainer, type Launch } from "../../extension/runs/launchTrainer";
import type { Run } from "../../extension/runs/runFolder";
import { TrainerConnection } from "../../extension/runs/trainerConnection";

/** The built trainer process around the fake stage. */
export const fakeTrainerFile = join(__dirname, "../support/fakeTrainer.entry.js");

export function launchFake(project: string, run: Run, options: Partial<Launch> = {}): ChildProcess {
  const { paths } = run;
  const child = launchTrainer({ trainerFile: fakeTrainerFile, project, paths, graceSeconds: 60, ...options });
  child.ref();
  return child;
}

/** The exit code, or null when a signal ended it. */
export function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once("exit", (code) => resolve(code)));
}

/** Attaches as soon as the trainer listens. */
export async function attachTo(
  run: Run,
  onEvent: (event: TrainerMessage) => void = () => undefined,
): Promise<TrainerConnection> {
  for (let attempt = 0; attempt < 500; attempt++) {
    const connection = await TrainerConnection.attach(run.paths, "test", onEvent);
    if (!isProblem(connection)) return connection;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("the trainer does not listen");
}
