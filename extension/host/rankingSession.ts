import { existsSync } from "node:fs";

import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Uri } from "vscode";
import {
  Range,
  TextDocumentChangeReason,
  WorkspaceEdit,
  commands,
  workspace,
  type Disposable,
  type LogOutputChannel,
  type TextDocument,
  type TextDocumentChangeEvent,
  type WebviewPanel,
} from "vscode";
import { applyRankingEdit, type RankingEdit } from "../protocol/rankingEdits";
import { adjudicatorOf, isAdjudicator, type RankingFile } from "../protocol/rankingFormat";
import {
  nextOpen,
  type RankingAction,
  type RankingCommand,
  type RankingState,
} from "../protocol/rankingMessages";
import { defaultConfig } from "../protocol/resolveConfig";
import type { RankingPlace } from "../runs/labelFiles";
import { afterMessages } from "./afterMessages";
import { guidelinesVersion, openGuidelines } from "./guidelines";
import { labelerName } from "./labeler";
import { doneByAnyone, type LabelCache } from "./labelProgress";
import { projectConfig } from "./projectConfig";
import { isFault, judgementChange, withCircumstances, type RankingFault } from "./rankingDocument";
import { RankingReader, shownOf, statusesOf, type Opened } from "./rankingReader";
import { rankingTexts } from "./rankingTexts";
import { askedAxes, askedFlags, askedOf, isRevealed, orderOf, ownJudgement } from "./rankingView";
import { problemText, t } from "./text";
import type { TextChange } from "./textChange";
import { WebviewPage } from "./webviewPanel";

/** What a session needs of the window. */
export interface Surroundings {
  readonly extensionUri: Uri;
  readonly log: LogOutputChannel;
  readonly labels: LabelCache;
}

type EditAction = Extract<RankingAction, { readonly type: "edit" }>;

/** One panel on one labeler's file: it reads the document after each change, and turns the page's actions into changes. */
export class RankingSession implements Disposable {
  private readonly page: WebviewPage<"ranking">;
  private readonly parts: Disposable[];
  private readonly reader: RankingReader;
  /** As rlhf.json said when the page was hydrated last. */
  private config = defaultConfig();
  /** Null until somebody asks. */
  private lastRead: Opened | RankingFault | null = null;
  private index = 0;
  private firstItem: string | null = null;
  /** When the shown item came up, for `openedAt` of its first edit. */
  private shownAt = new Date();
  private edits: Promise<void> = Promise.resolve();
  /** The number of the page's last edit that was dealt with. */
  private upTo = 0;
  /** The page has the keyboard, outside of its fields. */
  private hasFocus = false;

