import { integerFrom, isObject, object, string } from "../protocol/codec";
import { isProblem } from "../protocol/problem";
import { conversationPrompt, promptTurns, type Turn } from "./conversation";
import { metaIn } from "./groupColumns";
import { tiersByNumber } from "./judgedRecords";
import { comparisonSize, type Comparison } from "./records";
import { refusal, type Reading, type Row, type RowFormat } from "./rowFormat";

interface Message {
  readonly message_id: string;
  readonly text: string;
  readonly role: "prompter" | "assistant";
  readonly rank?: number | null;
  readonly deleted?: boolean;
  readonly synthetic?: boolean;
  readonly model_name?: string | null;
  readonly replies?: readonly Message[];
}

/** What a tree says of all its comparisons. */
type TreeFields = Pick<Comparison, "user" | "axis" | "labeler" | "promptId" | "meta">;

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
    const readings = rankedSets([], tree.prompt as Message, withSynthetic, treeFields(tree));
    const [records, reasons] = [
      readings.flatMap((each) => each.records),
      readings.flatMap((each) => each.reasons),
    ];
    if (records.length + reasons.length > 0) return { records, reasons };
    return refusal("no message of the tree has two ranked replies");
  },
});

/** Our own export says who ranked, and on which axis; the published trees do not. */
function treeFields(tree: Row): TreeFields {
  const field = (key: string, name: keyof TreeFields): object => {
    const value = tree[key];
    return typeof value === "string" && value !== "" ? { [name]: value } : {};
  };
  const meta = metaIn(tree.meta);
  const isOwn = typeof tree.axis === "string";
  return {
    axis: "overall",
    ...(isOwn ? {} : { user: `oasst ${String(tree.message_tree_id)}` }),
    ...field("axis", "axis"),
    ...field("user", "user"),
    ...field("labeler", "labeler"),
    ...field("prompt_id", "promptId"),
    ...(meta === undefined ? {} : { meta }),
  };
}

/**
 * A comparison as a tree of its own: the prompt's turns, one below the other, and the ranked replies below the last. Who ranked, and on which
 * axis, stands beside the fields of the published trees.
 */
export function oasstTree(comparison: Comparison): object {
  const { id, prompt, responses, tiers, axis, labeler, user, promptId, meta } = comparison;
  const turns = promptTurns(prompt);
  const replies: object[] = responses.map(({ id: responseId, text, model }, i) => ({
    message_id: responseId,
    parent_id: id,
    text,
    role: "assistant",
    rank: tiers.findIndex((tier) => tier.includes(i)),
    synthetic: model !== undefined,
    ...(model === undefined ? {} : { model_name: model }),
    deleted: false,
    replies: [],
  }));
  // From the last turn up, for a message holds what answers it. The last one has the comparison's own id.
  const root = turns.reduceRight<object[]>((below, { role, text }, i) => {
    const name = (turn: number): string => (turn === turns.length - 1 ? id : `${id}/turn-${turn + 1}`);
    const message = {
      message_id: name(i),
      parent_id: i === 0 ? null : name(i - 1),
      text,
      role: role === "human" ? "prompter" : "assistant",
      deleted: false,
      replies: below,
    };
    return [message];
  }, replies)[0];
  return {
    message_tree_id: id,
    tree_state: "ready_for_export",
    axis,
    labeler,
    user,
    prompt_id: promptId,
    meta,
    prompt: root,
  };
}

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
  if (place !== null && isProblem(rank(place, { where: "the row", path: "" })))
    return `"${path}.rank" must be a whole number`;
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
  tree: TreeFields,
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
  const deeper = replies.flatMap((reply) => rankedSets(turns, reply, withSynthetic, tree));
  return ranked.length < comparisonSize.min ? deeper : [rankedSet(turns, message, ranked, tree), ...deeper];
}

function rankedSet(
  turns: readonly Turn[],
  { message_id: id }: Message,
  replies: readonly Message[],
  tree: TreeFields,
): Reading {
  if (replies.length > comparisonSize.max)
    return refusal(`a message has more than ${comparisonSize.max} ranked replies`);
  return {
    records: [
      {
        id,
        prompt: conversationPrompt(turns),
        ...tree,
        responses: replies.map(({ message_id, text, model_name: model }) => ({
          id: message_id,
          text,
          ...(typeof model === "string" ? { model } : {}),
        })),
        tiers: tiersByNumber(
          replies.map(({ rank: place }, index) => ({ index, number: place ?? 0 })),
          "lowest",
        ),
      },
    ],
    reasons: [],
  };
}
