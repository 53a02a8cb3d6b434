import type { DemonstrationDraft, DraftKind, ExamplePair } from "../protocol/demonstrationDraft";
import type { Demonstration, JsonObject, Prompt } from "./records";
import type { Answered } from "./conversation";

/** Why a draft cannot be submitted yet. */
export type DraftFault = "noPrompt" | "noUseCase" | "noResponse" | "halfPair" | "fewPairs";

/** Whose demonstration it becomes, and when. */
export interface Submission {
  readonly author: string;
  /** ISO 8601. */
  readonly now: string;
}

/** A draft with nothing in it yet; `random` makes its id one of its own. */
export function emptyDraft(kind: DraftKind, createdAt: string, random: string): DemonstrationDraft {
  const id = `by-hand-${createdAt.replace(/\D/g, "").slice(0, 14)}-${random}`;
  const pairs = [1, 2].map(() => ({ query: "", response: "" }));
  return {
    ...{ id, kind, promptId: null, user: null, useCase: "", prompt: "", response: "", pairs },
    ...{ editedFrom: null, replaces: null, createdAt, activeMs: 0, revision: 0 },
  };
}

/** A draft about one of the project's prompts. */
export function draftAbout(
  { id, text, user, useCase }: Prompt,
  empty: DemonstrationDraft,
): DemonstrationDraft {
  return { ...empty, kind: "given", promptId: id, prompt: text, user: user ?? null, useCase: useCase ?? "" };
}

/**
 * The K examples of one instruction with K query and response pairs: each asks one query after the other K − 1 pairs.
 *
 *   prompt_i = instruction, pair_{i+1} … pair_K, pair_1 … pair_{i−1}, query_i        response_i = the response of pair i
 *
 * Parts stand a blank line apart, a response in the line below its query, as behind a prompt with the default `data.promptAfter`. The order
 * is turned, so that no two of the prompts are alike for long.
 *
 * Source: Ouyang et al. 2022, §3.2 (few-shot: an instruction and multiple query and response pairs; each of the K trains with the others as
 * context). How the text is laid out is not stated; our choice.
 *
 * Example: instruction "Opposite.", pairs hot/cold and big/small give "Opposite.\n\nbig\nsmall\n\nhot" → "cold", "Opposite.\n\nhot\ncold\n\nbig" → "small"
 */
export function fewShotExamples(instruction: string, pairs: readonly ExamplePair[]): Answered[] {
  return pairs.map(({ query, response }, i) => {
    const others = [...pairs.slice(i + 1), ...pairs.slice(0, i)];
    const shown = others.map((other) => `${other.query}\n${other.response}`);
    return { prompt: [instruction, ...shown, query].join("\n\n"), response };
  });
}

/** The prompts and responses that a draft stands for: K of a few-shot one, else one. White space around each text is left out. */
export function answeredPrompts(draft: DemonstrationDraft): Answered[] {
  const prompt = draft.kind === "given" ? draft.prompt : draft.prompt.trim();
  if (draft.kind !== "few-shot") return [{ prompt, response: draft.response.trim() }];
  return fewShotExamples(prompt, writtenPairs(draft));
}

function writtenPairs({ pairs }: DemonstrationDraft): ExamplePair[] {
  return pairs
    .map(({ query, response }) => ({ query: query.trim(), response: response.trim() }))
    .filter(({ query, response }) => query !== "" || response !== "");
}

/** What is still missing in a draft; null when it can be submitted. */
export function draftFault(draft: DemonstrationDraft): DraftFault | null {
  const { kind, prompt, response, useCase } = draft;
  if (prompt.trim() === "") return "noPrompt";
  if (kind === "user-based" && useCase === "") return "noUseCase";
  if (kind !== "few-shot") return response.trim() === "" ? "noResponse" : null;
  const pairs = writtenPairs(draft);
  if (pairs.some((pair) => pair.query === "" || pair.response === "")) return "halfPair";
  return pairs.length < 2 ? "fewPairs" : null;
}

/**
 * The records of a draft without faults. Their ids come from the draft's, so that one that was submitted is known by them. The K examples
 * of an instruction count as one user's, so that no split parts them: each holds the others' answers.
 */
export function demonstrationsOf(draft: DemonstrationDraft, { author, now }: Submission): Demonstration[] {
  const { id, kind, promptId, useCase, editedFrom } = draft;
  const answered = answeredPrompts(draft);
  return answered.map(({ prompt, response }, i) => {
    const isFewShot = kind === "few-shot";
    const user = isFewShot ? id : draft.user;
    return {
      id: isFewShot ? `${id}/${i + 1}` : id,
      prompt,
      response,
      ...(user !== null && { user }),
      author,
      meta: {
        ...(kind !== "given" && { kind }),
        ...(useCase !== "" && (kind === "given" || kind === "user-based") && { useCase }),
        ...(promptId !== null && { promptId }),
        createdAt: now,
        activeMs: draft.activeMs,
        ...(isFewShot && { example: i + 1, examples: answered.length }),
        ...(editedFrom !== null && { editedFrom }),
      },
    };
  });
}

/** The record of a line with the texts of its draft; one that differs in white space around it alone stays. Who revised it, and when, is in `meta`. */
export function revisedDemonstration(
  record: Demonstration,
  draft: DemonstrationDraft,
  { author, now }: Submission,
): Demonstration {
  const revised = (before: string, text: string): string =>
    text.trim() === before.trim() ? before : text.trim();
  const { editedFrom } = draft;
  const meta: JsonObject = {
    ...record.meta,
    ...(editedFrom !== null && { editedFrom }),
    revised: { author, at: now, activeMs: draft.activeMs },
  };
  return {
    ...record,
    prompt: revised(record.prompt, draft.prompt),
    response: revised(record.response, draft.response),
    meta,
  };
}
