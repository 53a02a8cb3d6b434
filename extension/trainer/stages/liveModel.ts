import { createRng } from "../../algorithms/rng";
import { promptTokens, type PromptTemplate } from "../../data/tokenize";
import type { GptModel } from "../../model/gpt";
import { gptPolicy, gptScalar } from "../../model/network";
import { headValues, responseLogprobs, topTokens } from "../../model/score";
import { responsePositions, type Sequence } from "../../model/sequences";
import type { Tokenizer } from "../../tokenizer/tokenizer";
import { scoreSequences } from "../rewardModel";
import type { Stage } from "../stage";
import { scoreAnswers } from "./scorers";

/** The models of a running stage that clients may ask: what is absent cannot be asked for. */
export interface LiveParts {
  readonly tokenizer: Tokenizer;
  readonly template: PromptTemplate;
  readonly policy?: GptModel;
  readonly reference?: GptModel;
  readonly rewardModel?: GptModel;
  readonly value?: GptModel;
}

const alternatives = 5;

/** Answers to `generate`, `score` and `inspectTokens` from the models as they are between two steps. */
export function liveModel(parts: LiveParts): Pick<Stage, "generate" | "score" | "inspectTokens"> {
  const { policy, rewardModel } = parts;
  return {
    ...(policy ? { generate: (request) => generate(parts, policy, request) } : {}),
    ...(rewardModel
      ? {
          score: async ({ prompt, responses }) => {
            const sequences = responses.map((response) => fitted(parts, rewardModel, prompt, response));
            return { scores: [...(await scoreSequences(rewardModel, sequences))] };
          },
        }
      : {}),
    ...(policy ? { inspectTokens: (request) => inspectTokens(parts, policy, request) } : {}),
  };
}

async function generate(
  { tokenizer, template, rewardModel }: LiveParts,
  policy: GptModel,
  request: Parameters<NonNullable<Stage["generate"]>>[0],
): ReturnType<NonNullable<Stage["generate"]>> {
  const { prompt, k, temperature, responseTokens, seed } = request;
  const tokens = promptTokens(prompt, tokenizer, template).slice(-(policy.shape.context - 1));
  const rng = createRng(seed).split("generate");
  const answers = await gptPolicy(policy).generate(
    new Array<readonly number[]>(k).fill(tokens),
    Array.from({ length: k }, () => rng.integer(2 ** 31 - 1)),
    { responseTokens, temperature, endToken: tokenizer.endToken },
  );
  const sequences = answers.map((answer) => ({ prompt: tokens, response: answer.tokens }));
  const scores = rewardModel ? await scoreAnswers(rewardModel, sequences, tokenizer.endToken) : null;
  return {
    responses: answers.map((answer, i) => ({
      text: tokenizer.decode(answer.tokens),
      tokens: [...answer.tokens],
      logprobs: [...answer.logprobs],
      score: scores ? scores[i] : null,
    })),
  };
}

async function inspectTokens(
  parts: LiveParts,
  policy: GptModel,
  { prompt, response }: Parameters<NonNullable<Stage["inspectTokens"]>>[0],
): ReturnType<NonNullable<Stage["inspectTokens"]>> {
  const { tokenizer, reference, value } = parts;
  const sequence = fitted(parts, policy, prompt, response);
  const of = await responseLogprobs(gptPolicy(policy), [sequence], 1);
  const against = reference && (await responseLogprobs(gptPolicy(reference), [sequence], 1));
  const values = value && (await headValues(gptScalar(value), [sequence], responsePositions));
  const [top] = await topTokens(gptPolicy(policy), [sequence], 1, alternatives);
  return {
    tokens: sequence.response.map((token, t) => ({
      token,
      text: tokenizer.textOf(token),
      logprob: of.logprobs[0][t],
      referenceLogprob: against ? against.logprobs[0][t] : null,
      value: values ? values[0][t] : null,
      alternatives: top[t].map(([other, logprob]) => ({
        token: other,
        text: tokenizer.textOf(other),
        logprob,
      })),
    })),
  };
}

/** Prompt and response with its end, cut on the left to what the model can read. */
function fitted(
  { tokenizer, template }: LiveParts,
  model: GptModel,
  prompt: string,
  response: string,
): Sequence {
  const end = [...tokenizer.encode(response), tokenizer.endToken].slice(0, model.shape.context - 1);
  const start = promptTokens(prompt, tokenizer, template);
  return { prompt: start.slice(Math.max(0, start.length + end.length - model.shape.context)), response: end };
}
