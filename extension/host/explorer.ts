import { TreeItemCheckboxState, window, workspace, type Disposable, type TreeView } from "vscode";
import { contextKeys, walkthroughKeys } from "./contextKeys";
import { DataTree } from "./dataTree";
import type { Host } from "./host";
import { LabelTree, type LabelsNode } from "./labelTree";
import { RunTree, type RunsNode } from "./runTree";
import { contextKeySetter } from "./setContextKeys";
import { StatusBar } from "./statusBar";
import { t } from "./text";
import { tellWalkthrough } from "./walkthrough";
import { watchProject, type ProjectPart } from "./watchProject";

/** How often a project with a run under way is looked at, because a killed trainer changes no file and watchers may be slow. */
const lookMilliseconds = 2000;

/** The views of the side bar, the status bar and the context keys. Nothing is read before a view or a command asks. */
export function registerExplorer(host: Host): Disposable[] {
  const [runTree, labelTree, dataTree] = [new RunTree(host), new LabelTree(host), new DataTree(host)];
  const runs = window.createTreeView("rlhf.runs", {
    treeDataProvider: runTree,
    canSelectMany: true,
    showCollapseAll: true,
    manageCheckboxStateManually: true,
  });
  const labels = window.createTreeView("rlhf.labels", { treeDataProvider: labelTree });
  const data = window.createTreeView("rlhf.data", { treeDataProvider: dataTree, showCollapseAll: true });
  const statusBar = new StatusBar();
  const live = new LiveProjects(host, { runTree, labelTree, dataTree, statusBar, labels });
  return [
    ...[runs, labels, data, runTree, labelTree, dataTree, statusBar, live],
    window.registerFileDecorationProvider(runTree.decorations),
    ...runViewListeners(host, runs, runTree),
    host.explorer.onDidCheckData(() => dataTree.refresh()),
    runs.onDidChangeVisibility(({ visible }) => visible && live.wake()),
    labels.onDidChangeVisibility(({ visible }) => visible && live.wake()),
    data.onDidChangeVisibility(({ visible }) => {
      // The config may name files outside the folders that are watched.
      if (visible) dataTree.refresh();
      if (visible) live.wake();
    }),
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("rlhf.runs")) runTree.refreshAll();
      if (change.affectsConfiguration("rlhf.labeler")) live.wake();
    }),
  ];
}

function runViewListeners(host: Host, view: TreeView<RunsNode>, tree: RunTree): Disposable[] {
  const { explorer } = host;
  const showFilter = (): void => {
    const { shown, all } = tree.count();
    const isFiltered = explorer.filter.length > 0 && shown > 0;
    const message = isFiltered ? t("{0} of {1} runs match the filter", shown, all) : "";
    if (view.message !== message) view.message = message;
    if (view.description !== explorer.filterText) view.description = explorer.filterText;
  };
  return [
    view.onDidChangeCheckboxState(async ({ items }) => {
      for (const [node, state] of items)
        if (node.kind === "run")
          await explorer.setChecked(node.project, node.id, state === TreeItemCheckboxState.Checked);
    }),
    explorer.onDidChange(() => {
      tree.refreshAll();
      showFilter();
    }),
    host.runs.onDidChange(showFilter),
  ];
}

interface Shown {
  readonly runTree: RunTree;
  readonly labelTree: LabelTree;
  readonly dataTree: DataTree;
  readonly statusBar: StatusBar;
  readonly labels: TreeView<LabelsNode>;
}

/** Keeps what is shown in step with the files of the projects somebody has asked for. */
class LiveProjects implements Disposable {
  private readonly setKeys = contextKeySetter();
  private readonly watched = new Map<string, Disposable>();
  private readonly listeners: readonly Disposable[];
  private timer: NodeJS.Timeout | undefined;
  private isWoken = false;

  constructor(
    private readonly host: Host,
    private readonly shown: Shown,
  ) {
    this.listeners = [
      host.runs.onDidAsk(() => this.wake()),
      host.runs.onDidChange((project) => {
        shown.runTree.refresh(project);
        this.wake();
      }),
      host.projects.onDidChange(() => {
        shown.runTree.refreshAll();
        shown.labelTree.refresh();
        shown.dataTree.refresh();
        this.wake();
      }),
    ];
  }

  /** Watches the open projects from now on and shows what their files say, once for all who ask at the same time. */
  wake(): void {
    if (this.isWoken) return;
    this.isWoken = true;
    setImmediate(() => {
      this.isWoken = false;
      this.look();
    });
  }

  private look(): void {
    const projects = this.host.projects.all();
    for (const project of projects)
      if (!this.watched.has(project))
        this.watched.set(
          project,
          watchProject(project, (parts) => this.onChange(project, parts)),
        );
    for (const [project, watch] of this.watched)
      if (!projects.includes(project)) {
        watch.dispose();
        this.watched.delete(project);
      }
    this.show(projects);
  }

  private onChange(project: string, parts: ReadonlySet<ProjectPart>): void {
    if (parts.has("data")) this.shown.dataTree.refresh();
    if (parts.has("labels")) this.shown.labelTree.refresh();
    if (parts.has("runs")) this.host.runs.touch(project);
    else this.wake();
  }

  private show(projects: readonly string[]): void {
    const { statusBar, labels, labelTree } = this.shown;
    const entries = projects.flatMap((project) => this.host.runs.list(project));
    const batches = projects.flatMap((project) => labelTree.list(project));
    const keys = contextKeys(entries, batches);
    tellWalkthrough(walkthroughKeys(projects.length > 0, entries, batches));
    this.setKeys(keys);
    statusBar.update(projects.length > 0, entries);
    const toDo = labelTree.toDo();
    labels.badge = toDo > 0 ? { value: toDo, tooltip: t("Rankings to do: {0}", toDo) } : undefined;
    clearTimeout(this.timer);
    if (keys["rlhf.running"] || keys["rlhf.paused"] || keys["rlhf.queued"])
      this.timer = setTimeout(
        () => projects.forEach((project) => this.host.runs.touch(project)),
        lookMilliseconds,
      );
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const part of [...this.listeners, ...this.watched.values()]) part.dispose();
  }
}
