import { compiledStep, integers, type StepInput } from "../engine/compiledStep";
import { ops } from "../engine/ops";
import type { Generated, GenerateOptions } from "./generate";
import type { PolicyNetwork } from "./network";
import { asTheyAre, batchInputs, padBatch } from "./sequences";

/**
 * Samples as `generate` does, but with a full forward pass for each token: for networks without a key/value cache, and as the reference that
 * the cache is checked against. Same seeds, same draws.
 */
export async function generateUncached(
  policy: Pick<PolicyNetwork, "logits" | "context" | "vocabulary">,
  prompts: readonly (readonly number[])[],
  seeds: readonly number[],
  options: GenerateOptions,
): Promise<Generated[]> {
  const rows = prompts.map((prompt, i) => ({
    prompt,
    seed: seeds[i],
    response: [] as number[],
    logprobs: [] as number[],
  }));
  const unfinished = (row: (typeof rows)[number]): boolean =>
    row.response[row.response.length - 1] !== options.endToken &&
    row.response.length < options.responseTokens &&
    row.prompt.length + row.response.length < policy.context;
  const temperature = options.temperature === 0 ? 1 : options.temperature;
  for (let alive = rows.filter(unfinished); alive.length > 0; alive = alive.filter(unfinished)) {
    const last = ({ prompt, response }: { prompt: readonly number[]; response: readonly number[] }) => [
      prompt.length + response.length - 1,
    ];
    const batch = padBatch(alive, last, policy, asTheyAre);
    const step = compiledStep<
      Record<"ids" | "positions" | "rows" | "seeds" | "places", StepInput>,
      "tokens" | "logprobs"
    >(
      { of: policy, name: `next token of ${batch.batch} (${options.temperature})` },
      ({ ids, positions, rows: chosen, seeds: seed, places }) => {
        const logits = policy.logits({ ids, positions, batch: batch.batch }, chosen);
        const tokens = ops().sampleTokens(logits, seed, places, options.temperature);
        return { tokens, logprobs: ops().tokenLogprobs(logits, tokens, temperature) };
      },
    );
    const { tokens, logprobs } = await step({
      ...batchInputs(batch),
      seeds: integers(alive.map((row) => row.seed)),
      places: integers(alive.map((row) => row.prompt.length + row.response.length)),
    });
    alive.forEach((row, b) => {
      row.response.push(tokens[b]);
      row.logprobs.push(logprobs[b]);
    });
  }
  return rows.map(({ response, logprobs }) => ({
    tokens: response,
    logprobs,
    endReached: response[response.length - 1] === options.endToken,
  }));
}
