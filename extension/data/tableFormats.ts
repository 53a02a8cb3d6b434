import { isObject } from "../protocol/codec";
import {
  answeredConversation,
  conversationPrompt,
  messageTurns,
  transcriptTurns,
  type Answered,
  type Turn,
} from "./conversation";
import { instructionPrompt } from "./publishedFormats";
import { partOf } from "./groupColumns";
import type { Comparison } from "./records";
import {
  oneRecord,
  onePart,
  pairOf,
  refusal,
  type IdOf,
  type Reading,
  type Row,
  type RowFormat,
} from "./rowFormat";
import { extras, fieldsOf, type FieldName, type Fields } from "./tableFields";

// Rows whose fields say what they hold, in JSON or in a table: TRL's formats, transcripts, and what others call the same things.

const isConversation = (value: unknown): boolean => Array.isArray(value) && value.every(isObject);

/** A text, or the prompt that a list of messages is; a reason where it is neither. */
function promptOf({ prompt, input }: Fields): { readonly prompt: string } | { readonly reason: string } {
  if (prompt === undefined && typeof input === "string") return { prompt: input };
  if (typeof prompt === "string")
    return { prompt: instructionPrompt(prompt, typeof input === "string" ? input : "") };
  const turns = isConversation(prompt) ? messageTurns(prompt) : '"prompt" must be text or a list of messages';
  return typeof turns === "string" ? { reason: turns } : { prompt: conversationPrompt(turns) };
}

/** The text of an answer: itself, or the last message of a list when the assistant wrote it. */
function answerOf(value: unknown, name: string): { readonly text: string } | { readonly reason: string } {
  if (typeof value === "string") return { text: value };
  const turns = isConversation(value) ? messageTurns(value) : `"${name}" must be text or a list of messages`;
  if (typeof turns === "string") return { reason: turns };
  const last = turns.at(-1);
  return last?.role === "assistant"
    ? { text: last.text }
    : { reason: `"${name}" must end with a message of the assistant` };
}

/** Where two answers to one prompt begin with it: the conversation, or the text, that both share. */
function sharedPrompt(
  chosen: unknown,
  rejected: unknown,
): { readonly pair: readonly [Answered, Answered] } | { readonly reason: string } {
  if (typeof chosen === "string" && typeof rejected === "string") {
    const turns = [chosen, rejected].map(transcriptTurns);
    return turns[0] && turns[1] ? answeredAlike(turns[0], turns[1]) : sharedBeginning(chosen, rejected);
  }
  const [better, worse] = [chosen, rejected].map((value) =>
    isConversation(value)
      ? messageTurns(value)
      : '"chosen" and "rejected" must both be text or lists of messages',
  );
  if (typeof better === "string") return { reason: better };
  return typeof worse === "string" ? { reason: worse } : answeredAlike(better, worse);
}

function answeredAlike(chosen: readonly Turn[], rejected: readonly Turn[]): ReturnType<typeof sharedPrompt> {
  const [better, worse] = [answeredConversation(chosen), answeredConversation(rejected)];
  if (!better || !worse) return { reason: "a conversation does not end with an answer of the assistant" };
  if (better.prompt !== worse.prompt)
    return {
      reason: "the conversations differ before the last answer, so they are no answers to one prompt",
    };
  return { pair: [better, worse] };
}

/** As TRL does it: all that both texts begin with is the prompt, but a space before the first difference belongs to the answers. */
function sharedBeginning(chosen: string, rejected: string): ReturnType<typeof sharedPrompt> {
  let end = 0;
  while (end < chosen.length && chosen[end] === rejected[end]) end++;
  if (chosen[end - 1] === " ") end--;
  const prompt = chosen.slice(0, end);
  if (prompt.trim() === "") return { reason: "the two texts share no beginning that could be the prompt" };
  return {
    pair: [
      { prompt, response: chosen.slice(end) },
      { prompt, response: rejected.slice(end) },
    ],
  };
}

function readPair(row: unknown, idOf: IdOf): Reading {
  const fields = fieldsOf(row);
  const { chosen, rejected } = fields;
  const isImplicit = fields.prompt === undefined || (isConversation(chosen) && isWholeConversation(chosen));
  if (isImplicit) {
    const shared = sharedPrompt(chosen, rejected);
    if ("reason" in shared) return refusal(shared.reason);
    const [{ prompt, response }, other] = shared.pair;
    return pairReading(row, fields, { prompt, chosen: response, rejected: other.response }, idOf);
  }
  const prompt = promptOf(fields);
  const [better, worse] = [answerOf(chosen, "chosen"), answerOf(rejected, "rejected")];
  if ("reason" in prompt) return refusal(prompt.reason);
  if ("reason" in better) return refusal(better.reason);
  if ("reason" in worse) return refusal(worse.reason);
  return pairReading(row, fields, { prompt: prompt.prompt, chosen: better.text, rejected: worse.text }, idOf);
}

/** A pair of its own, or of a ranking whose other pairs stand in other rows. */
function pairReading(
  row: unknown,
  fields: Fields,
  texts: { readonly prompt: string; readonly chosen: string; readonly rejected: string },
  idOf: IdOf,
): Reading {
  const { prompt, ...sides } = texts;
  const part = partOf(row as Row, prompt, sides);
  return part === null ? pairOf(texts, idOf, extras(fields, "comparisons")) : onePart(part);
}

