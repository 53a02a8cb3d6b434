import { draftAbout, emptyDraft } from "../data/demonstrationDraft";
import { lineText } from "../data/lineFile";
import type { Prompt } from "../data/records";
import { isUnwritten, type DemonstrationDraft, type DraftKind } from "../protocol/demonstrationDraft";
import { isSubmitted } from "./demonstrationChanges";
import type { DemonstrationsFile } from "./demonstrationsFile";
import type { DraftStore } from "./draftStore";
import { PromptWalk, donePrompts } from "./promptOrder";

/** What draws a draft's time, id and prompt. */
export interface DraftPorts {
  readonly now: () => Date;
  /** A fresh text for ids, of letters and digits. */
  readonly random: () => string;
  readonly prompts: () => readonly Prompt[];
}

/** Where drafts come from: an empty one, one about a given prompt or a line of the file, each as far as it was begun before. */
export class DraftSource {
  private readonly walk: PromptWalk;

  constructor(
    author: string,
    private readonly file: DemonstrationsFile,
    private readonly drafts: DraftStore,
    private readonly ports: DraftPorts,
  ) {
    this.walk = new PromptWalk(ports.prompts, () => donePrompts(file.lines.records, author));
  }

  /** How many prompts are given. */
  get prompts(): number {
    return this.walk.count;
  }

  empty(kind: DraftKind): DemonstrationDraft {
    return emptyDraft(kind, this.ports.now().toISOString(), this.ports.random());
  }

  /** About the next given prompt that this author has not demonstrated; null when there is none. */
  given(step: 1 | 0 | -1): DemonstrationDraft | null {
    const prompt = this.walk.next(step);
    if (prompt === null) return null;
    const begun = this.drafts.all().find(({ promptId }) => promptId === prompt.id);
    return begun ?? draftAbout(prompt, this.empty("given"));
  }

  /** Where a draft's prompt stands among the given ones, from which the next step goes on. */
  goTo(promptId: string | null): ReturnType<PromptWalk["goTo"]> {
    return this.walk.goTo(promptId);
  }

  /** The draft that was open when the window closed, as it was written last; null where it has been submitted since. */
  restored(draft: DemonstrationDraft): DemonstrationDraft | null {
    if (isSubmitted(draft, this.file.lines)) return null;
    const stored = this.drafts.get(draft.id);
    if (stored !== undefined && stored.revision >= draft.revision) return stored;
    if (!isUnwritten(draft)) this.drafts.put(draft);
    return draft;
  }

  /** The record in a line of the file, from 0, to be changed; null where the line holds none. */
  ofLine(line: number): DemonstrationDraft | null {
    const { file, records } = this.file.lines;
    const record = records[line] ?? null;
    if (record === null) return null;
    const text = lineText(file, line);
    const begun = this.drafts.all().find(({ replaces }) => replaces?.text === text);
    const { prompt, response } = record;
    return begun ?? { ...this.empty("plain"), prompt, response, replaces: { line: line + 1, text } };
  }

  /** The same words as a draft that replaces no line. */
  asNew(draft: DemonstrationDraft): DemonstrationDraft {
    const { id, createdAt } = this.empty("plain");
    return { ...draft, id, createdAt, replaces: null, revision: draft.revision + 1 };
  }
}
