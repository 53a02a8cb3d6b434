import { rankingPairs } from "../algorithms/rankingPairs";
import type { Tokenizer } from "../tokenizer/tokenizer";
import type { Comparison, Demonstration, Prompt } from "./records";

/** A prompt with its response as token ids; the response ends with end-of-text. */
export interface TokenSequence {
  readonly prompt: readonly number[];
  readonly response: readonly number[];
}

export interface TokenizedPrompt {
  readonly id: string;
  readonly text: string;
  readonly tokens: readonly number[];
}

/** The K sequences of one prompt and its pairs, indices into them; `target` is the probability that the winner is preferred. */
export interface TokenizedComparison {
  readonly id: string;
  readonly sequences: readonly TokenSequence[];
  readonly pairs: readonly { readonly winner: number; readonly loser: number; readonly target: number }[];
}

/** What stands around every prompt, part of what the model reads. */
export interface PromptTemplate {
  readonly promptBefore: string;
  readonly promptAfter: string;
}

export interface TokenLimits extends PromptTemplate {
  readonly maxPromptTokens: number;
  /** Longest prompt and response together. */
  readonly context: number;
}

/** A record that cannot be used, and why: a sentence without its subject. */
export interface LeftOut {
  readonly id: string;
  readonly reason: string;
}

/** What tokenizing asks of a tokenizer. */
export type TokenEncoder = Pick<Tokenizer, "encode" | "endToken">;

/** The tokens that a model reads before it answers a prompt. */
export function promptTokens(
  prompt: string,
  tokenizer: TokenEncoder,
  { promptBefore, promptAfter }: PromptTemplate,
): number[] {
  return tokenizer.encode(promptBefore + prompt + promptAfter);
}

/** Prompts to answer; those of no tokens, or of more than `maxPromptTokens` or the context, are left out. */
export function tokenPrompts(
  prompts: readonly Pick<Prompt, "id" | "text">[],
  tokenizer: TokenEncoder,
  limits: TokenLimits,
): { readonly prompts: readonly TokenizedPrompt[]; readonly leftOut: readonly LeftOut[] } {
  const kept: TokenizedPrompt[] = [];
  const leftOut: LeftOut[] = [];
  for (const { id, text } of prompts) {
    const tokens = promptTokens(text, tokenizer, limits);
    const reason = unfitPrompt(tokens, limits);
    if (reason === null) kept.push({ id, text, tokens });
    else leftOut.push({ id, reason });
  }
  return { prompts: kept, leftOut };
}

/** Demonstrations to imitate: template and prompt, then the response with end-of-text. */
export function demonstrationSequences(
  demonstrations: readonly Demonstration[],
  tokenizer: TokenEncoder,
  limits: TokenLimits,
): { readonly sequences: readonly TokenSequence[]; readonly leftOut: readonly LeftOut[] } {
  const sequences: TokenSequence[] = [];
  const leftOut: LeftOut[] = [];
  for (const { id, prompt, response } of demonstrations) {
    const sequence = sequenceOf(prompt, response, tokenizer, limits);
    const reason = unfitSequence(sequence, limits);
    if (reason === null) sequences.push(sequence);
    else leftOut.push({ id, reason });
  }
  return { sequences, leftOut };
}

/**
 * Comparisons as the reward model reads them. One is left out whole when one of its sequences does not fit, so that what remains is not
 * chosen by length, or when it holds no pair.
 */
export function comparisonSequences(
  comparisons: readonly Comparison[],
  tokenizer: TokenEncoder,
  limits: TokenLimits & { readonly ties: "drop" | "soft" },
): { readonly rankings: readonly TokenizedComparison[]; readonly leftOut: readonly LeftOut[] } {
  const leftOut: LeftOut[] = [];
  const rankings = comparisons.flatMap(({ id, prompt, responses, tiers }) => {
    const sequences = responses.map(({ text }) => sequenceOf(prompt, text, tokenizer, limits));
    const reasons = sequences.map((sequence) => unfitSequence(sequence, limits));
    const pairs = rankingPairs(
      tiers.map((tier) => tier.map(String)),
      limits.ties,
    ).map(({ winner, loser, target }) => ({ winner: Number(winner), loser: Number(loser), target }));
    const reason =
      reasons.find((each) => each !== null) ?? (pairs.length === 0 ? "ties all its responses" : null);
    if (reason !== null) leftOut.push({ id, reason });
    return reason === null ? [{ id, sequences, pairs }] : [];
  });
  return { rankings, leftOut };
}

/**
 * Pretraining text as sequences of `length` tokens: every document with end-of-text behind it, one after the other, cut without regard
 * for where a document begins; the last piece is dropped when it is shorter. The first token of a sequence stands for the prompt, so
 * that the loss is over all the others. Throws RangeError when `length` is below 2, which would leave nothing to predict.
 */
export function packDocuments(
  documents: readonly string[],
  tokenizer: TokenEncoder,
  length: number,
): TokenSequence[] {
  if (length < 2) throw new RangeError(`a pretraining sequence needs at least 2 tokens, not ${length}`);
  const sequences: TokenSequence[] = [];
  let piece: number[] = [];
  for (const document of documents) {
    for (const token of [...tokenizer.encode(document), tokenizer.endToken]) {
      piece.push(token);
      if (piece.length < length) continue;
      sequences.push({ prompt: piece.slice(0, 1), response: piece.slice(1) });
      piece = [];
    }
  }
  return sequences;
}

/**
 * A prompt behind demonstrations, as a base model that was never tuned is asked: one page of them, each ended by a line end, so that the
 * model sees on the page what it is to go on with. From the last one back, as many as the context holds. Source: Ouyang et al. 2022, §3.5.
 */
export function fewShotTokens(
  examples: readonly Demonstration[],
  prompt: readonly number[],
  tokenizer: TokenEncoder,
  limits: PromptTemplate & { readonly context: number },
): number[] {
  let tokens = [...prompt];
  for (const example of [...examples].reverse()) {
    const { promptBefore, promptAfter } = limits;
    const shot = tokenizer.encode(`${promptBefore}${example.prompt}${promptAfter}${example.response}\n`);
    if (shot.length + tokens.length > limits.context) break;
    tokens = [...shot, ...tokens];
  }
  return tokens;
}

/** Where the answer to a prompt behind demonstrations ends: at the line end before the next prompt. */
export function fewShotStop({ promptBefore }: PromptTemplate): string {
  return `\n${promptBefore}`;
}

function sequenceOf(
  prompt: string,
  response: string,
  tokenizer: TokenEncoder,
  template: PromptTemplate,
): TokenSequence {
  return {
    prompt: promptTokens(prompt, tokenizer, template),
    response: [...tokenizer.encode(response), tokenizer.endToken],
  };
}

function unfitPrompt(tokens: readonly number[], { maxPromptTokens, context }: TokenLimits): string | null {
  if (tokens.length === 0) return "has an empty prompt";
  if (tokens.length > maxPromptTokens)
    return `has a prompt of ${tokens.length} tokens, more than data.maxPromptTokens, ${maxPromptTokens}`;
  return tokens.length < context
    ? null
    : `has a prompt of ${tokens.length} tokens, which leaves no room for a response in a context of ${context}`;
}

function unfitSequence({ prompt, response }: TokenSequence, limits: TokenLimits): string | null {
  const total = prompt.length + response.length;
  const tooLong = `has ${total} tokens with its response, more than the context of ${limits.context}`;
  return unfitPrompt(prompt, limits) ?? (total > limits.context ? tooLong : null);
}
