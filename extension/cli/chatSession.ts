import type { Rng } from "../algorithms/rng";
import { tokenPrompts } from "../data/tokenize";
import { gptPolicy } from "../model/network";
import type { ChatQuestion } from "../protocol/chatProtocol";
import { Problem } from "../protocol/problem";
import type { RunConfig } from "../protocol/runConfig";
import { createTextStream } from "../tokenizer/textStream";
import type { LoadedModel } from "./loadForUse";

export interface ChatAnswer {
  readonly text: string;
  readonly tokens: readonly number[];
  readonly endReached: boolean;
  readonly cancelled: boolean;
  /** The same seed, prompt, temperature and model give the same answer, here and in `rlhf generate`. */
  readonly seed: number;
  readonly temperature: number;
}

export interface AnswerOptions {
  readonly data: RunConfig["data"];
  readonly temperature: number;
  readonly responseTokens: number;
  /** Draws the seeds of questions that come without one. */
  readonly rng: Rng;
  /** Text that a token completes, as soon as it does. */
  readonly onText: (text: string) => void;
  readonly isCancelled: () => boolean;
}

/** A model's answer to one question, token by token. A prompt that the model cannot read as a whole is a problem, not cut. */
export async function answerQuestion(
  { model, tokenizer, reference }: LoadedModel,
  question: ChatQuestion,
  options: AnswerOptions,
): Promise<ChatAnswer | Problem> {
  const limits = { ...options.data, maxPromptTokens: Infinity, context: model.shape.context };
  const { prompts, leftOut } = tokenPrompts([{ id: question.id, text: question.prompt }], tokenizer, limits);
  if (leftOut.length > 0)
    return new Problem("tooLarge", `The question ${leftOut[0].reason} (${reference}): shorten it.`);
  const seed = question.seed ?? options.rng.split(question.id).integer(2 ** 31 - 1);
  const temperature = question.temperature ?? options.temperature;
  const stream = createTextStream(tokenizer);
  let text = "";
  const say = (piece: string): void => {
    text += piece;
    if (piece !== "") options.onText(piece);
  };
  const [{ tokens, endReached }] = await gptPolicy(model).generate([prompts[0].tokens], [seed], {
    responseTokens: question.responseTokens ?? options.responseTokens,
    temperature,
    endToken: tokenizer.endToken,
    onTokens: async ([{ token }]) => {
      say(stream.push(token));
      // Requests and signals arrive between two turns of the event loop alone, and sampling may not leave its turn.
      await new Promise((resolve) => setImmediate(resolve));
      return !options.isCancelled();
    },
  });
  say(stream.end());
  const cancelled = options.isCancelled() && !endReached;
  return { text, tokens, endReached, cancelled, seed, temperature };
}
