import { createRequire } from "node:module";
import { findPackage, findSetup, packageAddon, type NativeSetup } from "../engine/tensorflow/nativeSetup";
import { chooseWheel, type Wheel } from "../native/chooseWheel";
import { findCompiler, findSources } from "../native/compileAddon";
import { findPythonTensorflow } from "../native/findPython";
import { configuredIndex, listPackage, shownUrl, thisMachine } from "../native/packageIndex";
import { prebuiltAddon } from "../native/prebuilt";
import type { Source } from "../native/setUp";
import { isProblem, Problem } from "../protocol/problem";
import type { JsonValue } from "../protocol/trainerEvents";
import type { Output } from "./output";

export type Route = "package" | "python" | "wheel";

export interface PlanOptions {
  readonly device: "auto" | "gpu" | "cpu";
  readonly from?: Route;
}

/** What a setup would do: nothing, since it is done or the npm package's own binary works; or set a TensorFlow up. */
export type NativePlan =
  | { readonly state: "ready"; readonly setup: NativeSetup }
  | { readonly state: "package" }
  | {
      readonly state: "new";
      readonly source: Source;
      /** The addon that came along; null where one is to be built. */
      readonly prebuilt: string | null;
    };

/** A processor's wheel, unpacked to what is kept of it, is so many times as large (measured on 2.21: 274 MB and 853 MB). */
const unpackedFactor = 3.2;

/** Finds out what a setup would do. It asks Pythons and the package index, and tries what is there, but fetches, builds and keeps nothing. */
export async function planNative(
  output: Output,
  folder: string,
  options: PlanOptions,
  signal: AbortSignal,
  verify: (place: string) => Promise<string | null>,
): Promise<NativePlan | Problem> {
  if (process.platform === "win32")
    return new Problem(
      "unsupported",
      "TensorFlow's wheels for Windows lack the libraries of its C functions: use the native backend in WSL.",
    );
  const { from } = options;
  const found = findSetup(folder);
  if (from === undefined && found.type !== "none") {
    const failure = found.type === "broken" ? found.reason : await verify(folder);
    if (failure === null && found.type === "whole" && !found.isOld)
      return { state: "ready", setup: found.setup };
    output.line(
      failure === null
        ? `what was set up in ${folder} is of an older version of RLHF Workbench: it is renewed`
        : `what was set up in ${folder} does not work: ${failure}`,
    );
  }
  if (from === undefined || from === "package") {
    const failure = await tryPackage(folder, verify);
    if (failure === null) return { state: "package" };
    if (from === "package")
      return new Problem("unsupported", `The npm package's own binary cannot be used: ${failure}.`);
    output.line(`the npm package's own binary: ${failure}`);
  }
  const prebuilt = prebuiltAddon();
  // Said before anything is fetched: without an addon of its own the setup needs what builds one.
  const missing = prebuilt === null ? await missingForBuild() : null;
  if (missing !== null) return missing;
  const source = await chooseSource(output, options, signal);
  return isProblem(source) ? source : { state: "new", source, prebuilt };
}

async function tryPackage(
  folder: string,
  verify: (place: string) => Promise<string | null>,
): Promise<string | null> {
  const packageFolder = findPackage(createRequire(__filename));
  if (packageFolder === null) return "the package is not installed";
  if (packageAddon(packageFolder) === null) return "it is not there, since its install script did not run";
  // A folder that is not there: then the package's own is what is loaded.
  return verify(`${folder}.none`);
}

async function missingForBuild(): Promise<Problem | null> {
  const sources = findSources();
  if (isProblem(sources)) return sources;
  const compiler = await findCompiler();
  return isProblem(compiler) ? compiler : null;
}

/** A Python's TensorFlow, which costs nothing, or else a wheel. */
async function chooseSource(
  output: Output,
  { from, device }: PlanOptions,
  signal: AbortSignal,
): Promise<Source | Problem> {
  if (from !== "wheel") {
    const found = await findPythonTensorflow();
    for (const one of found) if (!one.ok) output.line(`${one.python} ${one.reason}`);
    const last = found.at(-1);
    if (last?.ok) return { route: "python", tensorflow: last.found };
    if (from === "python") {
      const reasons = found.map((one) => (one.ok ? "" : `${one.python} ${one.reason}`)).join("; ");
      return new Problem(
        "missing",
        `No Python has a TensorFlow to use: ${reasons}. RLHF_PYTHON names another Python.`,
      );
    }
  }
  if (device === "gpu")
    return new Problem(
      "unsupported",
      "A GPU's libraries are not downloaded by this command: `pip install tensorflow[and-cuda]` gets them into a Python, and `rlhf setup-native --device gpu --from python` uses that.",
    );
  // Elsewhere than on Linux with an x64 processor there is one package, and it is the processor's.
  const name = process.platform === "linux" && process.arch === "x64" ? "tensorflow-cpu" : "tensorflow";
  const index = configuredIndex();
  const files = await listPackage(index, name, signal);
  if (isProblem(files)) return files;
  const wheel = chooseWheel(files, thisMachine());
  const machine = `${process.platform} ${process.arch}`;
  return wheel === null
    ? new Problem(
        "unsupported",
        `${shownUrl(index)} has no wheel of ${name} from 2.12 on for this machine (${machine}).`,
      )
    : { route: "wheel", wheel };
}

/** A plan as `--plan --json` gives it, and the editor reads it; bytes, and null where they are not known or there are none. */
export function planFacts(plan: NativePlan, folder: string): Readonly<Record<string, JsonValue>> {
  if (plan.state === "package") return { state: plan.state, folder };
  if (plan.state === "ready") {
    const { route, source, version, addon } = plan.setup;
    return { state: plan.state, folder, route, source, version, addon };
  }
  const { source, prebuilt } = plan;
  const facts = { state: plan.state, folder, route: source.route, addon: prebuilt ? "prebuilt" : "built" };
  if (source.route === "python") {
    const { python, version } = source.tensorflow;
    return { ...facts, source: python, version, from: null, downloadBytes: null, keptBytes: null };
  }
  const { name, version, url, size } = source.wheel;
  const keptBytes = size === null ? null : Math.round(size * unpackedFactor);
  return { ...facts, source: name, version, from: new URL(url).host, downloadBytes: size, keptBytes };
}

const megabytes = (bytes: number): number => Math.round(bytes / 1e6);

/** What a wheel costs. */
const wheelSizes = ({ size }: Wheel): string =>
  size === null
    ? "of unknown size, about 1 GB kept"
    : `${megabytes(size)} MB to download, about ${megabytes(size * unpackedFactor)} MB kept`;

/** Why nothing is fetched where nobody can be asked. */
export const unasked = (wheel: Wheel): Problem =>
  new Problem("refused", `The setup would fetch ${wheel.name} (${wheelSizes(wheel)}): say so with --yes.`);

/** A plan in words. */
export function planText(plan: NativePlan, folder: string): string {
  if (plan.state === "package") return "The npm package's own binary works: there is nothing to set up.";
  if (plan.state === "ready")
    return `TensorFlow ${plan.setup.version} (${plan.setup.source}) is set up already in ${folder}.`;
  const { source, prebuilt } = plan;
  const what =
    source.route === "python"
      ? `${source.tensorflow.python} has TensorFlow ${source.tensorflow.version} in ${source.tensorflow.folder}: nothing is downloaded`
      : `${source.wheel.name} from ${new URL(source.wheel.url).host}: ${wheelSizes(source.wheel)} in ${folder}`;
  return [what, prebuilt === null ? "the addon is built here" : "the addon came along"].join("\n");
}
