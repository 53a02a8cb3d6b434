/** A line of a text file that holds more than white space; `line` begins at 1. */
export interface TextLine {
  readonly line: number;
  readonly text: string;
}

/** A text without its byte order mark and with "\n" alone at the ends of lines, whatever system wrote it. */
export function plainText(text: string): string {
  const unmarked = text.startsWith("\ufeff") ? text.slice(1) : text;
  return unmarked.includes("\r") ? unmarked.replace(/\r\n?/g, "\n") : unmarked;
}

/** The lines of a text that are not blank, numbered as in the file. */
export function filledLines(text: string): TextLine[] {
  return plainText(text)
    .split("\n")
    .map((content, i) => ({ line: i + 1, text: content }))
    .filter((line) => /\S/.test(line.text));
}
