import { spawn } from "node:child_process";
import { join } from "node:path";
import {
  anyNumber,
  boolean,
  decodeText,
  listOf,
  nullable,
  object,
  parseJson,
  string,
  isObject,
} from "../protocol/codec";
import { isProblem } from "../protocol/problem";

/**
 * The backend is tried in a process of its own: a library that ends its process then ends in a sentence, and this process never loads what
 * may be replaced.
 */
const cliFile = join(__dirname, "cli.js");

const doctorLine = object({ backends: listOf(object({ ok: boolean, problem: nullable(string) })) });
const measurementLine = object({ type: string, value: anyNumber, unit: string });

/** Whether the backend of a folder works: null, or the end of a sentence that says why not. */
export async function tryNative(folder: string, signal: AbortSignal): Promise<string | null> {
  const said = await callSelf(
    ["doctor", "--backend", "tensorflow", "--json"],
    { RLHF_NATIVE_DIR: folder },
    signal,
  );
  const last = said.lines.find((line) => line.includes('"backends"'));
  const result = last === undefined ? null : decodeText(doctorLine, last, "doctor");
  if (result === null || isProblem(result) || result.backends.length === 0)
    return `loading it ended the process (${said.end})`;
  const [{ ok, problem }] = result.backends;
  return ok ? null : (problem ?? "it failed its self-test").replace(/^the backend \w+ .*? here: /, "");
}

/** Milliseconds of a training step of size A on a backend, the median of three rounds; null where it could not be measured. */
export async function stepMilliseconds(
  backend: string,
  folder: string,
  signal: AbortSignal,
): Promise<number | null> {
  const words = [
    "bench",
    "train",
    "--size",
    "A",
    "--repeat",
    "3",
    "--peer",
    "none",
    "--backend",
    backend,
    "--json",
  ];
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
  signal: AbortSignal,
): Promise<Said> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [cliFile, ...words], {
      stdio: ["ignore", "pipe", "ignore"],
      env: { ...process.env, ELECTRON_RUN_AS_NODE: "1", ...environment },
      signal,
    });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (piece: string) => (text += piece));
    child.on("error", (error) => resolve({ lines: [], end: error.message }));
    child.on("close", (code, name) =>
      resolve({ lines: text.split("\n").filter(Boolean), end: name ?? `exit code ${code}` }),
    );
  });
}