const labels: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  ...[true, "true", "True", "TRUE"].map((label) => [label, true] as const),
  ...[false, "false", "False", "FALSE"].map((label) => [label, false] as const),
]);

/** A response that is wanted or not: with the others to the same prompt it is a comparison of two tiers. */
function readLabelled(row: unknown): Reading {
  const fields = fieldsOf(row);
  const prompt = promptOf(fields);
  const answer = answerOf(fields.response, "response");
  const isWanted = labels.get(fields.label);
  if ("reason" in prompt) return refusal(prompt.reason);
  if ("reason" in answer) return refusal(answer.reason);
  if (prompt.prompt.trim() === "") return refusal('"prompt" must be text that is not empty');
  if (isWanted === undefined) return refusal('"label" must be true or false');
  const part = partOf(row as Row, prompt.prompt, { response: answer.text });
  if (part !== null) return onePart(part);
  const { id, axis = "overall", ...rest } = extras(fields, "comparisons") as Partial<Comparison>;
  const { labeler } = rest;
  return onePart({
    key: JSON.stringify([prompt.prompt, labeler, axis]),
    size: null,
    comparison: { ...rest, prompt: prompt.prompt, axis },
    places: [
      {
        response: { text: answer.text, ...(id === undefined ? {} : { id }) },
        index: null,
        rank: isWanted ? 1 : 2,
      },
    ],
  });
}

/** Some sets give the prompt as text and repeat it inside the conversations. */
function isWholeConversation(value: unknown): boolean {
  const turns = messageTurns(value);
  return typeof turns !== "string" && turns.length > 1 && turns[0].role !== "assistant";
}

function readDemonstration(row: unknown, idOf: IdOf): Reading {
  const fields = fieldsOf(row);
  if (labels.get(fields.label) === false) return refusal("the response is labelled as unwanted");
  const prompt = promptOf(fields);
  const answer = answerOf(fields.response, "response");
  if ("reason" in prompt) return refusal(prompt.reason);
  if ("reason" in answer) return refusal(answer.reason);
  return demonstration({ prompt: prompt.prompt, response: answer.text }, fields, idOf);
}

function readMessages(row: unknown, idOf: IdOf): Reading {
  const fields = fieldsOf(row);
  const turns = messageTurns(fields.messages);
  if (typeof turns === "string") return refusal(turns);
  const answered = answeredConversation(turns);
  return answered
    ? demonstration(answered, fields, idOf)
    : refusal("the conversation does not end with an answer of the assistant");
}

function demonstration({ prompt, response }: Answered, fields: Fields, idOf: IdOf): Reading {
  return oneRecord({
    id: idOf(`${prompt}\n${response}`),
    prompt,
    response,
    ...extras(fields, "demonstrations"),
  });
}

function readPrompt(row: unknown, idOf: IdOf): Reading {
  const fields = fieldsOf(row);
  const prompt = promptOf(fields);
  if ("reason" in prompt) return refusal(prompt.reason);
  return oneRecord({ id: idOf(prompt.prompt), text: prompt.prompt, ...extras(fields, "prompts") });
}

const has =
  (...names: readonly FieldName[]) =>
  (row: unknown): boolean => {
    const fields = fieldsOf(row);
    return names.every((name) => fields[name] !== undefined && fields[name] !== null);
  };
const hasPrompt = (row: unknown): boolean => has("prompt")(row) || has("input")(row);
const chosenOf = (row: unknown): unknown => fieldsOf(row).chosen;
const isTranscript = (value: unknown): boolean =>
  typeof value === "string" && transcriptTurns(value) !== null;

export const tableFormats: readonly RowFormat[] = [
  {
    name: "transcripts as HH-RLHF's",
    kind: "comparisons",
    matches: (row) => has("chosen", "rejected")(row) && !has("prompt")(row) && isTranscript(chosenOf(row)),
    read: readPair,
  },
  {
    name: "preferences as TRL's, conversations",
    kind: "comparisons",
    matches: (row) => has("chosen", "rejected")(row) && isConversation(chosenOf(row)),
    read: readPair,
  },
  {
    name: "preferences as TRL's, prompt apart",
    kind: "comparisons",
    matches: (row) => has("chosen", "rejected")(row) && has("prompt")(row),
    read: readPair,
  },
  {
    name: "preferences as TRL's, the prompt in both texts",
    kind: "comparisons",
    matches: has("chosen", "rejected"),
    read: readPair,
  },
  {
    name: "unpaired preferences as TRL's, responses labelled wanted or not",
    kind: "comparisons",
    notFor: ["prompts", "demonstrations", "pretraining"],
    matches: (row) => hasPrompt(row) && has("response")(row) && labels.has(fieldsOf(row).label),
    read: readLabelled,
  },
  {
    name: "prompts with responses",
    kind: "demonstrations",
    matches: (row) => hasPrompt(row) && has("response")(row),
    read: readDemonstration,
  },
  { name: "conversations", kind: "demonstrations", matches: has("messages"), read: readMessages },
  { name: "prompts alone", kind: "prompts", matches: hasPrompt, read: readPrompt },
  {
    name: "texts",
    kind: "pretraining",
    matches: has("text"),
    read: (row) => oneRecord({ text: fieldsOf(row).text }),
  },
];
