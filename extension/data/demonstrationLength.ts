import { isProblem, type Problem } from "../protocol/problem";
import type { DraftLength } from "../protocol/demonstrationMessages";
import { parseTokenizerJson } from "../tokenizer/tokenizerJson";
import type { Answered } from "./conversation";
import { promptTokens, type TokenEncoder, type TokenLimits } from "./tokenize";

/** Counts a project's texts: in tokens where its tokenizer is known, else in characters. */
export type LengthCounter = (answered: readonly Answered[]) => DraftLength;

/** A counter by the text of a tokenizer.json, null where there is none yet. `where` is its name in sentences. */
export function lengthCounter(
  text: string | null,
  where: string,
  limits: TokenLimits,
): LengthCounter | Problem {
  const tokenizer = text === null ? null : parseTokenizerJson(text, where);
  if (isProblem(tokenizer)) return tokenizer;
  return (answered) => {
    const lengths = answered.map((each) => lengthOf(each, tokenizer, limits));
    const longest = lengths.reduce(
      (a, b) => (b.prompt + b.response > a.prompt + a.response ? b : a),
      lengths[0],
    );
    return longest ?? lengthOf({ prompt: "", response: "" }, tokenizer, limits);
  };
}

/** Faults are those for which tokenize.ts leaves a demonstration out. */
function lengthOf(
  { prompt, response }: Answered,
  tokenizer: TokenEncoder | null,
  limits: TokenLimits,
): DraftLength {
  const words = response.split(/\s+/).filter(Boolean).length;
  const { maxPromptTokens: maxPrompt, context } = limits;
  if (tokenizer === null) {
    const [p, r] = [[...prompt].length, [...response].length];
    return { unit: "characters", prompt: p, response: r, words, maxPrompt, context, fault: null };
  }
  const p = promptTokens(prompt, tokenizer, limits).length;
  const r = response === "" ? 0 : tokenizer.encode(response).length + 1;
  const fault = p > maxPrompt ? "promptTooLong" : p + Math.max(r, 1) > context ? "noRoom" : null;
  return { unit: "tokens", prompt: p, response: r, words, maxPrompt, context, fault };
}
