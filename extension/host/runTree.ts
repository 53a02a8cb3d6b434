import {
  EventEmitter,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  workspace,
  type Disposable,
  type TreeDataProvider,
} from "vscode";
import { basename } from "node:path";
import { isRunId, stages, type Stage } from "../protocol/runFormat";
import { bestCheckpoint, listCheckpoints } from "../runs/checkpoints";
import type { Host } from "./host";
import { RunDecorations } from "./runDecorations";
import { isBroken, type BrokenRun, type RunEntry } from "./runEntry";
import { brokenItem, checkpointItem, runItem, type RunContext } from "./runItem";
import { matchesFilter, sortRuns } from "./runFilter";
import { changedRuns, lookAtRuns, type RunSnapshot } from "./runSnapshot";
import { metricValues, type MetricValue } from "./runSummary";
import { runTooltip } from "./runTooltip";
import { t } from "./text";
import { aboutText, stageName, stateName } from "./words";

/** A line of the Runs view; menu commands get it as their first argument. */
export type RunsNode =
  | { readonly kind: "project"; readonly project: string }
  /** The stage "other" holds the folders that are no runs. */
  | { readonly kind: "stage"; readonly project: string; readonly stage: Stage | "other" }
  | { readonly kind: "run" | "broken"; readonly project: string; readonly id: string }
  | {
      readonly kind: "checkpoint";
      readonly project: string;
      readonly id: string;
      readonly iteration: number;
    };

/** Runs by stage, newest first, each with its checkpoints. It reads when the view asks, and tells the view only what has changed. */
export class RunTree implements TreeDataProvider<RunsNode>, Disposable {
  private readonly changed = new EventEmitter<RunsNode | RunsNode[] | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  readonly decorations = new RunDecorations();
  private readonly snapshots = new Map<string, RunSnapshot>();
  /** The view knows a line by its object, so a line keeps its object. */
  private readonly nodes = new Map<string, RunsNode>();
  private metricValue: MetricValue = "last";

  constructor(private readonly host: Host) {}

  getChildren(node?: RunsNode): RunsNode[] {
    if (node === undefined) return this.roots();
    switch (node.kind) {
      case "project":
        return this.stagesOf(node.project);
      case "stage":
        return this.visible(node.project, node.stage).map((entry) => this.entryNode(entry));
      case "run":
        return this.checkpointsOf(node.project, node.id);
      case "broken":
      case "checkpoint":
        return [];
    }
  }

  private roots(): RunsNode[] {
    const projects = this.host.projects.all();
    if (projects.length === 1) return this.stagesOf(projects[0]);
    return projects.map((project) => this.node({ kind: "project", project }));
  }

  private stagesOf(project: string): RunsNode[] {
    this.look(project);
    return ([...stages, "other"] as const)
      .filter((stage) => this.visible(project, stage).length > 0)
      .map((stage) => this.node({ kind: "stage", project, stage }));
  }

  private checkpointsOf(project: string, id: string): RunsNode[] {
    const entry = this.entry(project, id);
    if (entry === undefined || isBroken(entry)) return [];
    const iterations = [...listCheckpoints(entry.run.paths)].reverse();
    return iterations.map((iteration) => this.node({ kind: "checkpoint", project, id, iteration }));
  }

  getTreeItem(node: RunsNode): TreeItem {
    switch (node.kind) {
      case "project": {
        const item = new TreeItem(basename(node.project), TreeItemCollapsibleState.Expanded);
        item.id = node.project;
        item.iconPath = new ThemeIcon("folder");
        return item;
      }
      case "stage":
        return this.stageItem(node.project, node.stage);
      case "run":
      case "broken": {
        const entry = this.entry(node.project, node.id) ?? this.host.runs.read(node.project, node.id);
        return isBroken(entry) ? brokenItem(entry) : runItem(entry, this.context(entry));
      }
      case "checkpoint": {
        const entry = this.host.runs.read(node.project, node.id);
        if (isBroken(entry)) return brokenItem(entry);
        const isBest = bestCheckpoint(entry.run.paths) === node.iteration;
        return checkpointItem(entry, node.iteration, isBest);
      }
    }
  }

  /** Called when somebody points at a line. */
  resolveTreeItem(item: TreeItem, node: RunsNode): TreeItem {
    const entry = node.kind === "run" ? this.host.runs.read(node.project, node.id) : undefined;
    if (entry === undefined || isBroken(entry)) return item;
    const facts = this.context(entry).isBest ? [t("best of its stage")] : [];
    item.tooltip = runTooltip(entry, facts, (id) => this.host.runs.read(entry.project, id));
    return item;
  }

