import { createInterface } from "node:readline/promises";
import { Option, type Command } from "commander";
import { nativeFolder, type NativeSetup } from "../engine/tensorflow/nativeSetup";
import { findSources } from "../native/compileAddon";
import { interrupted } from "../native/packageIndex";
import { removeNative, setUpNative, type Source } from "../native/setUp";
import { isProblem, Problem } from "../protocol/problem";
import { action, type ExitCode, type Outcome } from "./action";
import { planFacts, planNative, planText, unasked, type PlanOptions } from "./nativePlan";
import { stepMilliseconds, tryNative } from "./nativeTrial";
import type { OpenOutput, Output } from "./output";

interface SetupOptions extends PlanOptions {
  readonly plan?: boolean;
  readonly yes?: boolean;
  readonly remove?: boolean;
}

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
    .option("--plan", "say what it would do, download and keep, and do nothing")
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
  const verify = async (place: string): Promise<string | null> => {
    output.progress("trying TensorFlow", 0, 1);
    const failure = await tryNative(place, signal);
    output.progress("trying TensorFlow", 1, 1);
    return failure;
  };
  const plan = await planNative(output, folder, options, signal, verify);
  if (signal.aborted) return interrupted();
  if (isProblem(plan)) return plan;
  if (options.plan === true || plan.state === "package") {
    output.result(planFacts(plan, folder), planText(plan, folder));
    return 0;
  }
  if (plan.state === "ready") return done(output, folder, plan.setup, signal, "is set up already");
  output.line(planText(plan, folder));
  const refusal = options.yes === true ? null : await askForDownload(output, plan.source, signal);
  if (refusal !== null) return refusal;
  const setup = await setUpNative({
    source: plan.source,
    device: options.device,
    folder,
    prebuilt: plan.prebuilt,
    sources: findSources(),
    platform: process.platform,
    signal,
    onProgress: (what, amount, total) => output.progress(what, amount, total),
    onUnfit: (reason) => output.line(`the addon that came along does not fit: ${reason}`),
    verify,
  });
  return isProblem(setup) ? setup : done(output, folder, setup, signal, "is set up");
}

async function askForDownload(output: Output, source: Source, signal: AbortSignal): Promise<Problem | null> {
  if (source.route === "python") return null;
  if (output.json || !process.stdin.isTTY || !process.stdout.isTTY) return unasked(source.wheel);
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
  const measured: (number | null)[] = [];
  for (const backend of ["tensorflow", "wasm"]) {
    output.progress("measuring a training step", measured.length, 2);
    measured.push(await stepMilliseconds(backend, folder, signal));
  }
  output.progress("measuring a training step", 2, 2);
  const [tensorflow, wasm] = measured;
  const milliseconds = (value: number | null): string =>
    value === null ? "an unknown time" : `${value.toPrecision(3)} ms`;
  const { route, source, version, device, addon } = setup;
  output.result(
    { route, source, version, device, addon, folder, stepMilliseconds: { tensorflow, wasm } },
    [
      `TensorFlow ${version} (${source}) ${what} in ${folder}: --backend tensorflow uses it.`,
      addon === "prebuilt" ? "Its addon is the one that came along." : "Its addon was built on this machine.",
      "Its self-test agrees with the reference.",
      `A training step of a small model (size A) takes ${milliseconds(tensorflow)} on tensorflow and ${milliseconds(wasm)} on wasm.`,
    ].join("\n"),
  );
  return 0;
}
