import { demonstrationsOf, revisedDemonstration, type Submission } from "../data/demonstrationDraft";
import type { DemonstrationLines, LineEdit } from "../data/demonstrationLines";
import { recordDecoders } from "../data/recordDecoders";
import { decodeText, encodeJson } from "../protocol/codec";
import type { DemonstrationDraft } from "../protocol/demonstrationDraft";
import { isProblem, type Problem } from "../protocol/problem";
import type { DemonstrationsFile } from "./demonstrationsFile";

/** The edit that submits a draft without faults: its line replaced, or its records added that the file does not have; null for none. */
export function submittingEdit(
  draft: DemonstrationDraft,
  { lineOfId }: DemonstrationLines,
  by: Submission,
): LineEdit | null {
  const { replaces } = draft;
  if (replaces === null) {
    const added = demonstrationsOf(draft, by).filter(({ id }) => !lineOfId.has(id));
    return added.length === 0 ? null : { line: Infinity, before: [], after: added.map(encodeJson) };
  }
  const record = decodeText(recordDecoders.demonstrations, replaces.text, "");
  if (isProblem(record)) return null;
  const after = [encodeJson(revisedDemonstration(record, draft, by))];
  return { line: replaces.line - 1, before: [replaces.text], after };
}

/** Whether every record of a draft is in the file: its process died before the draft was put away. */
export function isSubmitted(draft: DemonstrationDraft, { lineOfId }: DemonstrationLines): boolean {
  if (draft.replaces !== null) return false;
  const records = demonstrationsOf(draft, { author: "", now: "" });
  return records.length > 0 && records.every(({ id }) => lineOfId.has(id));
}

/** A change that can be taken back: lines of the file, and the draft that is to be there again. */
interface Change {
  readonly inverse: LineEdit | null;
  readonly draft: DemonstrationDraft | null;
}

/** The changes of one session, the last of which can be taken back. */
export class DemonstrationChanges {
  private readonly made: Change[] = [];

  constructor(private readonly file: DemonstrationsFile) {}

  get canUndo(): boolean {
    return this.made.length > 0;
  }

  /** Makes an edit of the file, or only remembers a draft that is put away. */
  make(edit: LineEdit | null, draft: DemonstrationDraft | null): Problem | null {
    const inverse = edit === null ? null : this.file.edit(edit);
    if (isProblem(inverse)) return inverse;
    this.made.push({ inverse, draft });
    return null;
  }

  /** Takes the last change back and gives its draft; a problem when the file has moved on, which then stays as it is. */
  undo(): DemonstrationDraft | null | Problem {
    const last = this.made.pop();
    const outcome = last?.inverse ? this.file.edit(last.inverse) : null;
    return isProblem(outcome) ? outcome : (last?.draft ?? null);
  }
}
