import { basename } from "node:path";
import {
  EventEmitter,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  Uri,
  workspace,
  type Disposable,
  type TreeDataProvider,
} from "vscode";
import type { Problem } from "../protocol/problem";
import { isSimulated } from "../protocol/rankingFormat";
import type { Host } from "./host";
import { doneByAnyone, rankingsToDo, type BatchProgress, type LabelerProgress } from "./labelProgress";
import { problemText, t } from "./text";

/** A line of the Labels view; menu commands get it as their first argument. */
export type LabelsNode =
  | { readonly kind: "project"; readonly project: string }
  | { readonly kind: "batch"; readonly project: string; readonly batch: string; readonly itemsFile: string }
  | {
      readonly kind: "labeler";
      readonly project: string;
      readonly batch: string;
      readonly labeler: string;
      readonly file: string;
    };

/** Batches of answers to rank with their progress, and in each its labelers with theirs. */
export class LabelTree implements TreeDataProvider<LabelsNode>, Disposable {
  private readonly changed = new EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;

  constructor(private readonly host: Host) {}

  getChildren(node?: LabelsNode): LabelsNode[] {
    if (node === undefined) {
      const projects = this.host.projects.all();
      if (projects.length === 1) return this.batches(projects[0]);
      return projects.map((project) => ({ kind: "project", project }));
    }
    if (node.kind === "project") return this.batches(node.project);
    if (node.kind === "labeler") return [];
    const { project, batch } = node;
    const labelers = this.progress(project, batch)?.labelers ?? [];
    return labelers.map(({ labeler, file }) => ({ kind: "labeler", project, batch, labeler, file }));
  }

  private batches(project: string): LabelsNode[] {
    return this.host.labels
      .list(project)
      .map(({ batch, itemsFile }) => ({ kind: "batch", project, batch, itemsFile }) as const);
  }

  getTreeItem(node: LabelsNode): TreeItem {
    if (node.kind === "project") {
      const item = new TreeItem(basename(node.project), TreeItemCollapsibleState.Expanded);
      item.iconPath = new ThemeIcon("folder");
      return item;
    }
    const progress = this.progress(node.project, node.batch);
    if (node.kind === "batch") return batchItem(node.batch, node.itemsFile, progress);
    const own = progress?.labelers.find(({ labeler }) => labeler === node.labeler);
    return labelerItem(node.labeler, node.file, own);
  }

  /** All batches of a project with their progress. */
  list(project: string): readonly BatchProgress[] {
    return this.host.labels.list(project);
  }

  /** Rankings still to do in all projects, by the person of this machine or by anyone while they have no name. */
  toDo(): number {
    const labeler = workspace.getConfiguration("rlhf").get<string>("labeler", "");
    return rankingsToDo(
      this.host.projects.all().flatMap((project) => this.list(project)),
      labeler,
    );
  }

  refresh(): void {
    this.changed.fire(undefined);
  }

  private progress(project: string, batch: string): BatchProgress | undefined {
    return this.host.labels.list(project).find((candidate) => candidate.batch === batch);
  }

  dispose(): void {
    this.changed.dispose();
  }
}

function batchItem(batch: string, itemsFile: string, progress: BatchProgress | undefined): TreeItem {
  const item = new TreeItem(batch, TreeItemCollapsibleState.Collapsed);
  const [done, all] = progress ? [doneByAnyone(progress).size, progress.items.length] : [0, 0];
  item.contextValue = "batch";
  item.description = `${done}/${all}`;
  item.iconPath = new ThemeIcon(done === all && all > 0 ? "pass" : "list-ordered");
  item.tooltip = t("{0} of {1} items are ranked", done, all);
  item.command = opening(itemsFile);
  if (progress?.problem) markBroken(item, progress.problem);
  item.accessibilityInformation = { label: `${batch}, ${String(item.tooltip)}` };
  return item;
}

function labelerItem(labeler: string, file: string, own: LabelerProgress | undefined): TreeItem {
  const item = new TreeItem(labeler, TreeItemCollapsibleState.None);
  const all = own?.items.length ?? 0;
  const done = own?.items.filter((id) => own.done.has(id)).length ?? 0;
  item.contextValue = "labeler";
  item.description = `${done}/${all}`;
  item.iconPath = new ThemeIcon(isSimulated(labeler) ? "hubot" : "person");
  item.tooltip = t("{0} of {1} items are done, {2} of them with a ranking", done, all, own?.submitted ?? 0);
  item.command = opening(file);
  if (own?.problem) markBroken(item, own.problem);
  item.accessibilityInformation = { label: `${labeler}, ${String(item.tooltip)}` };
  return item;
}

function markBroken(item: TreeItem, problem: Problem): void {
  item.description = t("cannot be read");
  item.iconPath = new ThemeIcon("warning", new ThemeColor("list.warningForeground"));
  item.tooltip = problemText(problem.message);
}

function opening(file: string): { command: string; title: string; arguments: unknown[] } {
  return { command: "vscode.open", title: t("Open"), arguments: [Uri.file(file)] };
}
