import { spawn } from "node:child_process";
import { join } from "node:path";
import type { BackendName } from "../engine/backend";
import type { TrialEnd } from "../engine/backendChoice";
import {
  anyNumber,
  boolean,
  decodeText,
  integerFrom,
  isObject,
  nullable,
  object,
  parseJson,
  string,
} from "../protocol/codec";
import { isProblem } from "../protocol/problem";
import type { TrialWork } from "./trialWork";

/**
 * A backend is tried in a process of its own: a library that ends its process then ends in a sentence, what it prints is nobody's, and this
 * process never loads what may be replaced.
 */
const cliFile = join(__dirname, "cli.js");

const trialResult = object({
  threads: integerFrom(1),
  selfTest: anyNumber,

  type: string,
  device: string,
  usesGpu: boolean,
  milliseconds: nullable(anyNumber),
});
const errorLine = object({ type: string, message: string });
const measurementLine = object({ type: string, value: anyNumber, unit: string });

export interface Trial {
  readonly backend: BackendName;
  /** What is timed; null: whether it works is all that is asked. */
  readonly work: TrialWork | null;
  readonly threads: number;
  readonly environment?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

export async function tryBackend({
  backend,
  work,
  threads,
  environment = {},
  signal,
}: Trial): Promise<TrialEnd> {
  const words = ["trial", "--backend", backend, "--threads", String(threads), "--json"];
  const said = await callSelf(
    work === null ? words : [...words, JSON.stringify(work)],
    environment,
    signal ?? null,
  );
  const last = said.lines.at(-1) ?? "";
  const result = decodeText(trialResult, last, "trial");
  if (!isProblem(result)) return { ok: true, ...result };
  const error = decodeText(errorLine, last, "trial");
  return {
    ok: false,
    reason: isProblem(error)
      ? `loading it ended the process (${said.end})`
      : error.message.replace(/^the backend \w+ .*? here: /, "").replace(/\.$/, ""),
  };
}

/** Whether the native backend of a folder works: null, or the end of a sentence that says why not. */
export async function tryNative(folder: string, signal: AbortSignal): Promise<string | null> {
  const end = await tryBackend({
    ...{ backend: "tensorflow", work: null, threads: 0, signal },
    environment: { RLHF_NATIVE_DIR: folder },
  });
  return end.ok ? null : end.reason;
}

/** Milliseconds of a training step of size A on a backend, the median of three rounds; null where it could not be measured. */
export async function stepMilliseconds(
  backend: string,
  folder: string,
  signal: AbortSignal,
): Promise<number | null> {
  const what = ["bench", "train", "--size", "A", "--repeat", "3", "--peer", "none"];
  const words = [...what, "--backend", backend, "--json"];
  const { lines } = await callSelf(words, { RLHF_NATIVE_DIR: folder }, signal);
  for (const line of lines) {
    const parsed = parseJson(line, "bench");
    if (isProblem(parsed) || !isObject(parsed.json) || parsed.json.type !== "measurement") continue;
    const measurement = measurementLine(parsed.json, { where: "bench", path: "" });
    if (!isProblem(measurement) && measurement.unit === "ms") return measurement.value;
  }
  return null;
}

interface Said {
  readonly lines: readonly string[];
  /** An exit code or a signal's name. */
  readonly end: string;
}

function callSelf(
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal | null,
): Promise<Said> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [cliFile, ...words], {
      stdio: ["ignore", "pipe", "ignore"],
      env: { ...process.env, ELECTRON_RUN_AS_NODE: "1", ...environment },
      ...(signal && { signal }),
    });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (piece: string) => (text += piece));
    child.on("error", (error) => resolve({ lines: [], end: error.message }));
    child.on("close", (code, name) =>
      resolve({ lines: text.split("\n").filter(Boolean), end: name ?? `exit code ${code}` }),
    );
  });
}
