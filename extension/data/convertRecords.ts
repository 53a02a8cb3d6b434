import type { DataRecord, Demonstration, PretrainingDocument, Prompt, RecordKind } from "./records";
import type { IdOf } from "./rowFormat";

/**
 * Records as another kind, where that means something: prompts out of demonstrations and comparisons, each text once; demonstrations out
 * of comparisons, where one response alone is best; text out of prompts, and prompts out of texts. What has no such meaning gives nothing.
 */
export function convertRecords(
  records: readonly DataRecord[],
  kind: RecordKind,
  idOf: IdOf,
): readonly DataRecord[] {
  switch (kind) {
    case "prompts":
      return distinctTexts(records.map((record) => promptOf(record, idOf)));
    case "demonstrations":
      return records.flatMap(demonstrationOf);
    case "pretraining":
      return records.flatMap(documentOf);
    case "comparisons":
      return records.filter((record) => "tiers" in record);
  }
}

function distinctTexts(prompts: readonly Prompt[]): Prompt[] {
  return [...new Map([...prompts].reverse().map((prompt) => [prompt.text, prompt])).values()].reverse();
}

function promptOf(record: DataRecord, idOf: IdOf): Prompt {
  if (!("id" in record)) return { id: idOf(record.text), text: record.text };
  if ("text" in record) return record;
  const { id, prompt, user } = record;
  return { id, text: prompt, ...(user === undefined ? {} : { user }) };
}

function demonstrationOf(record: DataRecord): Demonstration[] {
  if ("response" in record) return [record];
  if (!("tiers" in record) || record.tiers[0].length !== 1) return [];
  const { id, prompt, user, responses, tiers } = record;
  const { text } = responses[tiers[0][0]];
  return text.trim() === "" ? [] : [{ id, prompt, response: text, ...(user === undefined ? {} : { user }) }];
}

function documentOf(record: DataRecord): PretrainingDocument[] {
  return "text" in record ? [{ text: record.text }] : [];
}
