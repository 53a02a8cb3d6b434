import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { diskError } from "./disk";
import type { RunPaths } from "./runPaths";

export interface Launch {
  /** The built trainer.js. */
  readonly trainerFile: string;
  /** Which Node runs it; by default the one that runs this process, as Electron's own Node inside an editor. */
  readonly nodePath?: string;
  readonly project: string;
  readonly paths: RunPaths;
  /** How long the trainer goes on without any client; Infinity for ever. */
  readonly graceSeconds: number;
  /** Waits for the request `start`. */
  readonly hold?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Starts a trainer as a process of its own group, so that neither Ctrl-C in a terminal nor the end of an editor window reaches it; they
 * ask it over its socket. What native libraries print goes to the run's trainer.log.
 */
export function launchTrainer(launch: Launch): ChildProcess {
  const { trainerFile, project, paths, graceSeconds } = launch;
  const grace = graceSeconds === Infinity ? "forever" : String(graceSeconds);
  const words = [trainerFile, "--project", project, "--run", paths.folder, "--grace", grace];
  const log = openLog(paths.log);
  try {
    const child = spawn(launch.nodePath ?? process.execPath, [...words, ...(launch.hold ? ["--hold"] : [])], {
      cwd: project,
      detached: true,
      windowsHide: true,
      stdio: ["ignore", log, log],
      env: { ...process.env, ELECTRON_RUN_AS_NODE: "1", ...launch.environment },
    });
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

function openLog(path: string): number {
  try {
    return openSync(path, "a");
  } catch (error) {
    throw diskError(error, path);
  }
}
