import { integerFrom, isObject, listOf, object, string, type Decoder } from "../protocol/codec";
import { isProblem } from "../protocol/problem";
import { conversationPrompt, type Turn } from "./conversation";
import { comparisonSize } from "./records";
import { refusal, type Reading, type Row, type RowFormat } from "./rowFormat";

// Data sets that were published in a form of their own.

const noPlace = { where: "the row", path: "" };

/** An instruction and what it is about, as one prompt. */
export function instructionPrompt(instruction: string, input: string): string {
  return input.trim() === "" ? instruction : `${instruction}\n\n${input}`;
}

/** Text that a program wrote as a bare word, such as True, comes back from some tools as a JSON boolean. */
const textOrBoolean: Decoder<string> = (value, place) =>
  typeof value === "boolean" ? (value ? "True" : "False") : string(value, place);

const pandaLmRow = object({
  instruction: string,
  input: string,
  cmp_key: string,
  response1: textOrBoolean,
  response2: textOrBoolean,
});

/** PandaLM's test set: two responses, and for each annotator 1 or 2 for the better one, 0 for a tie. A comparison an annotator. */
export const pandaLm: RowFormat = {
  name: "PandaLM's test set, a comparison an annotator",
  kind: "comparisons",
  matches: (row) => isObject(row) && "cmp_key" in row && "annotator1" in row,
  read: (row, idOf) => {
    const decoded = pandaLmRow(row, noPlace);
    if (isProblem(decoded)) return refusal(decoded.message);
    const { instruction, input, cmp_key: models, response1, response2 } = decoded;
    const prompt = instructionPrompt(instruction, input);
    const base = idOf(JSON.stringify([prompt, models, response1, response2]));
    const names = models.split("_");
    const responses = [response1, response2].map((text, i) => ({
      id: `${base}/${i + 1}`,
      text,
      ...(names.length === 2 ? { model: names[i] } : {}),
    }));
    const votes = Object.entries(row as Row).filter(([key]) => /^annotator\d+$/.test(key));
    const isVote = (vote: unknown): vote is 0 | 1 | 2 => vote === 0 || vote === 1 || vote === 2;
    return {
      records: votes.flatMap(([labeler, vote]) =>
        isVote(vote)
          ? [
              {
                id: `${base}/${labeler}`,
                prompt,
                labeler,
                axis: "overall",
                responses,
                tiers: [[[0, 1]], [[0], [1]], [[1], [0]]][vote],
              },
            ]
          : [],
      ),
      reasons: votes.filter(([, vote]) => !isVote(vote)).map(([labeler]) => `"${labeler}" must be 0, 1 or 2`),
    };
  },
};

const seedTask = object({
  instruction: string,
  instances: listOf(object({ input: string, output: string })),
});

/** Seed tasks of self-instruct: an instruction with instances of input and output, each a demonstration. */
export const selfInstruct: RowFormat = {
  name: "self-instruct seed tasks",
  kind: "demonstrations",
  matches: (row) => isObject(row) && "instruction" in row && Array.isArray(row.instances),
  read: (row, idOf) => {
    const decoded = seedTask(row, noPlace);
    if (isProblem(decoded)) return refusal(decoded.message);
    const { instruction, instances } = decoded;
    const records = instances.map(({ input, output }) => {
      const prompt = instructionPrompt(instruction, input);
      return { id: idOf(`${prompt}\n${output}`), prompt, response: output };
    });
    return records.length > 0 ? { records, reasons: [] } : refusal("the task has no instances");
  },
};

interface Message {
  readonly message_id: string;
  readonly text: string;
  readonly role: "prompter" | "assistant";
  readonly rank?: number | null;
  readonly deleted?: boolean;
  readonly synthetic?: boolean;
  readonly replies?: readonly Message[];
}

/**
 * OpenAssistant's conversation trees, one a line: the ranked replies to one message are a comparison, rank 0 the best. The whole tree
 * stands for a user, so that no split parts conversations that begin alike.
 */
export const oasstTrees = (withSynthetic: boolean): RowFormat => ({
  name: `OpenAssistant trees${withSynthetic ? "" : " without synthetic replies"}`,
  kind: "comparisons",
  matches: (row) => isObject(row) && typeof row.message_tree_id === "string" && isObject(row.prompt),
  read: (row) => {
    const tree: Row = isObject(row) ? row : {};
    const wrong = wrongMessage(tree.prompt, "prompt");
    if (wrong !== null) return refusal(wrong);
    const readings = rankedSets(
      [],
      tree.prompt as Message,
      withSynthetic,
      `oasst ${String(tree.message_tree_id)}`,
    );
    const [records, reasons] = [
      readings.flatMap((each) => each.records),
      readings.flatMap((each) => each.reasons),
    ];
    if (records.length + reasons.length > 0) return { records, reasons };
    return refusal("no message of the tree has two ranked replies");
  },
});

const messageFields = object({ message_id: string, text: string });
const rank = integerFrom(0);
/** Conversations are far shorter; a file made to be deep must not exhaust the stack. */
const deepest = 500;

/** What makes a tree unreadable, in words; null when nothing does. */
function wrongMessage(value: unknown, path: string, depth = 0): string | null {
  if (depth > deepest) return `the tree is more than ${deepest} messages deep`;
  const decoded = messageFields(value, { where: "the row", path });
  if (isProblem(decoded)) return decoded.message;
  const { role, rank: place = null, replies = [] } = value as Row;
  if (role !== "prompter" && role !== "assistant") return `"${path}.role" must be prompter or assistant`;
  if (place !== null && isProblem(rank(place, noPlace))) return `"${path}.rank" must be a whole number`;
  if (!Array.isArray(replies)) return `"${path}.replies" must be a list`;
  for (const [i, reply] of replies.entries()) {
    const wrong = wrongMessage(reply, `${path}.replies[${i}]`, depth + 1);
    if (wrong !== null) return wrong;
  }
  return null;
}

function rankedSets(
  before: readonly Turn[],
  message: Message,
  withSynthetic: boolean,
  user: string,
): Reading[] {
  const role = message.role === "prompter" ? "human" : "assistant";
  const turns: Turn[] = [...before, { role, text: message.text }];
  const replies = (message.replies ?? []).filter(({ deleted }) => deleted !== true);
  const ranked = replies.filter(
    (reply) =>
      reply.role === "assistant" &&
      typeof reply.rank === "number" &&
      (withSynthetic || reply.synthetic !== true),
  );
  const deeper = replies.flatMap((reply) => rankedSets(turns, reply, withSynthetic, user));
  return ranked.length < comparisonSize.min ? deeper : [rankedSet(turns, message, ranked, user), ...deeper];
}

function rankedSet(
  turns: readonly Turn[],
  { message_id: id }: Message,
  replies: readonly Message[],
  user: string,
): Reading {
  if (replies.length > comparisonSize.max)
    return refusal(`a message has more than ${comparisonSize.max} ranked replies`);
  const ranks = [...new Set(replies.map((reply) => reply.rank ?? 0))].sort((a, b) => a - b);
  return {
    records: [
      {
        id,
        prompt: conversationPrompt(turns),
        user,
        axis: "overall",
        responses: replies.map((reply) => ({ id: reply.message_id, text: reply.text })),
        tiers: ranks.map((place) => replies.flatMap((reply, i) => (reply.rank === place ? [i] : []))),
      },
    ],
    reasons: [],
  };
}
