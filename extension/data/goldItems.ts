import {
  boolean,
  decodeText,
  decodeVersioned,
  integerFrom,
  listOf,
  recordOf,
  string,
  type Decoded,
} from "../protocol/codec";
import { isProblem, type Problem } from "../protocol/problem";
import { labelerName } from "../protocol/rankingFormat";
import { filledText, strictRecord } from "../protocol/strictRecord";
import { contentOf } from "./itemContent";
import type { ParsedRecords, RecordProblem } from "./parseRecords";
import { comparisonSize } from "./records";
import { filledLines, plainText } from "./textLines";

// What labelers are screened by: items whose right answer is known, and a small file about each labeler.

const goldItem = strictRecord(
  {
    id: filledText,
    prompt: filledText,
    responses: listOf(strictRecord({ text: string }, {})),
    /** Indices of responses, best tier first, those of a tier tied, as on the axis "overall". */
    tiers: listOf(listOf(integerFrom(0))),
  },
  {
    /** The flags that each response should get. */
    flags: listOf(listOf(string)),
    /** Whether the item tests how sensitive speech is flagged. */
    sensitive: boolean,
  },
);

const demonstrationScore = strictRecord(
  { score: integerFrom(1, 7) },
  { demonstrationId: string, by: string },
);
const screeningFile = strictRecord(
  { formatVersion: integerFrom(1), labeler: labelerName },
  {
    demonstrationScores: listOf(demonstrationScore),
    /** By group of people: how well the labeler thinks to recognise speech that is sensitive for them. */
    selfAssessment: recordOf(integerFrom(1, 5)),
  },
);

const screeningFormatVersion = 1;

/** An item with its right ranking. Batches hold such items among the others; they are recognised by their content alone. */
export type GoldItem = Decoded<typeof goldItem>;
/** What is known of a labeler from elsewhere. */
export type ScreeningFile = Decoded<typeof screeningFile>;

/** The gold items of a file, one a line, untrusted; a malformed line never keeps the others from being read. */
export function parseGold(text: string, where: string): ParsedRecords<GoldItem> {
  const records: GoldItem[] = [];
  const problems: RecordProblem[] = [];
  const lineOfId = new Map<string, number>();
  const lineOfContent = new Map<string, number>();
  for (const { line, text: content } of filledLines(text)) {
    const place = `${where}, line ${line}`;
    const gold = decodeText(goldItem, content, place);
    if (isProblem(gold)) {
      problems.push({ line, message: gold.message });
      continue;
    }
    const { key } = goldContent(gold);
    const wrong = wrongGold(gold) ?? wrongRepeat(lineOfId.get(gold.id), lineOfContent.get(key));
    if (wrong === null) {
      lineOfId.set(gold.id, line);
      lineOfContent.set(key, line);
      records.push(gold);
    } else problems.push({ line, message: `${place}: ${wrong}.` });
  }
  return { records, problems };
}

export const goldContent = ({ prompt, responses }: GoldItem) =>
  contentOf(
    prompt,
    responses.map(({ text }) => text),
  );

function wrongRepeat(sameId: number | undefined, sameContent: number | undefined): string | null {
  if (sameId !== undefined) return `the id already stands in line ${sameId}: keep one of them`;
  return sameContent === undefined
    ? null
    : `the prompt with the same responses already stands in line ${sameContent}: keep one of them`;
}

function wrongGold({ responses, tiers, flags }: GoldItem): string | null {
  const { min, max } = comparisonSize;
  const size = responses.length;
  if (size < min || size > max) return `"responses" must hold ${min} to ${max} responses, but holds ${size}`;
  const placed = tiers.flat();
  const outside = placed.find((index) => index >= size);
  if (outside !== undefined)
    return `"tiers" names the response ${outside}, but they are numbered from 0 to ${size - 1}`;
  const twice = placed.find((index, i) => placed.indexOf(index) !== i);
  if (twice !== undefined) return `"tiers" holds the response ${twice} twice`;
  const absent = responses.findIndex((_, i) => !placed.includes(i));
  if (absent >= 0) return `"tiers" leaves out the response ${absent}`;
  return flags !== undefined && flags.length !== size
    ? `"flags" must hold a list for each of the ${size} responses, but holds ${flags.length}`
    : null;
}

/** The file about a labeler, untrusted. */
export function parseScreeningFile(text: string, where: string): ScreeningFile | Problem {
  return decodeVersioned(screeningFile, screeningFormatVersion, plainText(text), where);
}
