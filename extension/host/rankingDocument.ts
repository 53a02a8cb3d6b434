import { findNodeAtLocation, parseTree, type Node } from "jsonc-parser";
import { judgementText, parseRankingFile } from "../data/labels";
import type { Say } from "../protocol/fieldValue";
import { isProblem } from "../protocol/problem";
import type { LabelItem, RankingFile, RankingJudgement } from "../protocol/rankingFormat";
import type { RankingPlace } from "../runs/labelFiles";
import { changeBetween, lineBreakOf, type TextChange } from "./textChange";

/** Why a text cannot be judged in, and the line, from 1, where a person mends it. */
export interface RankingFault {
  readonly message: string;
  readonly line: number | null;
}

/** A labeler's judgements as they stand in the editor, or what is wrong with them. `where` names the file in the sentence. */
export function readRankingText(
  text: string,
  where: string,
  items: readonly LabelItem[],
  t: Say,
): RankingFile | RankingFault {
  const conflict = conflictLine(text);
  if (conflict !== null) {
    const message = t(
      "{0}, line {1}: Git left both sides of a merge here: keep the lines that are right, take the lines with the marks out, and save.",
      where,
      conflict,
    );
    return { message, line: conflict };
  }
  const file = parseRankingFile(text, where, items);
  if (!isProblem(file)) return file;
  return { message: file.message, line: lineOfFault(text, file.message) };
}

export const isFault = <T extends object>(read: T | RankingFault): read is RankingFault => "message" in read;

/** The fault of a file that says it is another labeler's or of another batch than its name; null where both agree. */
export function namesAnother(
  { batch, labeler }: RankingFile,
  place: RankingPlace,
  where: string,
  t: Say,
): RankingFault | null {
  if (batch === place.batch && labeler === place.labeler) return null;
  const message = t(
    '{0}: by its name it holds the labels of "{1}" for the batch "{2}", but inside it says "{3}" and "{4}": make both agree.',
    where,
    place.labeler,
    place.batch,
    labeler,
    batch,
  );
  return { message, line: 1 };
}

/** How a judgement came about. */
export interface Circumstances {
  readonly shownOrder: readonly string[];
  /** When the item came up that was judged. */
  readonly shownAt: Date;
  readonly now: Date;
  /** Milliseconds of work since the edit before, as the page says; it leaves idle time out itself. */
  readonly activeMs: number;
  readonly guidelinesVersion: string | null;
}

/** Work on one item beyond this between two edits is not believed. */
const longestStretchMs = 3_600_000;

/**
 * A judgement with what a reader wants to know of how it came about: when it was begun is kept, when it was finished and by which guidelines
 * is that of the last time.
 */
export function withCircumstances(
  judged: RankingJudgement,
  { shownOrder, shownAt, now, activeMs, guidelinesVersion }: Circumstances,
): RankingJudgement {
  const isFinished = judged.status !== "draft";
  const stretch = Math.min(Math.max(activeMs, 0), longestStretchMs);
  return {
    ...judged,
    shownOrder,
    activeMs: (judged.activeMs ?? 0) + Math.round(stretch),
    openedAt: judged.openedAt ?? shownAt.toISOString(),
    ...(isFinished && { submittedAt: now.toISOString() }),
    ...(isFinished && guidelinesVersion !== null && { guidelinesVersion }),
  };
}

function conflictLine(text: string): number | null {
  const place = /^(?:<{7}|={7}|>{7})(?: |\r?$)/m.exec(text);
  return place === null ? null : lineAt(text, place.index);
}

/** The line that a sentence of the parser speaks of: it says one, or names the field. */
function lineOfFault(text: string, message: string): number | null {
  const said = /\bat line (\d+), column/.exec(message);
  if (said !== null) return Number(said[1]);
  const root = parseTree(text);
  const field = [...message.matchAll(/"([^"]+)"/g)]
    .map(([, path]) => root && nodeOfPath(root, path))
    .find((node) => node !== undefined);
  return field === undefined ? null : lineAt(text, field.offset);
}

