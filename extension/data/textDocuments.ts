import { endOfText } from "../tokenizer/tokenizer";
import { splitDocuments } from "./parseRecords";
import { filledLines, plainText } from "./textLines";

/** Texts out of a file without records. */
export interface FoundTexts {
  readonly format: string;
  readonly texts: readonly string[];
  readonly refused: readonly { readonly line: number; readonly reason: string }[];
}

/** A text file by its shape: a list with a text in a column, one document a line, or documents parted by blank lines. */
export function textDocuments(text: string): FoundTexts {
  if (text.includes(endOfText)) return plainDocuments(text, endOfText);
  return tabbedTexts(text) ?? lineDocuments(text) ?? plainDocuments(text, "blank lines");
}

function plainDocuments(text: string, parting: string): FoundTexts {
  const texts = splitDocuments(text).map((document) => document.text);
  return { format: `plain text, documents parted by ${parting}`, texts, refused: [] };
}

/** Lists without a first row of names: as many tabs on every line; the column with most in it that is no figure holds the texts. */
function tabbedTexts(text: string): FoundTexts | null {
  const lines = filledLines(text).map(({ line, text: content }) => ({ line, cells: content.split("\t") }));
  const columns = lines[0]?.cells.length ?? 0;
  if (columns < 2 || lines.some(({ cells }) => cells.length !== columns)) return null;
  const phrases = Array.from(
    { length: columns },
    (_, c) => lines.filter(({ cells }) => isPhrase(cells[c])).length,
  );
  const most = Math.max(...phrases);
  if (most < lines.length / 2) {
    const reason = "the row holds no text of several words";
    const refused = lines.map(({ line }) => ({ line, reason }));
    return { format: "list of words with figures, parted by tabs", texts: [], refused };
  }
  const column = phrases.indexOf(most);
  const isEmpty = (cells: readonly string[]): boolean => cells[column].trim() === "";
  return {
    format: `list parted by tabs, texts in column ${column + 1}`,
    texts: lines.filter(({ cells }) => !isEmpty(cells)).map(({ cells }) => cells[column].trim()),
    refused: lines
      .filter(({ cells }) => isEmpty(cells))
      .map(({ line }) => ({ line, reason: "the text is empty" })),
  };
}

/** Two words at least that hold letters. */
function isPhrase(cell: string): boolean {
  return cell.split(/\s+/).filter((word) => /\p{L}/u.test(word)).length > 1;
}

/**
 * Files in which a single line break ends a document and a blank line only a paragraph of one, as collections of stories have them: long
 * lines that end as sentences do.
 */
function lineDocuments(text: string): FoundTexts | null {
  const plain = plainText(text).replace(/\n[ \t]+(?=\n)/g, "\n");
  const ends = [...plain.matchAll(/(?<!\n)\n(?!\n)/g)].map(({ index }) => index);
  const pieces = piecesBetween(plain, ends);
  const sentenceEnds = ends.filter((end) =>
    /[.!?…"”’')\]*]$/.test(plain.slice(Math.max(0, end - 20), end).trimEnd()),
  );
  const isOne =
    ends.length >= 10 && sentenceEnds.length >= 0.9 * ends.length && plain.length / pieces.length > 150;
  return isOne
    ? { format: "plain text, one document up to each single line break", texts: pieces, refused: [] }
    : null;
}

function piecesBetween(text: string, ends: readonly number[]): string[] {
  return [...ends, text.length]
    .map((end, i) => text.slice(i === 0 ? 0 : ends[i - 1], end).trim())
    .filter((piece) => piece !== "");
}
