import { isProblem } from "../protocol/problem";
import type { RunStatus } from "../protocol/runFormat";
import type { TrainerMessage } from "../protocol/trainerProtocol";
import { lastWords, statusAfterEnd } from "../runs/lastWords";
import { readStatus } from "../runs/runFolder";
import type { RunPaths } from "../runs/runPaths";
import { TrainerConnection } from "../runs/trainerConnection";
import type { TrainerEnd } from "./trainerClient";

/** A trainer that somebody else started, followed to its end: by another command, or by an editor window. */
export class TrainerWatcher {
  private constructor(
    private readonly paths: RunPaths,
    private readonly connection: TrainerConnection,
  ) {}

  /** Null when no trainer is at work on this run. */
  static async attach(
    paths: RunPaths,
    onEvent: (event: TrainerMessage) => void,
  ): Promise<TrainerWatcher | null> {
    const status = readStatus(paths);
    if (isProblem(status) || (status.state !== "running" && status.state !== "paused")) return null;
    const connection = await TrainerConnection.attach(paths, "cli", onEvent);
    return isProblem(connection) ? null : new TrainerWatcher(paths, connection);
  }

  async follow(): Promise<TrainerEnd> {
    await this.connection.closed;
    const status = await statusAfterEnd(this.paths);
    if (isProblem(status)) return { exitCode: 1, status, message: status.message };
    const exitCode = exitCodeOf(status);
    return { exitCode, status, message: exitCode === 0 ? "" : lastWords(this.paths, null) };
  }

  interrupt(): void {
    void this.connection.request("stop", {});
  }
}

/** What the trainer's process ended with, as far as its files tell. */
function exitCodeOf({ state }: RunStatus): number {
  if (state === "finished") return 0;
  return state === "failed" || state === "interrupted" ? 1 : 3;
}
