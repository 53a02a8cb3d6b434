import { answeredPrompts, draftFault, type DraftFault } from "../data/demonstrationDraft";
import type { LengthCounter } from "../data/demonstrationLength";
import type { LineEdit } from "../data/demonstrationLines";
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
import { DraftSource, type DraftPorts } from "./draftSource";
import type { DraftStore } from "./draftStore";
import { IncomingAnswer } from "./incomingAnswer";

/** What a session needs of the world; tests put their own in. */
export interface SessionPorts extends DraftPorts {
  /** Every change of the state, right after it. */
  readonly changed: (delta: DemonstrationsDelta) => void;
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
  private readonly answer = new IncomingAnswer();
  private readonly source: DraftSource;

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
    this.source = new DraftSource(author, file, drafts, ports);
    for (const draft of drafts.all()) if (isSubmitted(draft, file.lines)) drafts.remove(draft.id);
    const useCases = ports.prompts().flatMap(({ useCase }) => useCase ?? []);
    this.current = {
      ...{ project, author, file: file.name, useCases: [...new Set([...paperUseCases, ...useCases])] },
      ...{ draft: this.source.empty("plain"), given: null, drafts: [], list: this.listed() },
      ...{ length: null, example: null, answering: null, canUndo: false, notice: null },
    };
    const begun = restored && this.source.restored(restored);
    const next = begun === null && this.source.prompts > 0 ? this.given(0) : begun;
    this.open(next ?? this.source.empty("plain"));
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
        return this.open(
          this.given(this.current.draft.kind === "given" ? 1 : 0) ?? this.source.empty("plain"),
        );
      case "previous":
        return this.open(this.given(-1) ?? this.source.empty("plain"));
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
    const question = this.answer.begin(draft, model, settings);
    this.hostEdit({ response: "", editedFrom: null });
    this.change({ type: "answering", answering: model });
    return question;
  }

  /** The id of the answer that is coming. */
  get answerId(): string | null {
    return this.answer.id;
  }

  onEvent(event: ChatEvent): void {
    const heard = this.answer.hear(event);
    if (heard?.type === "text") this.change(heard);
    else if (heard !== null) this.endAnswer(heard.problem, heard.answer);
  }

  /** No more of the answer comes; `problem` says why, when it was not its end. */
  endAnswer(problem: string | null, answer: ModelAnswer | null = null): void {
    if (!this.answer.end()) return;
    this.change({ type: "answering", answering: null });
    if (answer !== null) this.hostEdit({ response: answer.text, editedFrom: answer });
    if (problem !== null) this.say(this.ports.problemText(problem));
  }

  private edit(edited: DemonstrationDraft): void {
    const { draft } = this.current;
    const before = edited.id === draft.id ? draft : this.drafts.get(edited.id);
    if (before === undefined || edited.revision <= before.revision) return;
    if (this.answer.id !== null && edited.id === draft.id) return;
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
    if (this.answer.id !== null) return;
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
    const draft = this.source.ofLine(line);
    if (draft !== null) this.open(draft);
  }

  private keepAsNew(): void {
    const { draft } = this.current;
    if (draft.replaces === null) return;
    this.drafts.remove(draft.id);
    const now = this.source.asNew(draft);
    this.drafts.put(now);
    this.open(now);
  }

  private useKind(kind: DraftKind): void {
    const { draft } = this.current;
    if (draft.kind === kind || draft.replaces !== null || this.answer.id !== null) return;
    if (kind !== "given" && draft.kind !== "given") return this.hostEdit({ kind });
    this.open(kind === "given" ? (this.given(0) ?? this.source.empty("plain")) : this.source.empty(kind));
  }

  /** The draft of the next given prompt that this author has not demonstrated; null when there is none, which is said. */
  private given(step: 1 | 0 | -1): DemonstrationDraft | null {
    const { noPrompts, allDone } = this.ports.sentences;
    const draft = this.source.given(step);
    if (draft === null) this.say(this.source.prompts === 0 ? noPrompts : allDone, false);
    return draft;
  }

  /** After a draft is done with: the next one of its kind. */
  private openAfter(kind: DraftKind): void {
    const wasGiven = kind === "given" || this.current.draft.replaces !== null;
    this.open(
      (wasGiven ? this.given(kind === "given" ? 1 : 0) : null) ??
        this.source.empty(kind === "given" ? "plain" : kind),
    );
  }

  private open(draft: DemonstrationDraft): void {
    this.endAnswer(null);
    this.change({ type: "draft", draft, given: this.source.goTo(draft.promptId) });
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
