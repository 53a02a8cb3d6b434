import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { Uri } from "vscode";
import { EventEmitter, commands, window, workspace, type Disposable } from "vscode";
import { projectFile } from "../runs/runPaths";
import { t } from "./text";

/** The projects open in this window: the workspace folders that hold an rlhf.json. Looking for them touches that one file of each folder. */
export class Projects implements Disposable {
  private readonly changed = new EventEmitter<void>();
  /** A project has come or gone. */
  readonly onDidChange = this.changed.event;
  private readonly parts: Disposable[] = [this.changed];
  private known: readonly string[] | null = null;

  constructor() {
    const watcher = workspace.createFileSystemWatcher(`**/${projectFile}`, false, true, false);
    const look = (): void => {
      const before = this.known?.join("\n");
      this.known = null;
      if (this.all().join("\n") !== before) this.changed.fire();
    };
    this.parts.push(watcher, watcher.onDidCreate(look), watcher.onDidDelete(look));
    this.parts.push(workspace.onDidChangeWorkspaceFolders(look));
  }

  /** Absolute paths, in the order of the workspace folders. */
  all(): readonly string[] {
    this.known ??= (workspace.workspaceFolders ?? [])
      .filter(({ uri }) => uri.scheme === "file")
      .map(({ uri }) => uri.fsPath)
      .filter((folder) => existsSync(join(folder, projectFile)));
    void commands.executeCommand("setContext", "rlhf.hasProject", this.known.length > 0);
    return this.known;
  }

  /** The project of a file, if it lies in one. */
  of(uri: Uri | undefined): string | undefined {
    const folder = uri && workspace.getWorkspaceFolder(uri)?.uri.fsPath;
    return this.all().find((project) => project === folder);
  }

  /** The one project there is, that of the active editor, or the one a person picks; undefined when they pick none or there is none. */
  async choose(): Promise<string | undefined> {
    const all = this.all();
    if (all.length === 0) {
      await this.sayThereIsNone();
      return undefined;
    }
    const active = this.of(window.activeTextEditor?.document.uri);
    if (all.length === 1 || active) return active ?? all[0];
    const items = all.map((project) => ({ label: basename(project), description: project, project }));
    return (await window.showQuickPick(items, { title: t("Which project?") }))?.project;
  }

  private async sayThereIsNone(): Promise<void> {
    const create = t("New Project");
    const chosen = await window.showInformationMessage(
      t("No project is open here: a project is a folder with an {0}.", projectFile),
      create,
    );
    if (chosen === create) await commands.executeCommand("rlhf.newProject");
  }

  dispose(): void {
    for (const part of this.parts) part.dispose();
  }
}
