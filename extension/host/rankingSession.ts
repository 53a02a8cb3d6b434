import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  Range,
  TextDocumentChangeReason,
  Uri,
  ViewColumn,
  WorkspaceEdit,
  commands,
  window,
  workspace,
  type Disposable,
  type LogOutputChannel,
  type TextDocument,
  type TextDocumentChangeEvent,
  type WebviewPanel,
} from "vscode";
import { isProblem } from "../protocol/problem";
import { applyRankingEdit, type RankingEdit } from "../protocol/rankingEdits";
import {
  adjudicatorOf,
  type LabelItem,
  type RankingFile,
  type RankingJudgement,
} from "../protocol/rankingFormat";
import {
  nextOpen,
  type RankingAction,
  type RankingCommand,
  type RankingState,
} from "../protocol/rankingMessages";
import type { RunConfig } from "../protocol/runConfig";
import { rankingFileParts } from "../runs/labelFiles";
import { readText } from "../runs/sealedFolder";
import { labelerName } from "./labeler";
import { LabelCache, doneByAnyone } from "./labelProgress";
import { messageText } from "./messageText";
import { projectConfig } from "./projectConfig";
import { itemsInOrder, readRankingBatch, type RankingBatch } from "./rankingBatch";
import { isFault, judgementChange, readRankingText, type RankingFault } from "./rankingDocument";
import { setRankingKeys } from "./rankingKeys";
import { rankingTexts } from "./rankingTexts";
import { askedAxes, askedFlags, askedOf, isRevealed, orderOf, ownJudgement, shownItem } from "./rankingView";
import { problemText, t } from "./text";
import type { TextChange } from "./textChange";
import { WebviewPage } from "./webviewPanel";

/** Work on one item beyond this between two edits is not believed: the page leaves idle time out itself. */
const longestStretchMs = 3_600_000;

/** What a session needs of the window. */
export interface Surroundings {
  readonly extensionUri: Uri;
  readonly log: LogOutputChannel;
}

type EditAction = Extract<RankingAction, { readonly type: "edit" }>;

/** What a session works on once its files have been read. */
interface Opened {
  /** In the order in which the labeler goes through them. */
  readonly items: readonly LabelItem[];
  readonly file: RankingFile;
}

/** One panel on one labeler's file: it reads the document after each change, and turns the page's actions into changes. */
export class RankingSession implements Disposable {
  private readonly page: WebviewPage<"ranking">;
  private readonly parts: Disposable[];
  private readonly where: string;
  private readonly place: ReturnType<typeof rankingFileParts>;
  private readonly progress = new LabelCache();
  private config: RunConfig;
  private readonly batch: RankingBatch | RankingFault;
  private read: Opened | RankingFault;
  private index = 0;
  /** When the shown item came up, for `openedAt` of its first edit. */
  private shownAt = new Date();
  private edits: Promise<void> = Promise.resolve();
  /** The number of the page's last edit that was dealt with. */
  private upTo = 0;

