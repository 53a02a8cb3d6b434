import { changedResponse, withoutWord, wordsOf } from "../data/probeVariants";
import { demonstrationSequences, type TokenSequence } from "../data/tokenize";
import { headValues } from "../model/score";
import { gptScalar } from "../model/network";
import type { Sequence } from "../model/sequences";
import { probeVariants, type ProbeEvent } from "../protocol/probeProtocol";
import { Problem, isProblem } from "../protocol/problem";
import { createTextStream } from "../tokenizer/textStream";
import type { LoadedModel } from "./loadForUse";
import { scoreAnswers, type Answer } from "./scoreAnswers";

type EventNamed<N extends ProbeEvent["event"]> = Omit<
  Extract<ProbeEvent, { readonly event: N }>,
  "event" | "id"
>;

/** Where the model has read one more token of the response: P … P+R−1. At the last, end-of-text, stands the score. */
const readPositions = ({ prompt, response }: Sequence): number[] => response.map((_, t) => prompt.length + t);

/**
 * The score of an answer, and what the model's head says after each of its tokens. It was trained at the last token alone: what it says before
 * shows where the score comes from, and is no score of the shorter answer.
 */
export async function runningScores(
  loaded: LoadedModel,
  answer: Answer,
): Promise<EventNamed<"scored"> | Problem> {
  const sequence = sequenceOf(loaded, answer);
  if (isProblem(sequence)) return sequence;
  const [scores] = await headValues(gptScalar(loaded.model), [sequence], readPositions);
  const stream = createTextStream(loaded.tokenizer);
  const tokens = sequence.response.map((token, t) => ({
    text: t === sequence.response.length - 1 ? stream.end() : stream.push(token),
    score: scores[t],
  }));
  return { score: scores[scores.length - 1], tokens };
}

/** What each word is worth, by leaving it out, and what the canned changes do to the score. */
export async function explainScore(
  loaded: LoadedModel,
  { prompt, response }: Answer,
): Promise<EventNamed<"explained">> {
  const words = wordsOf(response);
  const without = words.map((_, i) => withoutWord(response, i));
  const changed = probeVariants.map((name) => ({ name, response: changedResponse(response, name) }));
  const texts = [response, ...without, ...changed.map((each) => each.response ?? response)];
  const scored = await scoreAnswers(
    loaded,
    texts.map((text) => ({ prompt, response: text })),
  );
  const scores = scored.map((each) => each?.score ?? NaN);
  return {
    words: words.map((text, i) => ({ text, effect: scores[0] - scores[1 + i] })),
    variants: changed.map((each, i) => ({
      ...each,
      score: each.response === null ? NaN : scores[1 + words.length + i],
    })),
  };
}

function sequenceOf(
  { model, tokenizer, template, reference }: LoadedModel,
  answer: Answer,
): TokenSequence | Problem {
  const limits = { ...template, maxPromptTokens: Infinity, context: model.shape.context };
  const { sequences, leftOut } = demonstrationSequences([{ id: "answer", ...answer }], tokenizer, limits);
  return leftOut.length === 0
    ? sequences[0]
    : new Problem("tooLarge", `The answer ${leftOut[0].reason} (${reference}): shorten it.`);
}
