import { integerFrom, listOf, object, string, type Decoded } from "../protocol/codec";
import type { Problem } from "../protocol/problem";

const count = integerFrom(0);
const importedFile = object({
  file: string,
  /** What was recognised, in words. */
  format: string,
  kind: string,
  rows: count,
  records: count,
  /** Records that the project does not have yet. */
  added: count,
  notes: listOf(string),
  refused: listOf(object({ line: count, reason: string })),
});

/** What the command line says of a file that is imported, or would be. */
export type ImportedFile = Decoded<typeof importedFile>;

const report = object({ files: listOf(importedFile) });

/** The result line of `rlhf import`. */
export function parseImportReport(line: unknown): readonly ImportedFile[] | Problem {
  const decoded = report(line, { where: "rlhf import", path: "" });
  return "files" in decoded ? decoded.files : decoded;
}

/** Refused lines of a file, those with the same reason together, the most frequent reason first. */
export function refusedReasons({
  refused,
}: ImportedFile): readonly { readonly reason: string; readonly lines: readonly number[] }[] {
  const byReason = new Map<string, number[]>();
  for (const { line, reason } of refused) byReason.set(reason, [...(byReason.get(reason) ?? []), line]);
  return [...byReason]
    .map(([reason, lines]) => ({ reason, lines }))
    .sort((a, b) => b.lines.length - a.lines.length);
}
