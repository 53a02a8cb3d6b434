import type { Command } from "commander";
import { useBackend } from "../engine/backend";
import { createOptimizer, disposeOptimizer } from "../engine/optimizer";
import { disposeParameters } from "../engine/parameters";
import { generate } from "../model/generate";
import { decodeText } from "../protocol/codec";
import { Problem, isProblem } from "../protocol/problem";
import { defaultConfig } from "../protocol/resolveConfig";
import { quantile } from "../algorithms/statistics";
import { evenWeights, languageModelStep } from "../trainer/languageModel";
import { action } from "./action";
import { benchModel, randomTokens } from "./benchWeights";
import { timed } from "./benchTasks";
import type { OpenOutput } from "./output";
import { trialWork, type TrialWork } from "./trialWork";

/** How long one piece of work is repeated. */
const trialMilliseconds = 500;
const mostRounds = 20;
/** New tokens that are sampled; more take as long each. */
const sampledTokens = 8;

/**
 * What `tryBackend` starts as a process of its own: loads one backend, runs its self-test, and times the work that it is given. Not for people,
 * who have `doctor` and `bench`.
 */
export function registerTrial(program: Command, openOutput: OpenOutput): void {
  program
    .command("trial", { hidden: true })
    .argument("[work]", "what is timed, as JSON")
    .description("load one backend and time some work on it")
    .action(
      action<object, readonly [string | undefined]>(openOutput, async ({ output, flags, words: [text] }) => {
        const work = text === undefined ? null : decodeText(trialWork, text, "trial");
        if (isProblem(work)) return work;
        if (flags.backend === undefined || flags.backend === "auto")
          return new Problem("invalidValue", "A trial is of one backend: name it with --backend.");
        const started = await useBackend(flags.backend, { threads: flags.threads ?? 0 });
        if (!started.ok) return new Problem("unsupported", started.problem);
        const { device, threads, usesGpu } = started.info;
        // A GPU is taken without being timed.
        const milliseconds = work === null || usesGpu ? null : await measure(work);
        output.result({ device, threads, usesGpu, selfTest: started.selfTest, milliseconds }, device);
        return 0;
      }),
    );
}

async function measure({ shape, train, sample }: TrialWork): Promise<number> {
  const training = train === null ? 0 : train.steps * (await trainingStep(shape, train));
  const sampling = sample === null ? 0 : sample.rounds * (await samplingRound(shape, sample));
  return training + sampling;
}

async function trainingStep(
  shape: TrialWork["shape"],
  { sequences, tokens }: NonNullable<TrialWork["train"]>,
): Promise<number> {
  const model = benchModel(shape, "trial");
  const optimizer = createOptimizer(model.parameters, defaultConfig().sft);
  const rows = randomTokens("trial", sequences, Math.max(2, tokens), shape);
  const batch = evenWeights(rows.map((row) => ({ prompt: row.slice(0, 1), response: row.slice(1) })));
  let step = 0;
  const milliseconds = await medianOf(() =>
    languageModelStep(model, optimizer, batch, { step: ++step, learningRate: 0, dropout: 0, seed: 0 }),
  );
  disposeOptimizer(optimizer);
  disposeParameters(model.parameters);
  return milliseconds;
}

async function samplingRound(
  shape: TrialWork["shape"],
  { rows, promptTokens, responseTokens }: NonNullable<TrialWork["sample"]>,
): Promise<number> {
  const model = benchModel(shape, "trial");
  const prompts = randomTokens("trial", rows, promptTokens, shape);
  const sampled = Math.min(responseTokens, sampledTokens);
  const options = { responseTokens: sampled, temperature: 1, endToken: -1 };
  let drawn = 0;
  const milliseconds = await medianOf(() =>
    generate(
      model,
      prompts,
      prompts.map(() => ++drawn),
      options,
    ),
  );
  disposeParameters(model.parameters);
  return (milliseconds * responseTokens) / sampled;
}

/** The median of as many rounds as fit the trial, after one that compiles and warms up. */
async function medianOf(work: () => Promise<unknown>): Promise<number> {
  await work();
  const times: number[] = [];
  const start = performance.now();
  do times.push(await timed(work));
  while (times.length < mostRounds && performance.now() - start < trialMilliseconds);
  return quantile(times, 0.5);
}
