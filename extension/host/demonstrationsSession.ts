import {
  answeredPrompts,
  draftAbout,
  draftFault,
  emptyDraft,
  type DraftFault,
} from "../data/demonstrationDraft";
import type { LengthCounter } from "../data/demonstrationLength";
import type { LineEdit } from "../data/demonstrationLines";
import { lineText } from "../data/lineFile";
import type { Prompt } from "../data/records";
import type { ChatEvent, ChatQuestion } from "../protocol/chatProtocol";
import { encodeJson } from "../protocol/codec";
import {
  isUnwritten,
  paperUseCases,
  withEdit,
  type DemonstrationDraft,
  type DraftKind,
  type ModelAnswer,
} from "../protocol/demonstrationDraft";
import {
  applyDemonstrationsDelta,
  type DemonstrationsAction,
  type DemonstrationsDelta,
  type DemonstrationsState,
} from "../protocol/demonstrationMessages";
import { isProblem, type Problem } from "../protocol/problem";
import { DemonstrationChanges, isSubmitted, submittingEdit } from "./demonstrationChanges";
import { demonstrationList, draftRows, type ListQuery } from "./demonstrationRows";
import type { DemonstrationsFile } from "./demonstrationsFile";
import type { DraftStore } from "./draftStore";
import { PromptWalk, donePrompts } from "./promptOrder";

/** What a session needs of the world; tests put their own in. */
export interface SessionPorts {
  /** Every change of the state, right after it. */
  readonly changed: (delta: DemonstrationsDelta) => void;
  readonly now: () => Date;
  /** A fresh text for ids, of letters and digits. */
  readonly random: () => string;
  readonly prompts: () => readonly Prompt[];
  readonly counter: () => LengthCounter | Problem;
  /** A problem's sentence in the editor's language. */
  readonly problemText: (message: string) => string;
  readonly sentences: {
    readonly fault: Readonly<Record<DraftFault, string>>;
    readonly saved: string;
    readonly allDone: string;
    readonly noPrompts: string;
    readonly submitted: (count: number, file: string) => string;
    readonly isThere: string;
    readonly undone: string;
  };
}

/** The state of the demonstrations page and what changes it. Knows no editor. */
export class DemonstrationsSession {
  private current: DemonstrationsState;
  private asked: ListQuery = { query: "", problemsOnly: false, page: 0 };
  private readonly changes: DemonstrationChanges;
  private answer: { readonly id: string; readonly model: string } | null = null;
  private answers = 0;
  private readonly walk: PromptWalk;

  /** `restored` is the draft that was open when the window closed. */
  constructor(
    { project, author }: { readonly project: string; readonly author: string },
    private readonly file: DemonstrationsFile,
    private readonly drafts: DraftStore,
    private readonly ports: SessionPorts,
    restored: DemonstrationDraft | null = null,
  ) {
    file.look();
    this.changes = new DemonstrationChanges(file);
    this.walk = new PromptWalk(ports.prompts, () => donePrompts(file.lines.records, author));
    for (const draft of drafts.all()) if (isSubmitted(draft, file.lines)) drafts.remove(draft.id);
    const useCases = ports.prompts().flatMap(({ useCase }) => useCase ?? []);
    this.current = {
      ...{ project, author, file: file.name, useCases: [...new Set([...paperUseCases, ...useCases])] },
      ...{ draft: this.newDraft("plain"), given: null, drafts: [], list: this.listed() },
      ...{ length: null, example: null, answering: null, canUndo: false, notice: null },
    };
    this.open(this.firstDraft(restored));
  }

  get state(): DemonstrationsState {
    return this.current;
  }

  /** An action that needs nothing of the editor. */
  act(action: Exclude<DemonstrationsAction, { readonly type: "openText" | "answer" | "stopAnswer" }>): void {
    if (this.current.notice !== null) this.change({ type: "notice", notice: null });
    switch (action.type) {
      case "edit":
        return this.edit(action.draft);
      case "save":
        return this.save();
      case "submit":
        return this.submit();
      case "kind":
        return this.useKind(action.kind);
      case "next":
        return this.open(this.given(this.current.draft.kind === "given" ? 1 : 0) ?? this.newDraft("plain"));
      case "previous":
        return this.open(this.given(-1) ?? this.newDraft("plain"));
      case "openDraft": {
        const draft = this.drafts.get(action.id);
        return draft === undefined ? undefined : this.open(draft);
      }
      case "discard":
        return this.discard();
      case "openLine":
        return this.openLine(action.line - 1);
      case "keepAsNew":
        return this.keepAsNew();
      case "deleteLine":
        return this.deleteLine();
      case "undo":
        return this.undo();
      case "search":
        this.asked = action;
        return this.showList();
    }
  }

