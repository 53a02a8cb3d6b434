import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { addonFile, findSetup, libraryLink, nativeFolder } from "../engine/tensorflow/nativeSetup";
import { isProblem } from "../protocol/problem";
import { compileAddon, findSources } from "./compileAddon";
import { findPythonTensorflow } from "./findPython";
import { prebuiltFolder } from "./prebuilt";

export type Prebuilt = { readonly file: string; readonly tensorflow: string } | { readonly whyNot: string };

/**
 * Builds the addon of this platform for a package, in the folder of its programs: with the TensorFlow of a Python, or else the one that was
 * set up. It is loaded once, with that TensorFlow, before it is taken.
 */
export async function buildPrebuilt(programs: string): Promise<Prebuilt> {
  const { platform, arch } = process;
  if (platform === "win32") return { whyNot: "TensorFlow's wheels for Windows lack what it needs" };
  const tensorflow = await findTensorflow();
  if (tensorflow === null) return { whyNot: "there is no TensorFlow on this machine to build it with" };
  const sources = findSources(join(programs, "cli.js"));
  if (isProblem(sources)) return { whyNot: sources.message };
  const folder = mkdtempSync(join(tmpdir(), "rlhf-addon-"));
  try {
    symlinkSync(tensorflow.folder, join(folder, libraryLink));
    const compile = { ...sources, library: join(folder, libraryLink), folder, platform };
    const problem = await compileAddon(compile, new AbortController().signal);
    if (problem !== null) return { whyNot: problem.message };
    const built = join(folder, addonFile);
    const loaded = await versionOf(built);
    if ("whyNot" in loaded) return loaded;
    const file = join(programs, prebuiltFolder(platform, arch), addonFile);
    mkdirSync(dirname(file), { recursive: true });
    // At once, because a setup may be about to copy the one before.
    copyFileSync(built, `${file}.partial`);
    renameSync(`${file}.partial`, file);
    return { file, ...loaded };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** TensorFlow's version by an addon that is loaded in a process of its own, or why it cannot be loaded: that may end a process. */
async function versionOf(
  addon: string,
): Promise<{ readonly tensorflow: string } | { readonly whyNot: string }> {
  const load = `process.stdout.write(require(${JSON.stringify(addon)}).TF_Version)`;
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ["-e", load]);
    return { tensorflow: stdout };
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr) : String(error);
    const reason =
      said.split("\n").find((line) => line.includes("Error:")) ?? "it ends the process that loads it";
    return { whyNot: `the one that was built here cannot be loaded: ${reason.trim()}` };
  }
}

async function findTensorflow(): Promise<{ readonly folder: string } | null> {
  const python = (await findPythonTensorflow()).find((one) => one.ok);
  if (python !== undefined) return python.found;
  const setup = findSetup(nativeFolder());
  return setup.type === "whole" ? { folder: join(dirname(setup.addon), libraryLink) } : null;
}
