import { decodeVersioned, encodeJson } from "../protocol/codec";
import { assignmentFile, assignmentFormatVersion, type AssignmentFile } from "../protocol/assignmentFormat";
import { Problem, isProblem } from "../protocol/problem";
import type { ItemIds } from "./labels";
import { plainText } from "./textLines";

/** What a labeler is to rank, untrusted, checked against the items of the batch. */
export function parseAssignment(
  text: string,
  where: string,
  items: readonly ItemIds[],
): AssignmentFile | Problem {
  const file = decodeVersioned(assignmentFile, assignmentFormatVersion, plainText(text), where);
  if (isProblem(file)) return file;
  const responsesOf = new Map(items.map(({ id, responses }) => [id, responses.map((r) => r.id)]));
  const seen = new Set<string>();
  for (const [i, { id, suggestion }] of file.items.entries()) {
    const wrong = wrongItem(id, suggestion, responsesOf.get(id), seen);
    if (wrong !== null) return new Problem("malformed", `${where}: "items[${i}]" ${wrong}.`);
    seen.add(id);
  }
  return file;
}

function wrongItem(
  id: string,
  suggestion: readonly string[] | undefined,
  responses: readonly string[] | undefined,
  seen: ReadonlySet<string>,
): string | null {
  if (responses === undefined)
    return `names the item ${JSON.stringify(id)}, which the batch does not hold: take it out, or assign the batch again`;
  if (seen.has(id)) return `names the item ${JSON.stringify(id)} a second time: keep one of them`;
  if (suggestion === undefined) return null;
  const isOrder =
    suggestion.length === responses.length && responses.every((response) => suggestion.includes(response));
  return isOrder ? null : `has a "suggestion" that is no order of the item's responses: take it out`;
}

/** The file of an assignment: a line for each item, so that more items are more lines to Git and nothing else. */
export function assignmentText({ items, ...head }: AssignmentFile): string {
  const lines = items.map((item) => `    ${encodeJson(item)}`);
  const list = lines.length === 0 ? "[]" : `[\n${lines.join(",\n")}\n  ]`;
  const fields = [...Object.entries(head).map(([key, value]) => [key, encodeJson(value)]), ["items", list]];
  return `{\n${fields.map(([key, text]) => `  ${JSON.stringify(key)}: ${text}`).join(",\n")}\n}\n`;
}