  /** The file may have changed under us. */
  look(): void {
    if (this.file.look()) this.showList();
  }

  say(text: string, isProblem = true): void {
    this.change({ type: "notice", notice: { isProblem, text } });
  }

  sayProblem({ message }: Problem): void {
    this.say(this.ports.problemText(message));
  }

  /** What to ask a model for the open draft; null where it has no prompt yet, which is said, or is a few-shot one. */
  beginAnswer(
    model: string,
    settings: Pick<ChatQuestion, "temperature" | "responseTokens" | "seed">,
  ): ChatQuestion | null {
    const { draft } = this.current;
    if (draft.kind === "few-shot") return null;
    if (draft.prompt.trim() === "") {
      this.say(this.ports.sentences.fault.noPrompt);
      return null;
    }
    const id = `${draft.id}:${this.answers++}`;
    this.answer = { id, model };
    this.hostEdit({ response: "", editedFrom: null });
    this.change({ type: "answering", answering: model });
    const [{ prompt }] = answeredPrompts(draft);
    return { id, prompt, model, ...settings };
  }

  /** The id of the answer that is coming. */
  get answerId(): string | null {
    return this.answer?.id ?? null;
  }

  onEvent(event: ChatEvent): void {
    if (!("id" in event) || this.answer === null) return;
    if (event.event === "problem" && (event.id === null || event.id === this.answer.id))
      return this.endAnswer(event.message);
    if (event.id !== this.answer.id) return;
    if (event.event === "token") this.change({ type: "text", text: event.text });
    if (event.event !== "answer") return;
    const { model, checkpointHash, temperature, seed, text } = event;
    this.endAnswer(null, { model, checkpointHash, temperature, seed, text });
  }

  /** No more of the answer comes; `problem` says why, when it was not its end. */
  endAnswer(problem: string | null, answer: ModelAnswer | null = null): void {
    if (this.answer === null) return;
    this.answer = null;
    this.change({ type: "answering", answering: null });
    if (answer !== null) this.hostEdit({ response: answer.text, editedFrom: answer });
    if (problem !== null) this.say(this.ports.problemText(problem));
  }

  private edit(edited: DemonstrationDraft): void {
    const { draft } = this.current;
    const before = edited.id === draft.id ? draft : this.drafts.get(edited.id);
    if (before === undefined || edited.revision <= before.revision) return;
    if (this.answer !== null && edited.id === draft.id) return;
    const now = withEdit(before, edited);
    if (edited.id === draft.id) {
      // The page has it already.
      this.current = { ...this.current, draft: now };
      this.count();
    }
    this.store(now);
  }

  private hostEdit(changes: Partial<DemonstrationDraft>): void {
    const { draft, given } = this.current;
    const now = { ...draft, ...changes, revision: draft.revision + 1 };
    this.change({ type: "draft", draft: now, given });
    this.store(now);
    this.count();
  }

  private store(draft: DemonstrationDraft): void {
    if (isUnwritten(draft)) this.drafts.remove(draft.id);
    else this.drafts.put(draft);
    this.showDrafts();
  }

  private save(): void {
    const problem = this.drafts.flush();
    if (problem !== null) this.sayProblem(problem);
    else this.say(this.ports.sentences.saved, false);
  }

  private submit(): void {
    const { draft, author } = this.current;
    const { sentences, now } = this.ports;
    if (this.answer !== null) return;
    const fault = draftFault(draft);
    if (fault !== null) return this.say(sentences.fault[fault]);
    const edit = submittingEdit(draft, this.file.lines, { author, now: now().toISOString() });
    if (edit !== null && !this.make(edit, draft)) return;
    this.drafts.remove(draft.id);
    this.drafts.flush();
    this.openAfter(draft.kind);
    const count = edit?.after.length ?? 0;
    this.say(count > 0 ? sentences.submitted(count, this.file.name) : sentences.isThere, false);
  }

  private discard(): void {
    const { draft } = this.current;
    if (!isUnwritten(draft)) this.make(null, draft);
    this.drafts.remove(draft.id);
    this.openAfter(draft.kind);
  }

  private deleteLine(): void {
    const { replaces, id } = this.current.draft;
    if (replaces === null) return;
    if (!this.make({ line: replaces.line - 1, before: [replaces.text], after: [] }, null)) return;
    this.drafts.remove(id);
    this.openAfter("given");
  }

  /** Makes a change, which can then be taken back; says why if it cannot be made. */
  private make(edit: LineEdit | null, draft: DemonstrationDraft | null): boolean {
    const problem = this.changes.make(edit, draft);
    this.showList();
    if (problem !== null) this.sayProblem(problem);
    return problem === null;
  }

