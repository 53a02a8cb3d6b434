import { spawn } from "node:child_process";
import { join } from "node:path";

/** The built command line. */
export const cliFile = join(__dirname, "../../cli.js");

export interface CliRun {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly file?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Called with all that was printed so far and a way to send a signal, at every piece of output. */
  readonly onOutput?: (out: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** Runs the built command line to its end. */
export function runCli(words: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  const child = spawn(process.execPath, [options.file ?? cliFile, ...words], {
    cwd: options.cwd,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...options.environment },
  });
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    options.onOutput?.(out, (signal) => child.kill(signal));
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, out, err })));
}

/** Lines of --json, each an object with a type. */
export function jsonLines(
  run: CliRun,
): readonly { readonly type: string; readonly [key: string]: unknown }[] {
  return run.out
    .trimEnd()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { type: string });
}
