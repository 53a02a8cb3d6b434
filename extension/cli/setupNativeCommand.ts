import { createInterface } from "node:readline/promises";
import { Option, type Command } from "commander";
import {
  findPackage,
  findSetup,
  nativeFolder,
  packageAddon,
  type NativeSetup,
} from "../engine/tensorflow/nativeSetup";
import { createRequire } from "node:module";
import { chooseWheel } from "../native/chooseWheel";
import { findSources } from "../native/compileAddon";
import { findPythonTensorflow } from "../native/findPython";
import { configuredIndex, interrupted, listPackage, shownUrl, thisMachine } from "../native/packageIndex";
import { removeNative, setUpNative, type Source } from "../native/setUp";
import { isProblem, Problem } from "../protocol/problem";
import { action, type ExitCode, type Outcome } from "./action";
import { stepMilliseconds, tryNative } from "./nativeTrial";
import type { OpenOutput, Output } from "./output";

type Route = "package" | "python" | "wheel";
interface SetupOptions {
  readonly device: "auto" | "gpu" | "cpu";
  readonly from?: Route;
  readonly yes?: boolean;
  readonly remove?: boolean;
}

/** A processor's wheel, unpacked to what is kept of it, is so many times as large (measured on 2.21: 274 MB and 853 MB). */
const unpackedFactor = 3.2;

export function registerSetupNative(program: Command, openOutput: OpenOutput): void {
  program
    .command("setup-native")
    .addOption(
      new Option("--device <which>", "what it will compute on")
        .choices(["auto", "gpu", "cpu"])
        .default("auto"),
    )
    .addOption(
      new Option(
        "--from <where>",
        "the package's own binary, a Python's TensorFlow, or a wheel (default: the first that works)",
      ).choices(["package", "python", "wheel"]),
    )
    .option("--yes", "download without asking")
    .option("--remove", "take away what was set up")
    .description(
      "set TensorFlow up as the native backend, for this user: from a Python that has it, or downloaded after asking",
    )
    .addHelpText("after", "\nExample:\n  rlhf setup-native --from wheel --yes")
    .action(
      action<SetupOptions>(openOutput, async ({ output, options }) => {
        const folder = nativeFolder();
        if (options.remove) return remove(output, folder);
        const abort = new AbortController();
        const stop = (): void => abort.abort();
        process.once("SIGINT", stop).once("SIGTERM", stop);
        try {
          return await setUp(output, folder, options, abort.signal);
        } finally {
          process.off("SIGINT", stop).off("SIGTERM", stop);
        }
      }),
    );
}

function remove(output: Output, folder: string): Outcome {
  const removed = removeNative(folder);
  if (isProblem(removed)) return removed;
  output.result({ removed, folder }, removed ? `removed ${folder}` : `nothing was set up in ${folder}`);
  return 0;
}

async function setUp(
  output: Output,
  folder: string,
  options: SetupOptions,
  signal: AbortSignal,
): Promise<Outcome> {
  const { from } = options;
  if (process.platform === "win32")
    return new Problem(
      "unsupported",
      "TensorFlow's wheels for Windows lack the libraries of its C functions: use the native backend in WSL.",
    );
  const verify = (place: string): Promise<string | null> => tryNative(place, signal);

  const found = findSetup(folder);
  if (from === undefined && found.type !== "none") {
    const failure = found.type === "broken" ? found.reason : await verify(folder);
    if (failure === null && found.type === "whole")
      return done(output, folder, found.setup, signal, "is set up already");
    output.line(`what was set up in ${folder} does not work: ${failure}`);
  }
  if (from === undefined || from === "package") {
    const failure = await tryPackage(folder, verify);
    if (failure === null) {
      output.result({ route: "package" }, "The npm package's own binary works: there is nothing to set up.");
      return 0;
    }
    if (from === "package")
      return new Problem("unsupported", `The npm package's own binary cannot be used: ${failure}.`);
    output.line(`the npm package's own binary: ${failure}`);
  }
  const sources = findSources();
  if (isProblem(sources)) return sources;
  const chosen = await chooseSource(output, options, signal);
  if (isProblem(chosen)) return chosen;
  if (chosen.route === "wheel") {
    const refusal = await askForDownload(output, chosen.wheel, folder, options.yes === true, signal);
    if (refusal !== null) return refusal;
  }
  const setup = await setUpNative({
    source: chosen,
    device: options.device,
    folder,
    sources,
    platform: process.platform,
    signal,
    onProgress: (what, amount, total) => output.progress(what, amount, total),
    verify,
  });
  return isProblem(setup) ? setup : done(output, folder, setup, signal, "is set up");
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

/** A Python's TensorFlow, which costs nothing, or else a wheel. */
async function chooseSource(
  output: Output,
  { from, device }: SetupOptions,
  signal: AbortSignal,
): Promise<Source | Problem> {
  if (from !== "wheel") {
    const found = await findPythonTensorflow();
    for (const one of found) if (!one.ok) output.line(`${one.python} ${one.reason}`);
    const last = found.at(-1);
    if (last?.ok) {
      output.line(
        `${last.found.python} has TensorFlow ${last.found.version} in ${last.found.folder}: nothing is downloaded`,
      );
      return { route: "python", tensorflow: last.found };
    }
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

async function askForDownload(
  output: Output,
  { name, url, size }: { readonly name: string; readonly url: string; readonly size: number | null },
  folder: string,
  isAgreed: boolean,
  signal: AbortSignal,
): Promise<Problem | null> {
  const megabytes = (bytes: number): number => Math.round(bytes / 1e6);
  const sizes =
    size === null
      ? "of unknown size, about 1 GB kept"
      : `${megabytes(size)} MB to download, about ${megabytes(size * unpackedFactor)} MB kept`;
  output.line(`${name} from ${new URL(url).host}: ${sizes} in ${folder}`);
  if (isAgreed) return null;
  if (output.json || !process.stdin.isTTY || !process.stdout.isTTY)
    return new Problem("refused", `The setup would fetch ${name} (${sizes}): say so with --yes.`);
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await lines.question("Download it? [y/N] ", { signal });
    return /^y(es)?$/i.test(answer.trim()) ? null : new Problem("refused", "Nothing was downloaded.");
  } catch {
    return interrupted();
  } finally {
    lines.close();
  }
}

/** Ends with how fast it is: the default backend may be the better one for small models. */
async function done(
  output: Output,
  folder: string,
  setup: NativeSetup,
  signal: AbortSignal,
  what: string,
): Promise<ExitCode | Problem> {
  output.line(`the self-test agrees with the reference; measuring a training step`);
  const tensorflow = await stepMilliseconds("tensorflow", folder, signal);
  const wasm = await stepMilliseconds("wasm", folder, signal);
  const milliseconds = (value: number | null): string =>
    value === null ? "an unknown time" : `${value.toPrecision(3)} ms`;
  const { route, source, version, device } = setup;
  output.result(
    { route, source, version, device, folder, stepMilliseconds: { tensorflow, wasm } },
    [
      `TensorFlow ${version} (${source}) ${what} in ${folder}: --backend tensorflow uses it.`,
      `A training step of a small model (size A) takes ${milliseconds(tensorflow)} on tensorflow and ${milliseconds(wasm)} on wasm.`,
    ].join("\n"),
  );
  return 0;
}
