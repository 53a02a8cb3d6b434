import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import {
  addonFile,
  findSetup,
  libraryLink,
  setupFile,
  setupFormat,
  type NativeSetup,
} from "../engine/tensorflow/nativeSetup";
import { isProblem, Problem } from "../protocol/problem";
import { diskError, errorCode, partialBeside, partialEnding } from "../runs/disk";
import type { Wheel } from "./chooseWheel";
import { compileAddon, type Compile } from "./compileAddon";
import { interrupted } from "./packageIndex";
import { fetchWheel } from "./fetchWheel";
import type { PythonTensorflow } from "./findPython";
import { isKept, libraryFault } from "./library";
import { unzip } from "./unzip";

/** Where the TensorFlow comes from that is set up. */
export type Source =
  | { readonly route: "python"; readonly tensorflow: PythonTensorflow }
  | { readonly route: "wheel"; readonly wheel: Wheel };

export interface SetUp {
  readonly source: Source;
  readonly device: NativeSetup["device"];
  /** Where it stands when all is done; what is there before is replaced as a whole. */
  readonly folder: string;
  /** The addon that came along, which is tried before one is built; null where there is none. */
  readonly prebuilt: string | null;
  /** What an addon is built of, or what is missing for it. */
  readonly sources: Pick<Compile, "packageFolder" | "nodeHeaders"> | Problem;
  readonly platform: NodeJS.Platform;
  readonly signal: AbortSignal;
  readonly onProgress: (what: string, done: number, total: number) => void;
  /** Hears why the addon that came along cannot be used, and that one is built. */
  readonly onUnfit: (reason: string) => void;
  /** Tries the backend of a folder in a process of its own; null where it works, else the end of a sentence. */
  readonly verify: (folder: string) => Promise<string | null>;
  readonly compilers?: readonly string[];
}

/**
 * Makes the folder of the native backend: TensorFlow's libraries, or a link to those of a Python, the addon and what was set up. All is
 * built and tried beside, and renamed when it works, so that what is half made is never taken for whole; on any failure what was there
 * before is still there, and nothing else.
 */
export async function setUpNative(options: SetUp): Promise<Problem | NativeSetup> {
  const { folder } = options;
  const refusal = notOurs(folder);
  if (refusal !== null) return refusal;
  const beside = partialBeside(folder);
  try {
    mkdirSync(dirname(folder), { recursive: true });
    removeLeftovers(folder);
    mkdirSync(beside);
    const setup = await build(options, beside);
    if (!isProblem(setup)) replaceFolder(beside, folder);
    return setup;
  } catch (error) {
    if (options.signal.aborted) return interrupted();
    return new Problem("disk", diskError(error, folder).message);
  } finally {
    removeQuietly(beside);
  }
}

async function build(options: SetUp, beside: string): Promise<Problem | NativeSetup> {
  const { source, device, platform } = options;
  if (source.route === "wheel") {
    const problem = await unpack(source.wheel, beside, options);
    if (problem !== null) return problem;
  }
  // Relative to the folder, which is renamed when all is done.
  symlinkSync(
    source.route === "python" ? source.tensorflow.folder : join("site-packages", "tensorflow"),
    join(beside, libraryLink),
  );
  const fault = libraryFault(join(beside, libraryLink), platform);
  if (fault !== null) return new Problem("unsupported", `This TensorFlow cannot be used: ${fault}.`);
  return addAddon(options, beside, {
    route: source.route,
    device,
    ...(source.route === "python"
      ? { version: source.tensorflow.version, source: source.tensorflow.python }
      : { version: source.wheel.version, source: source.wheel.name }),
  });
}