  constructor(
    private readonly surroundings: Surroundings,
    private readonly document: TextDocument,
    readonly panel: WebviewPanel,
    /** Whether single keys are a page's may have changed. */
    private readonly noticeKeys: () => void,
  ) {
    this.reader = new RankingReader(surroundings, document.uri.fsPath);
    this.page = new WebviewPage(panel, {
      name: "ranking",
      extensionUri: surroundings.extensionUri,
      log: surroundings.log,
      texts: rankingTexts(),
      state: () => this.state(),
      onAction: (action) => void this.act(action),
      onReady: () => {
        // A page that begins numbers its edits from 1 again; and what others have done is counted when there is something to see.
        this.upTo = 0;
        afterMessages(() => this.postTeam());
      },
    });
    // The window loads the page's frame and script meanwhile, which takes about as long.
    void this.reader.ahead().then(() => this.read);
    this.parts = [
      this.page,
      workspace.onDidChangeTextDocument((event) => this.onChange(event)),
      workspace.onDidSaveTextDocument((saved) => this.onSave(saved)),
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("rlhf.labeler")) this.showAll();
      }),
      // A page may have the focus before its panel counts as active.
      panel.onDidChangeViewState(() => {
        this.hasFocus &&= panel.visible;
        noticeKeys();
      }),
    ];
  }

  private showAll(): void {
    this.page.refresh();
    this.postTeam();
  }

  command(command: RankingCommand, argument: string): void {
    if (command === "guidelines") void openGuidelines(this.guidelinesPath());
    else this.page.post({ type: "command", command, argument });
  }

  /** Shows an item by its id, if the batch holds it; at once, or as the first one where nothing has been read yet. */
  openItemOf(id: string): void {
    if (this.lastRead === null) this.firstItem = id;
    else if (!isFault(this.lastRead)) this.openItem(this.lastRead.items.findIndex((item) => item.id === id));
  }

  get file(): string {
    return this.document.uri.fsPath;
  }

  /** Whether single keys belong to this session's page. */
  get hasKeys(): boolean {
    return this.hasFocus && this.panel.active;
  }

  dispose(): void {
    for (const part of this.parts) part.dispose();
  }

  private get place(): RankingPlace | null {
    return this.reader.place;
  }

  private get read(): Opened | RankingFault {
    if (this.lastRead === null) {
      this.lastRead = this.reader.read(this.document.getText());
      const items = isFault(this.lastRead) ? [] : statusesOf(this.lastRead);
      const wanted = items.findIndex(({ id }) => id === this.firstItem);
      this.index = wanted >= 0 ? wanted : (nextOpen({ items }, 0) ?? 0);
    }
    return this.lastRead;
  }

  private state(): RankingState {
    this.shownAt = new Date();
    const { read, place } = this;
    const { index } = this;
    const config = (this.config = projectConfig(place?.project ?? "").config);
    const isBroken = isFault(read);
    return {
      batch: place?.batch ?? "",
      labeler: place?.labeler ?? "",
      axes: askedAxes(config),
      flags: askedFlags(config, t),
      hasGuidelines: existsSync(this.guidelinesPath()),
      items: isBroken ? [] : statusesOf(read),
      team: { done: 0, items: 0, labelers: 0 },
      index,
      item: isBroken ? null : shownOf(read, index, this.config),
      problem: isBroken ? { ...read, message: problemText(read.message) } : null,
      readOnly: this.isReadOnly(),
    };
  }

  /** Another person's labels can be looked at. Whoever has not said their name is taken at the file's word. */
  private isReadOnly(): boolean {
    const name = labelerName();
    return name !== "" && name !== this.place?.labeler && adjudicatorOf(name) !== this.place?.labeler;
  }

  private postTeam(): void {
    const { place, surroundings } = this;
    const batches = place === null ? [] : surroundings.labels.list(place.project);
    const own = batches.find(({ batch }) => batch === place?.batch);
    if (own === undefined) return;
    const labelers = own.labelers.filter(({ labeler }) => !isAdjudicator(labeler)).length;
    this.page.post({
      type: "team",
      team: { done: doneByAnyone(own).size, items: own.items.length, labelers },
    });
  }

  private async act(action: RankingAction): Promise<void> {
    switch (action.type) {
      case "edit":
        return await this.inTurn(() => this.edit(action));
      case "undo":
      case "redo":
        return await this.inTurn(() => commands.executeCommand(action.type));
      case "open":
        return this.openItem(action.index);
      case "openText":
        return await this.openText(action.line);
      case "guidelines":
        return await openGuidelines(this.guidelinesPath());
      case "focus":
        this.hasFocus = action.focused;
        return this.noticeKeys();
    }
  }

  /** One after the other: each is worked out on the text that the one before has left. */
  private inTurn(act: () => Thenable<void>): Promise<void> {
    this.edits = this.edits.then(act).catch((error: unknown) => {
      this.surroundings.log.error(error instanceof Error ? error : String(error));
    });
    return this.edits;
  }

  private openItem(index: number): void {
    if (isFault(this.read) || index < 0 || index >= this.read.items.length) return;
    this.index = index;
    this.shownAt = new Date();
    this.page.post({ type: "item", index, item: shownOf(this.read, index, this.config) });
  }

  private async edit({ item: id, edit, activeMs, number }: EditAction): Promise<void> {
    this.upTo = number;
    const change = this.changeOf(id, edit, activeMs);
    if (change !== null) {
      const [start, end] = [change.offset, change.offset + change.length];
      const range = new Range(this.document.positionAt(start), this.document.positionAt(end));
      const edits = new WorkspaceEdit();
      edits.replace(this.document.uri, range, change.content);
      if (!(await workspace.applyEdit(edits))) return this.showAll();
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
    const judged = withCircumstances(edited, {
      shownOrder: orderOf(item, file),
      shownAt: this.shownAt,
      now: new Date(),
      activeMs,
      guidelinesVersion: guidelinesVersion(this.guidelinesPath()),
    });
    return judgementChange(this.document.getText(), id, judged);
  }

  private postJudgement(id: string, file: RankingFile): void {
    const judgement = ownJudgement(file, id) ?? null;
    this.page.post({ type: "judgement", id, judgement, upTo: this.upTo });
  }

  private onChange({ document, reason }: TextDocumentChangeEvent): void {
    if (document !== this.document) return;
    const before = this.read;
    const now = (this.lastRead = this.reader.read(document.getText()));
    if (isFault(now) || isFault(before)) return this.showAll();
    const changed = now.items
      .map(({ id }, index) => ({ id, index }))
      .filter(({ id }) => !isDeepStrictEqual(ownJudgement(before.file, id), ownJudgement(now.file, id)));
    const isUndo = reason === TextDocumentChangeReason.Undo || reason === TextDocumentChangeReason.Redo;
    // What is undone elsewhere is shown, or a person would not see what they did.
    if (isUndo && changed.length > 0 && !changed.some(({ index }) => index === this.index))
      this.openItem(changed[0].index);
    for (const { id, index } of changed) {
      // Submitting reveals the models and taking up again hides them: then the whole item is shown anew.
      const isTurned = isRevealed(ownJudgement(before.file, id)) !== isRevealed(ownJudgement(now.file, id));
      if (index === this.index && isTurned)
        this.page.post({ type: "item", index, item: shownOf(now, index, this.config) });
      this.postJudgement(id, now.file);
    }
  }

  private onSave(saved: TextDocument): void {
    if (saved === this.document) this.postTeam();
  }

  private guidelinesPath(): string {
    return join(this.place?.project ?? "", this.config.labeling.guidelines);
  }

  private async openText(line: number | null): Promise<void> {
    const at = new Range((line ?? 1) - 1, 0, (line ?? 1) - 1, 0);
    await commands.executeCommand("vscode.openWith", this.document.uri, "default", { selection: at });
  }
}
