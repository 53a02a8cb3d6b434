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
    const load = `process.stdout.write(require(${JSON.stringify(built)}).TF_Version)`;
    const { stdout } = await promisify(execFile)(process.execPath, ["-e", load]);
    const file = join(programs, prebuiltFolder(platform, arch), addonFile);
    mkdirSync(dirname(file), { recursive: true });
    // At once, because a setup may be about to copy the one before.
    copyFileSync(built, `${file}.partial`);
    renameSync(`${file}.partial`, file);
    return { file, tensorflow: stdout };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function findTensorflow(): Promise<{ readonly folder: string } | null> {
  const python = (await findPythonTensorflow()).find((one) => one.ok);
  if (python !== undefined) return python.found;
  const setup = findSetup(nativeFolder());
  return setup.type === "whole" ? { folder: join(dirname(setup.addon), libraryLink) } : null;
}
