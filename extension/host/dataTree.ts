import { basename, join } from "node:path";
import {
  EventEmitter,
  Range,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  Uri,
  type Disposable,
  type TreeDataProvider,
} from "vscode";
import { dataListNames, type DataList } from "../data/dataLists";
import type { RecordProblem } from "../data/parseRecords";
import { configBlocks } from "../protocol/runConfig";
import { projectFile } from "../runs/runPaths";
import { DataFileCache, type DataFileReport } from "./dataFiles";
import { readDataLists } from "./dataListFiles";
import type { Host } from "./host";
import { problemText, t } from "./text";

interface FileNode {
  readonly kind: "file";
  readonly project: string;
  readonly list: DataList;
  readonly file: string;
  /** Whether the list has this file alone and its line stands for both. */
  readonly isList: boolean;
}

/** A line of the Data view. */
export type DataNode =
  | { readonly kind: "project"; readonly project: string }
  | {
      readonly kind: "list";
      readonly project: string;
      readonly list: DataList;
      readonly files: readonly string[];
    }
  | FileNode
  | { readonly kind: "problem"; readonly path: string; readonly line: number; readonly message: string }
  | { readonly kind: "more"; readonly count: number };

const shownProblems = 100;

/** The data lists of rlhf.json, each with its count, its splits once Check Data has found them, and its problems. Files are read one after the other. */
export class DataTree implements TreeDataProvider<DataNode>, Disposable {
  private readonly changed = new EventEmitter<DataNode | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly cache = new DataFileCache();
  private readonly nodes = new Map<string, FileNode>();
  private reading: Promise<unknown> = Promise.resolve();

  constructor(private readonly host: Host) {}

  getChildren(node?: DataNode): DataNode[] {
    if (node === undefined) {
      const projects = this.host.projects.all();
      if (projects.length === 1) return this.lists(projects[0]);
      return projects.map((project) => ({ kind: "project", project }));
    }
    switch (node.kind) {
      case "project":
        return this.lists(node.project);
      case "list":
        return node.files.map((file) => this.fileNode(node.project, node.list, file, false));
      case "file":
        return this.problemNodes(node);
      case "problem":
      case "more":
        return [];
    }
  }

  private lists(project: string): DataNode[] {
    const { files, problem } = readDataLists(project);
    const path = join(project, projectFile);
    const wrong: DataNode[] = problem === null ? [] : [{ kind: "problem", path, line: 1, message: problem }];
    const lists = dataListNames.filter((list) => files[list].length > 0);
    return [
      ...wrong,
      ...lists.map((list): DataNode => {
        const [first, ...others] = files[list];
        if (others.length === 0) return this.fileNode(project, list, first, true);
        return { kind: "list", project, list, files: files[list] };
      }),
    ];
  }

  getTreeItem(node: DataNode): TreeItem {
    switch (node.kind) {
      case "project": {
        const item = new TreeItem(basename(node.project), TreeItemCollapsibleState.Expanded);
        item.iconPath = new ThemeIcon("folder");
        return item;
      }
      case "list": {
        const item = new TreeItem(listName(node.list), TreeItemCollapsibleState.Expanded);
        item.description = this.splitText(node.project, node.list);
        item.iconPath = new ThemeIcon("files");
        return item;
      }
      case "file":
        return this.fileItem(node);
      case "problem":
        return problemItem(node.path, node.line, node.message);
      case "more":
        return new TreeItem(t("{0} more", node.count), TreeItemCollapsibleState.None);
    }
  }

