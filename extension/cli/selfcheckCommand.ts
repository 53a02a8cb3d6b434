import type { Command } from "commander";
import { useBackend } from "../engine/backend";
import { nearestWord } from "../protocol/nearest";
import { Problem } from "../protocol/problem";
import { checks, defaultCheckOptions, type CheckOptions, type CheckResult } from "../selfcheck/checks";
import { action } from "./action";
import { runApart, runsApart } from "./apart";
import { backendForUse } from "./chooseBackend";
import { numberFrom, wholeNumber } from "./globalFlags";
import type { OpenOutput } from "./output";
import { recorded, toFlag } from "./recordTo";
import { sayRefusedSteps } from "./refusedSteps";
import { shownNumber } from "./table";
import { usualWork } from "./trialWork";

interface SelfcheckOptions {
  readonly vocab: number;
  readonly length: number;
  readonly beta?: number;
  readonly iterations?: number;
  readonly episodes: number;
  readonly prompts: number;
  readonly k: number;
  readonly ptx: number;
  readonly to?: string;
}

export function registerSelfcheck(program: Command, openOutput: OpenOutput): void {
  const { vocabulary, length, episodes, prompts, k, ptx } = defaultCheckOptions;
  const command = program
    .command("selfcheck")
    .argument("[name...]", `which checks: ${Object.keys(checks).join(", ")} (default: all)`)
    .option("--vocab <n>", "exact-optimum: tokens of the language", wholeNumber(2, 32), vocabulary)
    .option("--length <n>", "exact-optimum: length of a response", wholeNumber(1, 12), length)
    .option("--beta <x>", "exact-optimum, pipeline: weight of the KL penalty", numberFrom(0.001, 100))
    .option("--iterations <n>", "exact-optimum, pipeline: iterations of PPO", wholeNumber(1, 100_000))
    .option("--episodes <n>", "exact-optimum: episodes an iteration", wholeNumber(8, 65_536), episodes)
    .option("--prompts <n>", "pipeline: ranked prompts", wholeNumber(16, 1_000_000), prompts)
    .option("--k <n>", "pipeline: responses ranked a prompt", wholeNumber(2, 9), k)
    .option("--ptx <x>", "pipeline: weight of the pretraining loss", numberFrom(0, 1000), ptx)
    .option(...toFlag)
    .description(
      "prove this build on your machine and backend; the world of each check is drawn from the seed",
    )
    .addHelpText("after", "\nExample:\n  rlhf selfcheck golden exact-optimum --seed 7 --beta 0.3 --json");
  command.action(
    action<SelfcheckOptions, readonly [readonly string[]]>(
      openOutput,
      recorded("selfcheck", async ({ output, flags, options, words: [asked] }) => {
        const names = asked.length > 0 ? asked : Object.keys(checks);
        const wrong = wrongUse(names, options);
        if (wrong !== null) command.error(`error: ${wrong}`);
        if (runsApart(flags.backend ?? "wasm")) return await runApart();
        const threads = flags.threads ?? 0;
        const name = await backendForUse(flags.backend ?? "wasm", usualWork, threads, output);
        sayRefusedSteps();
        const backend = await useBackend(name, { threads });
        if (!backend.ok) return new Problem("unsupported", `${backend.problem}.`);
        output.line(`on ${backend.info.name}: ${backend.info.device}`);
        const { device, threads: running } = backend.info;
        output.emit({ type: "event", event: "selfcheck", backend: name, device, threads: running });
        const { vocab, beta = null, iterations = null, ...rest } = options;
        const settings = { ...rest, vocabulary: vocab, beta, iterations, seed: flags.seed ?? 1 };
        let failed = 0;
        for (const name of names) {
          const start = performance.now();
          const { passed, figures, message } = await runCheck(name, settings);
          const seconds = (performance.now() - start) / 1000;
          if (!passed) failed++;
          output.emit({ type: "check", name, passed, seconds, figures, ...(message && { message }) });
          const shown = Object.entries(figures).map(([key, value]) => `${key} ${shownNumber(value)}`);
          output.line(
            [passed ? "passed" : "FAILED", name, `${seconds.toFixed(1)} s`, ...shown, message ?? ""]
              .join("  ")
              .trimEnd(),
          );
        }
        const passed = names.length - failed;
        output.result({ passed, failed }, `${passed} passed, ${failed} failed`);
        return failed === 0 ? 0 : 1;
      }),
    ),
  );
}

function wrongUse(names: readonly string[], { vocab, length, episodes }: SelfcheckOptions): string | null {
  for (const name of names)
    if (!Object.hasOwn(checks, name))
      return `there is no check "${name}"; the nearest is ${nearestWord(name, Object.keys(checks))}.`;
  if (episodes % 8 !== 0) return `--episodes must be a multiple of 8, but is ${episodes}.`;
  if (vocab ** length > 100_000)
    return `--vocab ${vocab} and --length ${length} give more than 100,000 responses to enumerate; lower one of them.`;
  return null;
}

/** A check that throws has failed, and says why. */
async function runCheck(
  name: string,
  options: CheckOptions,
): Promise<CheckResult & { readonly message?: string }> {
  try {
    return await checks[name](options);
  } catch (error) {
    return { passed: false, figures: {}, message: error instanceof Error ? error.message : String(error) };
  }
}
