import { diffArrays } from "diff";

// Texts of responses as they are shown: control characters made visible, and two of them compared word by word.

/** C0 without tab and line feed, delete, C1, and what turns the direction of text around (embeddings, overrides, isolates). */
const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/**
 * A text in which nothing hides: control characters as their pictures (U+2400…), those without one as their code. A carriage return before
 * a line feed is part of the line's end. All that makes up languages and emoji stays: joiners, marks, right-to-left letters.
 */
export function visible(text: string): string {
  return text.replace(/\r\n/g, "\n").replace(hidden, (character) => {
    const code = character.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    if (code === 0x7f) return "\u2421";
    return `[U+${code.toString(16).toUpperCase().padStart(4, "0")}]`;
  });
}

/** Whether a text has characters that are shown as pictures or codes. */
export const hasHidden = (text: string): boolean => visible(text) !== text.replace(/\r\n/g, "\n");

export interface WordChange {
  readonly text: string;
  readonly change: "kept" | "added" | "removed";
}

/** At most so many words may differ, since the work grows with the square of their number (Myers 1986). */
export const maxChangedWords = 800;

interface Word {
  readonly word: string;
  /** With the white space after it. */
  readonly text: string;
}

const isSameWord = (a: Word, b: Word): boolean => a.word === b.word;

/** Words with the white space after them, or single signs; at the very start white space alone. */
function wordsOf(text: string): Word[] {
  const found = text.match(/^\s+|[\p{L}\p{M}\p{N}_]+\s*|[^\s\p{L}\p{M}\p{N}_]\s*/gu) ?? [];
  return found.map((each) => ({ text: each, word: each.trimEnd() }));
}

/**
 * What to do to `from` to get `to`, word by word; white space alone makes no difference. Null where they differ in too many words. What is
 * kept and added, one after the other, is `to` to the letter.
 */
export function compareWords(from: string, to: string): readonly WordChange[] | null {
  const changes = diffArrays(wordsOf(from), wordsOf(to), {
    comparator: isSameWord,
    maxEditLength: maxChangedWords,
  });
  if (changes === undefined) return null;
  return changes.map(({ value, added, removed }) => ({
    text: value.map(({ text }) => text).join(""),
    change: added ? "added" : removed ? "removed" : "kept",
  }));
}

/** The first parts of a text, together not longer than `limit`; the same list where all of it fits. No character is cut in two. */
export function beginningOf(parts: readonly WordChange[], limit: number): readonly WordChange[] {
  let left = limit;
  for (const [i, { text, change }] of parts.entries()) {
    if (text.length > left) {
      const isPair = /[\ud800-\udbff]/.test(text.charAt(left - 1));
      const cut = text.slice(0, isPair ? left - 1 : left);
      return [...parts.slice(0, i), { text: cut, change }];
    }
    left -= text.length;
  }
  return parts;
}
