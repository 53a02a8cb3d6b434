import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { workspace, type CancellationToken } from "vscode";
import { isObject, parseJson } from "../protocol/codec";
import { Problem, isProblem } from "../protocol/problem";

/** A line of the command line's JSON output: an object with a type. */
export interface CliLine {
  readonly type: string;
  readonly [key: string]: unknown;
}

export interface CliCall {
  readonly words: readonly string[];
  /** The project's folder; none for commands that need no project. */
  readonly project?: string;
  /** Every line but the last. */
  readonly onLine?: (line: CliLine) => void;
  /** What the command writes to standard error, line by line. */
  readonly onError?: (text: string) => void;
  readonly cancel?: CancellationToken;
}

/** How a call of the command line ended: its last line, or the problem it named. Exit codes as in `rlhf --help`: 3 is interrupted or waiting. */
export interface CliEnd {
  readonly exitCode: number;
  readonly result: CliLine | Problem;
}

/** The Node that runs trainers and the command line: the setting's, in a trusted folder, or the editor's own. */
export function nodePath(): string {
  const given = workspace.isTrusted
    ? workspace.getConfiguration("rlhf").get<string>("trainer.nodePath", "").trim()
    : "";
  return given === "" ? process.execPath : given;
}

/** How long a trainer goes on when the last window has gone; Infinity where the person wants it to end by itself alone. */
export function graceSeconds(): number {
  const settings = workspace.getConfiguration("rlhf");
  if (settings.get<boolean>("trainer.keepRunning", false)) return Infinity;
  return settings.get<number>("trainer.graceSeconds", 60);
}

/**
 * Runs a command of the command line in a process of its own, so that no work holds the editor up, and reads its JSON lines; whatever a line
 * holds is checked. Cancelling ends the command as Ctrl-C does.
 */
export async function callCli({ words, project, onLine, onError, cancel }: CliCall): Promise<CliEnd> {
  const file = join(__dirname, "cli.js");
  const where = project === undefined ? [] : ["--project", project];
  const child = spawn(nodePath(), [file, ...words, ...where, "--json"], {
    cwd: project,
    windowsHide: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
  });
  const problems: Problem[] = [];
  let last: CliLine | null = null;
  createInterface({ input: child.stdout }).on("line", (text) => {
    const parsed = parseJson(text, "the command line's output");
    if (isProblem(parsed) || !isObject(parsed.json) || typeof parsed.json.type !== "string") return;
    const line = parsed.json as CliLine;
    if (line.type === "error") problems.push(problemOf(line));
    else if (line.type === "result") last = line;
    else onLine?.(line);
  });
  createInterface({ input: child.stderr }).on("line", (text) => onError?.(text));
  const stopping = cancel?.onCancellationRequested(() => child.kill("SIGINT"));
  const exitCode = await new Promise<number>((resolve) => {
    child.on("error", (error) => {
      problems.push(new Problem("unsupported", `${nodePath()} cannot be started: ${error.message}.`));
      resolve(1);
    });
    child.on("close", (code) => resolve(code ?? 1));
  });
  stopping?.dispose();
  if (problems.length > 0) return { exitCode, result: joined(problems) };
  return { exitCode, result: last ?? new Problem("internal", `rlhf ${words[0]} ended without a word.`) };
}

function problemOf({ problem, message }: CliLine): Problem {
  const name = typeof problem === "string" ? problem : "internal";
  return new Problem(name as Problem["problem"], typeof message === "string" ? message : "no reason given");
}

function joined(problems: readonly Problem[]): Problem {
  return new Problem(problems[0].problem, problems.map(({ message }) => message).join("\n"));
}
