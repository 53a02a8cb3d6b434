/** A file, and a place in it, that a sentence of the command line begins with. */
export interface ProblemPlace {
  /** As the sentence has it: relative to the project, or absolute. */
  readonly file: string;
  /** 1 is the first; null where the sentence speaks of the whole file. */
  readonly line: number | null;
  readonly column: number | null;
  /** The rest of the sentence. */
  readonly message: string;
}

/**
 * The forms of the command line's sentences about files. package.json has the same two as the problem matchers of tasks, and a test compares
 * both with what the command line says.
 *
 *   data/prompts.jsonl, line 2: "id" must be text that is not empty, but is 3.
 *   data/prompts.jsonl, line 3 is not valid JSON at column 2: unexpected "b".
 *   /p/rlhf.json is not valid JSON at line 3, column 4: unexpected "}".
 *   /p/rlhf.json: ppo.minibatch is 48, which does not divide ppo.episodes, 128; choose 32, for example.
 */
export const placedSentence =
  /^(.+?\.(?:jsonl?|txt|csv))(?:,| is not valid JSON at) line (\d+)(?:(?: is not valid JSON at|,) column (\d+))?: (.+)$/;
export const fileSentence =
  /^(?!.+?\.(?:jsonl?|txt|csv)(?:,| is not valid JSON at) line \d)(.+?\.(?:jsonl?|txt|csv))(?: is not valid JSON at column \d+| is empty)?: (.+)$/;

/** Where a sentence of the command line points to; null where it names no file. */
export function problemPlace(sentence: string): ProblemPlace | null {
  const placed = placedSentence.exec(sentence);
  if (placed !== null) {
    const [, file, line, column, rest] = placed;
    const message = wholeMessage(sentence, file, rest);
    return { file, line: Number(line), column: column === undefined ? null : Number(column), message };
  }
  const whole = fileSentence.exec(sentence);
  if (whole === null) return null;
  const [, file, rest] = whole;
  return { file, line: null, column: null, message: wholeMessage(sentence, file, rest) };
}

/** What stands between a place and the colon belongs to the place, but that the text is no JSON is worth saying. */
function wholeMessage(sentence: string, file: string, rest: string): string {
  const between = sentence.slice(file.length, sentence.length - rest.length);
  return between.includes(" is not valid JSON") ? `Not valid JSON: ${rest}` : rest;
}