/** The addon that came along if it works with this TensorFlow, and else one that is built for it. */
async function addAddon(
  options: SetUp,
  beside: string,
  found: Omit<NativeSetup, "addon">,
): Promise<Problem | NativeSetup> {
  const { prebuilt, sources, platform, signal, onProgress, onUnfit, verify, compilers } = options;
  const whyNot = (setup: NativeSetup): Promise<string | null> => {
    const text = JSON.stringify({ formatVersion: setupFormat, ...setup }, null, 2);
    writeFileSync(join(beside, setupFile), `${text}\n`);
    return verify(beside);
  };
  let unfit: string | null = null;
  /** Why none can be built, after why one is needed at all. */
  const stuck = (next: Problem): Problem =>
    unfit === null
      ? next
      : new Problem(
          next.problem,
          [
            `The addon that came along does not work with TensorFlow ${found.version} (${found.source}): ${unfit}.`,
            next.message,
          ].join("\n"),
        );
  if (prebuilt !== null) {
    copyFileSync(prebuilt, join(beside, addonFile));
    const setup: NativeSetup = { ...found, addon: "prebuilt" };
    const failure = await whyNot(setup);
    if (signal.aborted) return interrupted();
    if (failure === null) return setup;
    unfit = failure;
    onUnfit(failure);
  }
  if (isProblem(sources)) return stuck(sources);
  onProgress("building the addon", 0, 1);
  const compile = { ...sources, library: join(beside, libraryLink), folder: beside, platform };
  const problem = await compileAddon(compile, signal, compilers);
  if (problem !== null) return stuck(problem);
  onProgress("building the addon", 1, 1);
  const setup: NativeSetup = { ...found, addon: "built" };
  const failure = await whyNot(setup);
  if (signal.aborted) return interrupted();
  return failure === null
    ? setup
    : new Problem(
        "unsupported",
        `TensorFlow ${setup.version} (${setup.source}) does not work here: ${failure}.`,
      );
}

async function unpack(wheel: Wheel, beside: string, { signal, onProgress }: SetUp): Promise<Problem | null> {
  const file = join(beside, "wheel.zip");
  const problem = await fetchWheel(wheel, file, signal, (done, total) =>
    onProgress(`fetching ${wheel.name}`, done, total),
  );
  if (problem !== null) return problem;
  try {
    const folder = join(beside, "site-packages");
    await unzip(file, isKept, folder, signal, (done, total) => onProgress("unpacking", done, total));
  } catch (error) {
    if (signal.aborted || errorCode(error).startsWith("E")) throw error;
    return new Problem(
      "altered",
      `${wheel.name} is not a whole wheel: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
  rmSync(file);
  return null;
}

/** A folder that holds something else is left alone. */
function notOurs(folder: string): Problem | null {
  if (!existsSync(folder) || existsSync(join(folder, setupFile)) || readdirSync(folder).length === 0)
    return null;
  return new Problem(
    "refused",
    `${folder} holds files that the setup did not make: name another folder in RLHF_NATIVE_DIR.`,
  );
}

/** What processes left that were killed in the middle; another that still works keeps its own. */
function removeLeftovers(folder: string): void {
  for (const name of readdirSync(dirname(folder))) {
    if (!name.startsWith(`.${basename(folder)}.`) || !name.endsWith(partialEnding)) continue;
    const process = Number(/\.(\d+)\.(?:old\.)?partial$/.exec(name)?.[1]);
    if (!isAlive(process)) rmSync(join(dirname(folder), name), { recursive: true, force: true });
  }
}

function isAlive(id: number): boolean {
  try {
    return id !== process.pid && process.kill(id, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function replaceFolder(beside: string, folder: string): void {
  const old = beside.replace(/\.partial$/, ".old.partial");
  if (existsSync(folder)) renameSync(folder, old);
  renameSync(beside, folder);
  removeQuietly(old);
}

function removeQuietly(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // The next setup removes what is left.
  }
}

/** Takes away what was set up; whether there was anything. The user's Python is only linked to, and stays. */
export function removeNative(folder: string): boolean | Problem {
  if (findSetup(folder).type === "none") return false;
  const refusal = notOurs(folder);
  if (refusal !== null) return refusal;
  try {
    rmSync(folder, { recursive: true, force: true });
    return true;
  } catch (error) {
    return new Problem("disk", diskError(error, folder).message);
  }
}
