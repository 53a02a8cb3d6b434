import { boolean, decodeText, integerFrom, listOf, string, type Decoded } from "../protocol/codec";
import { isProblem } from "../protocol/problem";
import { filledText, strictRecord } from "../protocol/strictRecord";
import { contentOf } from "./itemContent";
import type { ParsedRecords, RecordProblem } from "./parseRecords";
import { comparisonSize } from "./records";
import { filledLines } from "./textLines";

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

/** An item with its right ranking. Batches hold such items among the others; they are recognised by their content alone. */
export type GoldItem = Decoded<typeof goldItem>;

/** The gold items of a file, one a line, untrusted; a malformed line never keeps the others from being read. */
export function parseGold(text: string, where: string): ParsedRecords<GoldItem> {
  const records: GoldItem[] = [];
  const problems: RecordProblem[] = [];
  const lineOf = new Map<string, number>();
  for (const { line, text: content } of filledLines(text)) {
    const place = `${where}, line ${line}`;
    const gold = decodeText(goldItem, content, place);
    if (isProblem(gold)) {
      problems.push({ line, message: gold.message });
      continue;
    }
    const keys = [JSON.stringify(gold.id), goldContent(gold).key];
    const before = keys.map((key) => lineOf.get(key)).find((each) => each !== undefined);
    const wrong =
      wrongGold(gold) ??
      (before === undefined ? null : `it stands in line ${before} already: keep one of them`);
    if (wrong !== null) {
      problems.push({ line, message: `${place}: ${wrong}.` });
      continue;
    }
    for (const key of keys) lineOf.set(key, line);
    records.push(gold);
  }
  return { records, problems };
}

export const goldContent = ({ prompt, responses }: GoldItem) =>
  contentOf(
    prompt,
    responses.map(({ text }) => text),
  );

function wrongGold({ responses: { length }, tiers, flags }: GoldItem): string | null {
  const { min, max } = comparisonSize;
  if (length < min || length > max)
    return `"responses" must hold ${min} to ${max} responses, but holds ${length}`;
  const placed = tiers.flat().sort((a, b) => a - b);
  if (placed.length !== length || placed.some((index, i) => index !== i))
    return `"tiers" must hold each of the responses 0 to ${length - 1} once`;
  return flags !== undefined && flags.length !== length
    ? `"flags" must hold a list for each of the ${length} responses, but holds ${flags.length}`
    : null;
}
