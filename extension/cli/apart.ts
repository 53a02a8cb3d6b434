import { spawn } from "node:child_process";
import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { WriteStream, isatty } from "node:tty";
import { Problem } from "../protocol/problem";
import type { RunConfig } from "../protocol/runConfig";
import type { ExitCode, Told } from "./action";
import { whyNoTensorflow } from "./chooseBackend";

/**
 * TensorFlow and what it loads write lines to file descriptor 2, whatever the log level (of 2.21 that oneDNN is on, and the processor's features).
 * Node cannot point a descriptor of its own process elsewhere, so a command that may load it does its work in a process of its own, which
 * starts in about a tenth of a second: there descriptor 2 is a file that nobody reads unless the process breaks down, and descriptor 3 is this
 * process's standard error. Trainers need none of that: theirs is their run's log.
 */

const mark = "RLHF_APART";
const errorDescriptor = 3;

/** Whether a command that computes on this backend leaves that to a process apart. */
export function runsApart(backend: RunConfig["backend"]): boolean {
  const mayLoad = backend === "tensorflow" || backend === "auto";
  return mayLoad && !isApart && process.platform !== "win32" && whyNoTensorflow() === null;
}

let isApart = false;

/** In a process apart: what we write to standard error goes where its reader is. Called before anything is written. */
export function takeOverErrors(): void {
  if (process.env[mark] === undefined) return;
  // Not for the processes that this one starts.
  delete process.env[mark];
  isApart = true;
  const stream = isatty(errorDescriptor) ? new WriteStream(errorDescriptor) : writerTo(errorDescriptor);
  Object.defineProperty(process, "stderr", { value: stream, configurable: true });
}

function writerTo(descriptor: number): Writable {
  return new Writable({
    write(bytes: Buffer, _encoding, done) {
      for (let at = 0; at < bytes.length;)
        try {
          at += writeSync(descriptor, bytes, at);
        } catch (error) {
          // A full pipe that another process set not to wait.
          if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return done(error as Error);
        }
      done();
    },
  });
}

/** Does this process's command once more in a process apart and says how it ended; of one that broke down, what the library said last. */
export async function runApart(): Promise<Told | Problem> {
  const log = openNameless();
  try {
    const end = await startApart(log);
    if (typeof end === "number") return { told: end as ExitCode };
    const last = lastLine(log);
    const said = last === "" ? "" : `, and its last words were: ${last}`;
    return new Problem("internal", `TensorFlow ended the process that computed with it (${end})${said}`);
  } finally {
    closeSync(log);
  }
}

/** The exit code, or the name of the signal that ended it. */
function startApart(log: number): Promise<number | string> {
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: ["inherit", "inherit", log, 2],
    env: { ...process.env, [mark]: "1" },
  });
  // A terminal sends Ctrl-C to both; other senders know this process alone.
  const atTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));
  const interrupt = (): void => void (atTerminal || child.kill("SIGINT"));
  const terminate = (): void => void child.kill("SIGTERM");
  process.on("SIGINT", interrupt).on("SIGTERM", terminate);
  return new Promise<number | string>((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, signal) => resolve(code ?? signal ?? "no exit code"));
  }).finally(() => process.off("SIGINT", interrupt).off("SIGTERM", terminate));
}

/** A file that goes away with whoever has it open. */
function openNameless(): number {
  const folder = mkdtempSync(join(tmpdir(), "rlhf-apart-"));
  try {
    return openSync(join(folder, "stderr.log"), "w+");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function lastLine(log: number): string {
  const bytes = Buffer.alloc(4096);
  const { size } = fstatSync(log);
  const read = readSync(log, bytes, 0, bytes.length, Math.max(0, size - bytes.length));
  const text = bytes.toString("utf8", 0, read).trimEnd();
  return text.slice(text.lastIndexOf("\n") + 1);
}
