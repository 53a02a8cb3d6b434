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
  const match = placed ?? fileSentence.exec(sentence);
  if (match === null) return null;
  const [file, rest] = [match[1], match[match.length - 1]];
  const between = sentence.slice(file.length, sentence.length - rest.length);
  return {
    file,
    line: placed === null ? null : Number(placed[2]),
    column: placed?.[3] === undefined ? null : Number(placed[3]),
    // What stands between a place and the colon belongs to the place, but that the text is no JSON is worth saying.
    message: / is not valid JSON/.test(between) ? `Not valid JSON: ${rest.replace(/\.$/, "")}.` : rest,
  };
}