/** The value of a path such as judgements.b-0001.tiers.overall[2], as far as it is there; keys may hold dots themselves. */
function nodeOfPath(root: Node, path: string): Node | undefined {
  let node = root;
  let rest = path;
  while (rest !== "") {
    const index = /^\[(\d+)\]\.?/.exec(rest);
    const next = index ? node.children?.[Number(index[1])] : propertyAt(node, rest);
    if (next === undefined) break;
    const key: unknown = next.parent?.type === "property" ? next.parent.children?.[0].value : "";
    rest = index ? rest.slice(index[0].length) : rest.slice(String(key).length).replace(/^\./, "");
    node = next;
  }
  return node === root ? undefined : node;
}

function propertyAt(node: Node, path: string): Node | undefined {
  if (node.type !== "object") return undefined;
  const continues = (key: string): boolean =>
    path.startsWith(key) && /^(?:$|[.[])/.test(path.slice(key.length));
  return node.children?.find((property) => continues(String(property.children?.[0].value)))?.children?.[1];
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let i = text.indexOf("\n"); i >= 0 && i < offset; i = text.indexOf("\n", i + 1)) line++;
  return line;
}

/**
 * The change of a labeler's file that puts a judgement of an item into it, or takes its place: the lines that differ and no others, so that a
 * judgement is a small difference to undo and to Git. `text` has been read without a fault. Null where the file has no judgements to add to.
 */
export function judgementChange(text: string, itemId: string, judged: RankingJudgement): TextChange | null {
  const lineBreak = lineBreakOf(text);
  const block = judgementText(judged).replaceAll("\n", lineBreak);
  const place = ownLayoutPlace(text, itemId, lineBreak) ?? anyPlace(text, itemId);
  if (place === null) return null;
  const { offset, length } = place;
  if (place.type === "judgement") {
    const inner = changeBetween(text.slice(offset, offset + length), block);
    return { ...inner, offset: inner.offset + offset };
  }
  const property = `${lineBreak}    ${JSON.stringify(itemId)}: ${block}`;
  return place.type === "empty"
    ? { offset, length, content: `{${property}${lineBreak}  }` }
    : { offset, length: 0, content: `,${property}` };
}

/** Where a judgement stands, or the end of the last one, after which it comes, or the empty object that takes it in. */
interface JudgementPlace {
  readonly type: "judgement" | "end" | "empty";
  readonly offset: number;
  readonly length: number;
}

function anyPlace(text: string, itemId: string): JudgementPlace | null {
  const root = parseTree(text);
  const judgements = root && findNodeAtLocation(root, ["judgements"]);
  if (judgements?.type !== "object") return null;
  const found = findNodeAtLocation(judgements, [itemId]);
  if (found !== undefined) return { type: "judgement", offset: found.offset, length: found.length };
  const last = judgements.children?.at(-1);
  return last === undefined
    ? { type: "empty", offset: judgements.offset, length: judgements.length }
    : { type: "end", offset: last.offset + last.length, length: 0 };
}

/**
 * The place in a file that has our own layout, without parsing the whole of a large one. No string of JSON holds a line break, so a line that
 * begins like a judgement is one; only judgements are objects, so the last closing braces are theirs. Null where the layout is another's.
 */
function ownLayoutPlace(text: string, itemId: string, lineBreak: string): JudgementPlace | null {
  const start = `${lineBreak}    ${JSON.stringify(itemId)}: {`;
  const found = text.indexOf(start);
  const end = `${lineBreak}    }`;
  if (found < 0) {
    const closing = `${lineBreak}  }${lineBreak}}${lineBreak}`;
    const offset = text.length - closing.length;
    const isKnown = text.includes(`${JSON.stringify(itemId)}:`);
    return !isKnown && text.endsWith(end + closing) ? { type: "end", offset, length: 0 } : null;
  }
  const offset = found + start.length - 1;
  const length = text.indexOf(end, offset) + end.length - offset;
  const isWhole = length > 0 && /^\{\r?\n {6}"status": "/.test(text.slice(offset, offset + length));
  return isWhole && text.indexOf(start, offset) < 0 ? { type: "judgement", offset, length } : null;
}
