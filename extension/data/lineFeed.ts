import type { FileRow } from "./fileRows";
import { jsonLineRows } from "./fileRows";
import type { TextLine } from "./textLines";

/** A text that comes in pieces, with "\n" alone at the ends of lines and without a byte order mark. */
export interface PlainFeed {
  readonly feed: (piece: string) => string;
  readonly end: () => string;
}

/** Does to a text in pieces what `plainText` does to a whole one. */
export function plainFeed(): PlainFeed {
  let isFirst = true;
  let held = "";
  return {
    feed(piece) {
      const text = held + (isFirst && piece.startsWith("\ufeff") ? piece.slice(1) : piece);
      if (piece !== "") isFirst = false;
      // What follows tells whether a "\r" ends a line by itself.
      held = text.endsWith("\r") ? "\r" : "";
      return (held === "" ? text : text.slice(0, -1)).replace(/\r\n?/g, "\n");
    },
    end: () => (held === "" ? "" : "\n"),
  };
}

export interface LineFeed {
  /** The lines that a piece of plain text ends. */
  readonly feed: (piece: string) => readonly (TextLine | TooLong)[];
  readonly end: () => readonly (TextLine | TooLong)[];
}

/** A line that was passed over because of its length. */
export interface TooLong {
  readonly line: number;
  readonly tooLong: true;
}

/** A line of JSON that is longer is no record of anything known, and would fill the memory. */
export const longestLine = 64 * 2 ** 20;

/** Lines that are not blank out of a plain text in pieces, numbered from 1. A line over `limit` characters is named and passed over. */
export function lineFeed(limit = longestLine): LineFeed {
  let [rest, line, isOver] = ["", 1, false];
  const finish = (content: string): readonly (TextLine | TooLong)[] => {
    const at = line++;
    const wasOver = isOver || content.length > limit;
    isOver = false;
    if (wasOver) return [{ line: at, tooLong: true }];
    return content.trim() === "" ? [] : [{ line: at, text: content }];
  };
  return {
    feed(piece) {
      const [head, ...others] = piece.split("\n");
      rest = isOver ? "" : rest + head;
      const lines = others.flatMap((next) => {
        const ended = finish(rest);
        rest = next;
        return ended;
      });
      if (rest.length > limit) {
        isOver = true;
        rest = "";
      }
      return lines;
    },
    end: () => {
      const ended = isOver || rest !== "" ? finish(rest) : [];
      rest = "";
      return ended;
    },
  };
}

/** Lines as rows of JSON. */
export function fedRows(lines: readonly (TextLine | TooLong)[]): FileRow[] {
  return lines.flatMap((line) =>
    "text" in line
      ? jsonLineRows([line])
      : [{ line: line.line, reason: `the line is longer than ${longestLine / 2 ** 20} million characters` }],
  );
}
