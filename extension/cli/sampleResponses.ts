import type { Rng } from "../algorithms/rng";
import { tokenPrompts } from "../data/tokenize";
import type { Prompt } from "../data/records";
import { gptPolicy } from "../model/network";
import { Problem } from "../protocol/problem";
import type { RunConfig } from "../protocol/runConfig";
import type { LoadedModel } from "./loadForUse";
import type { Output } from "./output";

export interface SampledResponse {
  readonly text: string;
  readonly tokens: readonly number[];
  /** Sum over its tokens at the sampling temperature, nats. */
  readonly logprob: number;
  readonly endReached: boolean;
  /** What it was drawn with: the same seed, prompt and model give the same response. */
  readonly seed: number;
}

export interface SamplingOptions {
  /** Responses a prompt. */
  readonly k: number;
  readonly temperature: number;
  readonly responseTokens: number;
  readonly rng: Rng;
  readonly data: RunConfig["data"];
}

/** Rows sampled between two signs of progress. */
const rowsAtOnce = 128;

/**
 * K responses to each prompt. Seeds are drawn by prompt, so that a prompt's responses do not depend on the others. A prompt that the model
 * cannot read as a whole is a problem, not cut.
 */
export async function sampleResponses(
  loaded: LoadedModel,
  prompts: readonly Pick<Prompt, "id" | "text">[],
  options: SamplingOptions,
  output: Output,
): Promise<readonly (readonly SampledResponse[])[] | Problem> {
  const { model, tokenizer, reference } = loaded;
  const { k, rng, data } = options;
  const limits = { ...data, maxPromptTokens: Infinity, context: model.shape.context };
  const { prompts: tokenized, leftOut } = tokenPrompts(prompts, tokenizer, limits);
  if (leftOut.length > 0)
    return new Problem(
      "tooLarge",
      `The prompt ${leftOut[0].id} ${leftOut[0].reason} (${reference}): shorten it.`,
    );
  const rows = tokenized.flatMap(({ id, tokens }) => {
    const own = rng.split(id);
    return Array.from({ length: k }, () => ({ tokens, seed: own.integer(2 ** 31 - 1) }));
  });
  const interruption = watchInterruption();
  try {
    const responses: SampledResponse[] = [];
    for (let start = 0; start < rows.length; start += rowsAtOnce) {
      if (await interruption.came()) return interruption.problem;
      responses.push(...(await sampleRows(loaded, rows.slice(start, start + rowsAtOnce), options)));
      if (rows.length > rowsAtOnce) output.progress("answers", responses.length, rows.length);
    }
    return prompts.map((_, i) => responses.slice(i * k, (i + 1) * k));
  } finally {
    interruption.dispose();
  }
}

interface Row {
  readonly tokens: readonly number[];
  readonly seed: number;
}

async function sampleRows(
  { model, tokenizer }: LoadedModel,
  rows: readonly Row[],
  { temperature, responseTokens }: SamplingOptions,
): Promise<SampledResponse[]> {
  const answers = await gptPolicy(model).generate(
    rows.map(({ tokens }) => tokens),
    rows.map(({ seed }) => seed),
    { responseTokens, temperature, endToken: tokenizer.endToken },
  );
  return answers.map(({ tokens, logprobs, endReached }, i) => ({
    text: tokenizer.decode(tokens),
    tokens,
    logprob: logprobs.reduce((sum, logprob) => sum + logprob, 0),
    endReached,
    seed: rows[i].seed,
  }));
}

/** Ctrl-C while sampling: nothing is written yet, so there is nothing to keep. A second one ends the process at once. */
function watchInterruption() {
  let came = false;
  const onSignal = (): void => void (came = true);
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  return {
    dispose: (): void => void process.off("SIGINT", onSignal).off("SIGTERM", onSignal),
    problem: new Problem(
      "interrupted",
      "Stopped while answers were sampled; none was written, and the same command begins them again.",
    ),
    /** Signals arrive between two turns of the event loop alone, and sampling may not leave its turn. */
    came: async (): Promise<boolean> => {
      await new Promise((resolve) => setImmediate(resolve));
      return came;
    },
  };
}