  constructor(
    private readonly surroundings: Surroundings,
    private readonly document: TextDocument,
    readonly panel: WebviewPanel,
  ) {
    this.place = rankingFileParts(document.uri.fsPath);
    this.where = workspace.asRelativePath(document.uri);
    this.config = projectConfig(this.place?.project ?? "").config;
    this.batch = readRankingBatch(this.place, this.where, (path) => workspace.asRelativePath(path), t);
    if (!isFault(this.batch) && this.batch.warning !== null) {
      surroundings.log.warn(this.batch.warning);
      void window.showWarningMessage(messageText(problemText(this.batch.warning)));
    }
    this.read = this.readDocument();
    this.index = isFault(this.read) ? 0 : (nextOpen({ items: this.statuses(this.read) }, 0) ?? 0);
    this.page = new WebviewPage(panel, {
      name: "ranking",
      extensionUri: surroundings.extensionUri,
      log: surroundings.log,
      texts: rankingTexts(),
      state: () => this.state(),
      onAction: (action) => void this.act(action),
    });
    this.parts = [
      this.page,
      workspace.onDidChangeTextDocument((event) => this.onChange(event)),
      workspace.onDidSaveTextDocument((saved) => this.onSave(saved)),
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("rlhf.labeler")) this.page.refresh();
      }),
      panel.onDidChangeViewState(() => {
        if (!panel.active) setRankingKeys(false);
      }),
    ];
  }

  command(command: RankingCommand, argument: string): void {
    if (command === "guidelines") void this.openGuidelines();
    else this.page.post({ type: "command", command, argument });
  }

  /** Shows an item by its id, if the batch holds it. */
  openItemOf(id: string): void {
    const index = isFault(this.read) ? -1 : this.read.items.findIndex((item) => item.id === id);
    if (index >= 0) this.openItem(index);
  }

  get file(): string {
    return this.document.uri.fsPath;
  }

  dispose(): void {
    setRankingKeys(false);
    for (const part of this.parts) part.dispose();
  }

  private readDocument(): Opened | RankingFault {
    const { batch, place } = this;
    if (isFault(batch)) return batch;
    const file = readRankingText(this.document.getText(), this.where, batch.items, t);
    if (isFault(file)) return file;
    if (place !== null && (file.batch !== place.batch || file.labeler !== place.labeler)) {
      const message = t(
        '{0}: by its name it holds the labels of "{1}" for the batch "{2}", but inside it says "{3}" and "{4}": make both agree.',
        this.where,
        place.labeler,
        place.batch,
        file.labeler,
        file.batch,
      );
      return { message, line: 1 };
    }
    return { items: itemsInOrder(batch, file), file };
  }

  private statuses({ items, file }: Opened): RankingState["items"] {
    return items.map(({ id }) => ({ id, status: ownJudgement(file, id)?.status ?? null }));
  }

  private state(): RankingState {
    this.shownAt = new Date();
    const { read, config, index, place } = this;
    const isBroken = isFault(read);
    return {
      batch: place?.batch ?? "",
      labeler: place?.labeler ?? "",
      axes: askedAxes(config),
      flags: askedFlags(config, t),
      hasGuidelines: existsSync(this.guidelinesPath()),
      items: isBroken ? [] : this.statuses(read),
      team: this.team(),
      index,
      item: isBroken ? null : this.shown(read, index),
      problem: isBroken ? { ...read, message: problemText(read.message) } : null,
      readOnly: this.isReadOnly(),
    };
  }

  private shown({ items, file }: Opened, index: number) {
    const item = items[index];
    const { assigned, others } = isFault(this.batch)
      ? { assigned: new Map<string, never>(), others: [] }
      : this.batch;
    const { reason = null, suggestion = null } = assigned.get(item.id) ?? {};
    const wanted = this.config.labeling.suggestions ? suggestion : null;
    return shownItem(item, file, { reason, suggestion: wanted, others }, t);
  }

  /** Another person's labels can be looked at. Whoever has not said their name is taken at the file's word. */
  private isReadOnly(): boolean {
    const name = labelerName();
    return name !== "" && name !== this.place?.labeler && adjudicatorOf(name) !== this.place?.labeler;
  }

  private team(): RankingState["team"] {
    const batches = this.place === null ? [] : this.progress.list(this.place.project);
    const own = batches.find(({ batch }) => batch === this.place?.batch);
    return own === undefined
      ? { done: 0, items: 0, labelers: 0 }
      : { done: doneByAnyone(own).size, items: own.items.length, labelers: own.labelers.length };
  }

  private async act(action: RankingAction): Promise<void> {
    switch (action.type) {
      case "edit":
        // One after the other: each is worked out on the text that the one before has left.
        this.edits = this.edits
          .then(() => this.edit(action))
          .catch((error: unknown) => {
            this.surroundings.log.error(error instanceof Error ? error : String(error));
          });
        return await this.edits;
      case "open":
        return this.openItem(action.index);
      case "openText":
        return await this.openText(action.line);
      case "guidelines":
        return await this.openGuidelines();
      case "focus":
        return setRankingKeys(action.focused && this.panel.active);
    }
  }

  private openItem(index: number): void {
    if (isFault(this.read) || index >= this.read.items.length) return;
    this.index = index;
    this.shownAt = new Date();
    this.page.post({ type: "item", index, item: this.shown(this.read, index) });
  }

  private async edit({ item: id, edit, activeMs, number }: EditAction): Promise<void> {
    this.upTo = number;
    const change = this.changeOf(id, edit, activeMs);
    if (change !== null) {
      const [start, end] = [change.offset, change.offset + change.length];
      const range = new Range(this.document.positionAt(start), this.document.positionAt(end));
      const edits = new WorkspaceEdit();
      edits.replace(this.document.uri, range, change.content);
      if (!(await workspace.applyEdit(edits))) return this.page.refresh();
    }
    if (!isFault(this.read)) this.postJudgement(id, this.read.file);
  }

  /** The change of the document that an edit is; null where it is not possible. */
  private changeOf(id: string, edit: RankingEdit, activeMs: number): TextChange | null {
    if (isFault(this.read) || this.isReadOnly()) return null;
    const { items, file } = this.read;
    const item = items.find((candidate) => candidate.id === id);
    if (item === undefined) return null;
    const edited = applyRankingEdit(askedOf(item, file, this.config), ownJudgement(file, id), edit);
    if (edited === null) return null;
    const judged = this.withCircumstances(edited, item, file, activeMs);
    return judgementChange(this.document.getText(), id, judged);
  }

  private postJudgement(id: string, file: RankingFile): void {
    const judgement = ownJudgement(file, id) ?? null;
    this.page.post({ type: "judgement", id, judgement, upTo: this.upTo });
  }

  /** The judgement with what a reader wants to know of how it came about. */
  private withCircumstances(
    judged: RankingJudgement,
    item: LabelItem,
    file: RankingFile,
    activeMs: number,
  ): RankingJudgement {
    const { openedAt, submittedAt, activeMs: before = 0, guidelinesVersion, ...rest } = judged;
    const isFinished = judged.status !== "draft";
    const version = isFinished ? this.guidelinesVersion() : (guidelinesVersion ?? null);
    const stretch = Math.min(Math.max(activeMs, 0), longestStretchMs);
    return {
      ...rest,
      shownOrder: orderOf(item, file),
      activeMs: before + Math.round(stretch),
      openedAt: openedAt ?? this.shownAt.toISOString(),
      ...(isFinished
        ? { submittedAt: new Date().toISOString() }
        : submittedAt !== undefined && { submittedAt }),
      ...(version !== null && { guidelinesVersion: version }),
    };
  }

  private onChange({ document, reason }: TextDocumentChangeEvent): void {
    if (document !== this.document) return;
    const before = this.read;
    this.read = this.readDocument();
    const now = this.read;
    if (isFault(now) || isFault(before)) return this.page.refresh();
    const changed = now.items
      .map(({ id }, index) => ({ id, index }))
      .filter(({ id }) => {
        const [old, current] = [ownJudgement(before.file, id), ownJudgement(now.file, id)];
        return JSON.stringify(old) !== JSON.stringify(current);
      });
    const isUndo = reason === TextDocumentChangeReason.Undo || reason === TextDocumentChangeReason.Redo;
    // What is undone elsewhere is shown, or a person would not see what they did.
    if (isUndo && changed.length > 0 && !changed.some(({ index }) => index === this.index))
      this.openItem(changed[0].index);
    for (const { id, index } of changed) {
      // Submitting reveals the models and taking up again hides them: then the whole item is shown anew.
      const isTurned = isRevealed(ownJudgement(before.file, id)) !== isRevealed(ownJudgement(now.file, id));
      if (index === this.index && isTurned)
        this.page.post({ type: "item", index, item: this.shown(now, index) });
      this.postJudgement(id, now.file);
    }
  }

  private onSave(saved: TextDocument): void {
    if (saved === this.document) this.page.post({ type: "team", team: this.team() });
  }

  private guidelinesPath(): string {
    return join(this.place?.project ?? "", this.config.labeling.guidelines);
  }

  /** The first letters of the SHA-256 of the guidelines as they are now; null where there are none. */
  private guidelinesVersion(): string | null {
    const path = this.guidelinesPath();
    const text = existsSync(path) ? readText(path) : null;
    if (text === null || isProblem(text)) return null;
    return createHash("sha256").update(text).digest("hex").slice(0, 12);
  }

  private async openGuidelines(): Promise<void> {
    const path = this.guidelinesPath();
    if (existsSync(path))
      return void (await commands.executeCommand("markdown.showPreviewToSide", Uri.file(path)));
    const write = t("Write Them");
    const question = t("There are no guidelines yet: {0}.", this.config.labeling.guidelines);
    if ((await window.showInformationMessage(question, write)) !== write) return;
    const document = await workspace.openTextDocument(Uri.file(path).with({ scheme: "untitled" }));
    await window.showTextDocument(document, ViewColumn.Beside);
  }

  private async openText(line: number | null): Promise<void> {
    const at = new Range((line ?? 1) - 1, 0, (line ?? 1) - 1, 0);
    await commands.executeCommand("vscode.openWith", this.document.uri, "default", { selection: at });
  }
}