  private stageItem(project: string, stage: Stage | "other"): TreeItem {
    const name = stage === "other" ? t("Other folders") : stageName(stage);
    const item = new TreeItem(name, TreeItemCollapsibleState.Expanded);
    const [shown, all] = [this.visible(project, stage).length, this.ofStage(project, stage).length];
    item.id = `${project}|${stage}`;
    item.contextValue = "stage";
    item.description = shown === all ? String(all) : t("{0} of {1}", shown, all);
    return item;
  }

  /** Reads the project's runs; the view is told what has changed since it last asked. */
  refresh(project: string): void {
    const before = this.snapshots.get(project);
    if (before === undefined) return;
    const after = this.look(project);
    const changes = changedRuns(before, after);
    if (changes === "all") this.changed.fire(undefined);
    else if (changes.length > 0) this.changed.fire(changes.map((entry) => this.entryNode(entry)));
  }

  /** Everything anew: the filter, the order, a setting or the list of projects has changed. */
  refreshAll(): void {
    for (const project of this.snapshots.keys()) this.look(project);
    this.changed.fire(undefined);
  }

  /** How many runs the filter leaves, of how many. */
  count(): { readonly shown: number; readonly all: number } {
    const snapshots = [...this.snapshots.values()];
    const sum = (of: (snapshot: RunSnapshot) => number): number =>
      snapshots.reduce((total, snapshot) => total + of(snapshot), 0);
    return { shown: sum(({ visible }) => visible.length), all: sum(({ entries }) => entries.length) };
  }

  private look(project: string): RunSnapshot {
    const { runs, explorer } = this.host;
    const now = new Date().getTime();
    const words = (entry: RunEntry): string[] => [
      stageName(entry.run.manifest.stage),
      stateName(entry.status.state),
    ];
    const snapshot = lookAtRuns(project, runs.list(project), (entries) =>
      sortRuns(
        entries.filter((entry) => matchesFilter(explorer.filter, entry, words)),
        explorer.order,
        now,
      ),
    );
    this.snapshots.set(project, snapshot);
    const setting = workspace.getConfiguration("rlhf").get<string>("runs.metricValue");
    this.metricValue = metricValues.find((value) => value === setting) ?? "last";
    for (const entry of snapshot.entries)
      if (!isBroken(entry))
        this.decorations.set(project, entry.id, entry.status.state, snapshot.best.has(entry.id));
    return snapshot;
  }

  private entry(project: string, id: string): RunEntry | BrokenRun | undefined {
    return this.snapshots.get(project)?.byId.get(id);
  }

  private visible(project: string, stage: Stage | "other"): readonly (RunEntry | BrokenRun)[] {
    return this.snapshots.get(project)?.visible.filter(({ id }) => stageOf(id) === stage) ?? [];
  }

  private ofStage(project: string, stage: Stage | "other"): readonly (RunEntry | BrokenRun)[] {
    return this.snapshots.get(project)?.entries.filter(({ id }) => stageOf(id) === stage) ?? [];
  }

  private context(entry: RunEntry): RunContext {
    const { project, id } = entry;
    const snapshot = this.snapshots.get(project);
    return {
      isBest: snapshot?.best.has(id) ?? false,
      isChecked: this.host.explorer.checkedRuns(project).includes(id),
      about: aboutText(
        entry,
        (_, other) => this.entry(project, other) ?? this.host.runs.read(project, other),
      ),
      placeInQueue: (snapshot?.queue.indexOf(id) ?? -1) + 1,
      metricValue: this.metricValue,
    };
  }

  private entryNode(entry: RunEntry | BrokenRun): RunsNode {
    return this.node({ kind: isBroken(entry) ? "broken" : "run", project: entry.project, id: entry.id });
  }

  private node(node: RunsNode): RunsNode {
    const key = JSON.stringify(node);
    const known = this.nodes.get(key) ?? node;
    this.nodes.set(key, known);
    return known;
  }

  dispose(): void {
    this.changed.dispose();
    this.decorations.dispose();
  }
}

function stageOf(id: string): Stage | "other" {
  return isRunId(id) ? (id.slice(0, id.indexOf("-")) as Stage) : "other";
}