  private fileItem(node: FileNode): TreeItem {
    const { project, list, file, isList } = node;
    const path = join(project, file);
    const report = this.cache.get(path, list);
    if (report === undefined) this.readLater(node);
    const problems = report === undefined ? [] : this.problemsOf(node, report);
    const { Collapsed, None } = TreeItemCollapsibleState;
    const item = new TreeItem(isList ? listName(list) : file, problems.length > 0 ? Collapsed : None);
    item.id = `${path}|${list}`;
    item.contextValue = "file";
    const parts = [
      countText(report, configBlocks.data[list].default.includes(file)),
      isList && report !== undefined && report.records !== null ? this.splitText(project, list) : "",
      problems.length > 0 ? t("problems: {0}", problems.length) : "",
    ];
    item.description = parts.filter((part) => part !== "").join(" · ");
    item.iconPath = problems.length > 0 ? warningIcon() : new ThemeIcon("file");
    item.tooltip =
      report?.isChecked === false
        ? t("{0}: large, so it is only counted. Check Data looks at each line.", file)
        : file;
    item.accessibilityInformation = { label: `${String(item.label)}, ${item.description}` };
    if (report?.records !== null) item.command = opening(path, problems[0]?.line ?? 1);
    return item;
  }

  private readLater(node: FileNode): void {
    const path = join(node.project, node.file);
    this.reading = this.reading.then(async () => {
      if (this.cache.get(path, node.list) !== undefined) return;
      await this.cache.read(path, node.list, node.file);
      this.changed.fire(node);
    });
  }

  /** Those of the file as it was read, or for a file that was only counted those that Check Data found. */
  private problemsOf({ project, file, list }: FileNode, report: DataFileReport): readonly RecordProblem[] {
    if (
      report.records === null &&
      !configBlocks.data[list].default.includes(file) &&
      report.problems.length === 0
    )
      return [{ line: 1, message: t("{0} is missing.", file) }];
    if (report.isChecked) return report.problems;
    const found = this.host.explorer.dataCheck(project)?.problems ?? [];
    const head = `${file}, line `;
    return found
      .filter((message) => message.startsWith(head))
      .map((message) => ({ line: Number.parseInt(message.slice(head.length), 10) || 1, message }));
  }

  private problemNodes(node: FileNode): DataNode[] {
    const path = join(node.project, node.file);
    const report = this.cache.get(path, node.list);
    const problems = report === undefined ? [] : this.problemsOf(node, report);
    const shown = problems.slice(0, shownProblems);
    const more = problems.length - shown.length;
    return [
      ...shown.map(({ line, message }) => ({ kind: "problem", path, line, message }) as const),
      ...(more > 0 ? [{ kind: "more", count: more } as const] : []),
    ];
  }

  private splitText(project: string, list: DataList): string {
    const splits = this.host.explorer.dataCheck(project)?.splits ?? {};
    if (!Object.hasOwn(splits, list)) return "";
    const { train, validation, test } = splits[list];
    return t("{0} training, {1} validation, {2} test", train, validation, test);
  }

  private fileNode(project: string, list: DataList, file: string, isList: boolean): FileNode {
    const key = `${project}|${list}|${file}|${isList}`;
    const node = this.nodes.get(key) ?? { kind: "file", project, list, file, isList };
    this.nodes.set(key, node);
    return node;
  }

  refresh(): void {
    this.changed.fire(undefined);
  }

  dispose(): void {
    this.changed.dispose();
  }
}

function listName(list: DataList): string {
  const names: Readonly<Record<DataList, string>> = {
    prompts: t("Prompts"),
    testPrompts: t("Test prompts"),
    demonstrations: t("Demonstrations"),
    comparisons: t("Comparisons"),
    pretraining: t("Pretraining text"),
  };
  return names[list];
}

function countText(report: DataFileReport | undefined, isDefault: boolean): string {
  if (report === undefined) return t("counting…");
  if (report.records !== null) return report.records.toLocaleString();
  return isDefault ? t("none yet") : "";
}

function problemItem(path: string, line: number, message: string): TreeItem {
  const said = problemText(message);
  const item = new TreeItem(said, TreeItemCollapsibleState.None);
  item.iconPath = warningIcon();
  item.tooltip = said;
  item.contextValue = "problem";
  item.command = opening(path, line);
  return item;
}

function warningIcon(): ThemeIcon {
  return new ThemeIcon("warning", new ThemeColor("list.warningForeground"));
}

function opening(path: string, line: number): { command: string; title: string; arguments: unknown[] } {
  const selection = new Range(line - 1, 0, line - 1, 0);
  return { command: "vscode.open", title: t("Open"), arguments: [Uri.file(path), { selection }] };
}
