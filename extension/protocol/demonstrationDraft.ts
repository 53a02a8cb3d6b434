import {
  finiteNumber,
  integerFrom,
  listOf,
  nullable,
  object,
  oneOf,
  string,
  type Decoded,
  type Decoder,
} from "./codec";

/** Where a demonstration's prompt comes from: the project's prompts, or one of the kinds that labelers write (Ouyang et al. 2022, §3.2). */
export const draftKinds = ["given", "plain", "few-shot", "user-based"] as const;
export type DraftKind = (typeof draftKinds)[number];

/** The ten use cases of API prompts (Ouyang et al. 2022, Table 1), the most frequent first. */
export const paperUseCases = [
  ...["generation", "openQa", "brainstorming", "chat", "rewrite", "summarization", "classification"],
  ...["other", "closedQa", "extract"],
] as const;

/** How far one text of a draft may go; what a model can read is shorter by far. */
export const maxDraftLetters = 200_000;
export const maxPairs = 50;

const text: Decoder<string> = (value, place) => {
  const read = string(value, place);
  return typeof read === "string" ? read.slice(0, maxDraftLetters) : read;
};

const pair = object({ query: text, response: text });

/** The answer of a model that a response began as. */
export const modelAnswer = object({
  model: string,
  checkpointHash: string,
  temperature: finiteNumber,
  seed: integerFrom(0),
  text,
});
export type ModelAnswer = Decoded<typeof modelAnswer>;

/** A demonstration as far as it is written. */
export const demonstrationDraft = object({
  /** Becomes the record's id, so that what was submitted already is known by it. */
  id: string,
  kind: oneOf(draftKinds),
  /** Of the project's prompt that it answers. */
  promptId: nullable(string),
  /** Whose prompt it is, where that is known. */
  user: nullable(string),
  useCase: string,
  /** The prompt; of a few-shot one, the instruction. */
  prompt: text,
  response: text,
  /** Of a few-shot one. */
  pairs: listOf(pair),
  editedFrom: nullable(modelAnswer),
  /** The line of the file that it takes the place of, and what that held when it was opened; null for a new one. */
  replaces: nullable(object({ line: integerFrom(1), text: string })),
  createdAt: string,
  /** Milliseconds that the labeler worked on it, idle time apart. */
  activeMs: integerFrom(0),
  /** Counts the page's edits, so that of two copies the later one is known. */
  revision: integerFrom(0),
});
export type DemonstrationDraft = Decoded<typeof demonstrationDraft>;
export type ExamplePair = Decoded<typeof pair>;

export const draftFileVersion = 1;

/** A labeler's drafts, in the order in which they were begun. */
export const draftFile = object({ formatVersion: integerFrom(1), drafts: listOf(demonstrationDraft) });

/** A draft with nothing of the labeler's own in it, which need not be kept. */
export function isUnwritten(draft: DemonstrationDraft): boolean {
  const { kind, replaces, prompt, response, pairs } = draft;
  if (replaces !== null) return draft.revision === 0;
  const isPromptOwn = kind !== "given" && prompt.trim() !== "";
  const isPaired = pairs.some((each) => each.query.trim() !== "" || each.response.trim() !== "");
  return !isPromptOwn && !isPaired && response.trim() === "";
}

/**
 * The draft with what the page may change of it. A given prompt is not the labeler's to change, and one who empties the response and writes
 * anew has not edited a model's. Host and page apply the same.
 */
export function withEdit(before: DemonstrationDraft, edited: DemonstrationDraft): DemonstrationDraft {
  const { response, pairs, useCase, activeMs, revision } = edited;
  return {
    ...before,
    ...{ response, pairs, useCase, activeMs, revision },
    prompt: before.kind === "given" ? before.prompt : edited.prompt,
    editedFrom: response.trim() === "" ? null : before.editedFrom,
  };
}