  private undo(): void {
    if (!this.changes.canUndo) return;
    const draft = this.changes.undo();
    this.showList();
    if (isProblem(draft)) return this.sayProblem(draft);
    if (draft !== null) {
      const again = { ...draft, revision: draft.revision + 1 };
      this.drafts.put(again);
      this.drafts.flush();
      this.open(again);
    }
    this.say(this.ports.sentences.undone, false);
  }

  private openLine(line: number): void {
    const { file, records } = this.file.lines;
    const record = records[line] ?? null;
    if (record === null) return;
    const text = lineText(file, line);
    const begun = this.drafts.all().find(({ replaces }) => replaces?.text === text);
    const { prompt, response } = record;
    const draft = { ...this.newDraft("plain"), prompt, response, replaces: { line: line + 1, text } };
    this.open(begun ?? draft);
  }

  private keepAsNew(): void {
    const { draft } = this.current;
    if (draft.replaces === null) return;
    this.drafts.remove(draft.id);
    const { id, createdAt } = this.newDraft("plain");
    const now = { ...draft, id, createdAt, replaces: null, revision: draft.revision + 1 };
    this.drafts.put(now);
    this.open(now);
  }

  private useKind(kind: DraftKind): void {
    const { draft } = this.current;
    if (draft.kind === kind || draft.replaces !== null || this.answer !== null) return;
    if (kind !== "given" && draft.kind !== "given") return this.hostEdit({ kind });
    this.open(kind === "given" ? (this.given(0) ?? this.newDraft("plain")) : this.newDraft(kind));
  }

  /** The draft of the next given prompt that this author has not demonstrated; null when there is none, which is said. */
  private given(step: 1 | 0 | -1): DemonstrationDraft | null {
    const { noPrompts, allDone } = this.ports.sentences;
    const prompt = this.walk.next(step);
    if (prompt === null) {
      this.say(this.walk.count === 0 ? noPrompts : allDone, false);
      return null;
    }
    const begun = this.drafts.all().find(({ promptId }) => promptId === prompt.id);
    return begun ?? draftAbout(prompt, this.newDraft("given"));
  }

  private firstDraft(restored: DemonstrationDraft | null): DemonstrationDraft {
    if (restored !== null && !isSubmitted(restored, this.file.lines)) {
      const stored = this.drafts.get(restored.id);
      if (stored !== undefined && stored.revision >= restored.revision) return stored;
      if (!isUnwritten(restored)) this.drafts.put(restored);
      return restored;
    }
    if (this.walk.count === 0) return this.newDraft("plain");
    return this.given(0) ?? this.newDraft("plain");
  }

  private newDraft(kind: DraftKind): DemonstrationDraft {
    return emptyDraft(kind, this.ports.now().toISOString(), this.ports.random());
  }

  /** After a draft is done with: the next one of its kind. */
  private openAfter(kind: DraftKind): void {
    const wasGiven = kind === "given" || this.current.draft.replaces !== null;
    this.open(
      (wasGiven ? this.given(kind === "given" ? 1 : 0) : null) ??
        this.newDraft(kind === "given" ? "plain" : kind),
    );
  }

  private open(draft: DemonstrationDraft): void {
    this.endAnswer(null);
    this.change({ type: "draft", draft, given: this.walk.goTo(draft.promptId) });
    this.showDrafts();
    this.count();
  }

  private count(): void {
    const counter = this.ports.counter();
    if (isProblem(counter)) return this.sayProblem(counter);
    const { draft } = this.current;
    const answered = answeredPrompts(draft);
    const example = draft.kind === "few-shot" && answered.length > 1 ? answered[0].prompt : null;
    this.change({ type: "length", length: counter(answered), example });
  }

  private showDrafts(): void {
    const drafts = draftRows(this.drafts.all());
    if (encodeJson(drafts) !== encodeJson(this.current.drafts)) this.change({ type: "drafts", drafts });
  }

  private listed(): DemonstrationsState["list"] {
    const list = demonstrationList(this.file.lines, this.asked, this.file.name);
    const { problemText } = this.ports;
    const rows = list.rows.map((row) => ({ ...row, problem: row.problem && problemText(row.problem) }));
    return { ...list, rows };
  }

  private showList(): void {
    this.change({ type: "list", list: this.listed(), canUndo: this.changes.canUndo });
  }

  private change(delta: DemonstrationsDelta): void {
    this.current = applyDemonstrationsDelta(this.current, delta);
    this.ports.changed(delta);
  }
}
