import {
  boolean,
  finiteNumber,
  integerFrom,
  listOf,
  nullable,
  object,
  oneOf,
  string,
  union,
  type Decoded,
  type Decoder,
} from "./codec";
import { rankingEdit } from "./rankingEdits";
import { judgementStatuses, rankingAxes, rankingJudgement, type RankingJudgement } from "./rankingFormat";

// What the host and the ranking page say to each other. The document in the editor is the truth; the page shows one item of it.

const response = object({
  id: string,
  text: string,
  /** Where it came from; null until the item is submitted, so that nobody judges a name. */
  source: nullable(string),
});

/** No judgement yet is null. */
const judgement: Decoder<RankingJudgement | null> = nullable(rankingJudgement);

const item = object({
  id: string,
  prompt: string,
  /** In words: the kind of the prompt and its use case. */
  about: listOf(string),
  /** Why this item is asked now, where it was chosen; null in the file's order. */
  reason: nullable(string),
  /** In the order in which they are shown. */
  responses: listOf(response),
  judgement,
});

const status = nullable(oneOf(judgementStatuses));

const state = object({
  batch: string,
  labeler: string,
  axes: listOf(oneOf(rankingAxes)),
  /** What can be said of a response by yes or no: its name in files, and in words. */
  flags: listOf(object({ name: string, text: string })),
  hasGuidelines: boolean,
  /** Every item in the order in which this labeler goes through them. */
  items: listOf(object({ id: string, status })),
  /** How many of the batch's items somebody has dealt with, and how many labelers there are. */
  team: object({ done: integerFrom(0), items: integerFrom(0), labelers: integerFrom(0) }),
  index: integerFrom(0),
  /** Null where the file cannot be read. */
  item: nullable(item),
  /** Why nothing can be judged: what is wrong with the file, and where. */
  problem: nullable(object({ message: string, line: nullable(integerFrom(1)) })),
  /** The file is somebody else's, or cannot be written. */
  readOnly: boolean,
});

/** What a key of the editor asks of the page; the page knows which card it is about. */
export const rankingCommands = [
  ...["letter", "rank", "likert", "tie", "up", "down", "flags", "unrankable", "skip", "submit"],
  ...["next", "previous", "nextOpen", "diff", "fold", "axis", "note", "help", "escape", "guidelines"],
  ...["undo", "redo"],
] as const;

const delta = union({
  item: { index: integerFrom(0), item },
  /** `upTo` is the number of the page's last edit that the host has dealt with, whether it could be applied or not. */
  judgement: { id: string, judgement, upTo: integerFrom(0) },
  team: { team: object({ done: integerFrom(0), items: integerFrom(0), labelers: integerFrom(0) }) },
  /** A key of the editor; `argument` is a letter, or a rank or quality as a digit. */
  command: { command: oneOf(rankingCommands), argument: string },
});

const action = union({
  /** `activeMs` is the time that the person worked since the last edit; a page numbers its edits from 1. */
  edit: { item: string, edit: rankingEdit, activeMs: finiteNumber, number: integerFrom(1) },
  open: { index: integerFrom(0) },
  openText: { line: nullable(integerFrom(1)) },
  guidelines: {},
  /** Comes through the page, so that it keeps its place among the edits. */
  undo: {},
  redo: {},
  /** Whether the page has the keyboard: only then do single keys belong to it. */
  focus: { focused: boolean },
});

/** The texts of the page by name; the host gives them in the editor's language. */
export const rankingTextKeys = [
  ...["title", "prompt", "answer", "answers", "ranking", "rankingBy", "rank", "unranked", "tiedWith"],
  ...[
    "axisOverall",
    "axisInstruction",
    "axisPreference",
    "quality",
    "qualityOf",
    "qualityLow",
    "qualityHigh",
  ],
  ...["flags", "flagsOf", "flagsHint", "noteOf", "notePlaceholder", "submit", "skip", "skipReason"],
  ...["skipHint", "unrankable", "previous", "next", "nextOpen", "reopen", "itemOf", "progress", "team"],
  ...["statusNone", "statusDraft", "statusSubmitted", "statusSkipped", "statusUnrankable", "source"],
  ...["reason", "more", "less", "diff", "diffOf", "diffTooLong", "same", "guidelines", "keys", "keysHint"],
  ...["close", "problemLine", "openText", "readOnly", "empty", "control", "allDone"],
  ...["saidRank", "saidTied", "saidUnranked", "saidQuality", "saidNoQuality", "saidFlagOn", "saidFlagOff"],
  ...["saidSubmitted", "saidSkipped", "saidUnrankable", "saidReopened", "saidFinished", "saidItem"],
  ...["saidMissing", "saidShownOrder", "saidDiffOn", "saidDiffOff", "saidAxis", "saidFirst", "saidLast"],
  ...["saidTopRank", "saidLowRank", "saidNoneAbove"],
  ...["keyLetter", "keyRank", "keyUnranked", "keyLikert", "keyTie", "keyMove", "keyFlags", "keyUnrankable"],
  ...["keySkip", "keySubmit", "keyItems", "keyDiff", "keyFold", "keyAxis", "keyNote", "keyHelp"],
  ...["keyEscape", "keySave", "keyUndo", "keyGuidelines", "keyNextOpen"],
] as const;
export type RankingTextKey = (typeof rankingTextKeys)[number];

const texts = object(Object.fromEntries(rankingTextKeys.map((key) => [key, string])));

export const rankingMessages = { texts, state, delta, action } as const;

export type RankingState = Decoded<typeof state>;
export type RankingItem = Decoded<typeof item>;
export type RankingDelta = Decoded<typeof delta>;
export type RankingCommand = (typeof rankingCommands)[number];
export type RankingAction = Decoded<typeof action>;

/** The state after a change. Host and page apply the same one, so they can never show different things. */
export function applyRankingDelta(before: RankingState, change: RankingDelta): RankingState {
  switch (change.type) {
    case "item": {
      const { index, item: shown } = change;
      return withStatus({ ...before, index, item: shown }, shown.id, shown.judgement);
    }
    case "judgement": {
      const { id, judgement: judged } = change;
      const shown = before.item?.id === id ? { ...before.item, judgement: judged } : before.item;
      return withStatus({ ...before, item: shown }, id, judged);
    }
    case "team":
      return { ...before, team: change.team };
    case "command":
      return before;
  }
}

function withStatus(state: RankingState, id: string, judged: RankingJudgement | null): RankingState {
  const now = judged?.status ?? null;
  const place = state.items.findIndex((each) => each.id === id);
  if (place < 0 || state.items[place].status === now) return state;
  return { ...state, items: state.items.map((each, i) => (i === place ? { id, status: now } : each)) };
}

/** The next item from a place on, around the end, that is not finished; null when all are. */
export function nextOpen({ items }: Pick<RankingState, "items">, from: number): number | null {
  for (let step = 0; step < items.length; step++) {
    const index = (from + step) % items.length;
    const { status: now } = items[index];
    if (now === null || now === "draft") return index;
  }
  return null;
}
