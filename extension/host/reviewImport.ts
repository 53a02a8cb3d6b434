import { basename } from "node:path";
import {
  ProgressLocation,
  QuickPickItemKind,
  Range,
  ThemeIcon,
  Uri,
  window,
  type QuickPickItem,
} from "vscode";
import { Problem, isProblem } from "../protocol/problem";
import { callCli } from "./cliProcess";
import type { Host } from "./host";
import { parseImportReport, refusedReasons, type ImportedFile } from "./importReport";
import { showProblem } from "./problemMessage";
import { problemText, t } from "./text";

export interface ImportRequest {
  readonly title: string;
  readonly files: readonly string[];
  /** Where the records would go; a folder that is no project yet has none of them. */
  readonly project: string;
}

/** Asks for the files to import. */
export async function askImportFiles(title: string): Promise<readonly string[] | undefined> {
  const uris = await window.showOpenDialog({
    title,
    openLabel: t("Look at It"),
    canSelectMany: true,
    filters: {
      [t("Data")]: ["jsonl", "json", "csv", "tsv", "txt", "gz", "parquet"],
      [t("All Files")]: ["*"],
    },
  });
  return uris?.map(({ fsPath }) => fsPath);
}

/** Shows what the command line finds in files, before anything is written; true when a person wants it. */
export async function reviewImport(host: Host, request: ImportRequest): Promise<boolean> {
  const { title, files, project } = request;
  const found = await window.withProgress(
    { location: ProgressLocation.Notification, title: t("Looking at the files…"), cancellable: true },
    async (_, cancel) => {
      const words = ["import", ...files, "--dry-run", "--project", project];
      const { result } = await callCli({ words, cancel, onError: (line) => host.log.info(line) });
      if (cancel.isCancellationRequested) return null;
      return isProblem(result) ? result : parseImportReport(result);
    },
  );
  if (found === null) return false;
  if (found instanceof Problem) {
    await showProblem(host, found);
    return false;
  }
  return await confirmImport(title, found);
}

interface ReviewItem extends QuickPickItem {
  /** What choosing it means; a file's line is looked at instead. */
  readonly answer?: boolean;
  readonly file?: ImportedFile;
}

/** The list stays open while a person looks at the files in it. */
function confirmImport(title: string, files: readonly ImportedFile[]): Promise<boolean> {
  const pick = window.createQuickPick<ReviewItem>();
  pick.title = title;
  pick.placeholder = t("Nothing has been written yet. A file's line opens it where a line was refused.");
  pick.items = reviewItems(files);
  pick.ignoreFocusOut = true;
  pick.matchOnDetail = true;
  return new Promise<boolean>((resolve) => {
    pick.onDidAccept(() => {
      const [{ answer, file } = {}] = pick.selectedItems;
      if (answer !== undefined) resolve(answer);
      else if (file !== undefined) void openRefused(file);
    });
    pick.onDidHide(() => resolve(false));
    pick.show();
  }).finally(() => pick.dispose());
}

function reviewItems(files: readonly ImportedFile[]): ReviewItem[] {
  const added = files.reduce((sum, file) => sum + file.added, 0);
  const begin: ReviewItem = {
    label: `$(check) ${t("Import")}`,
    description: t("{0} new records", added),
    answer: true,
  };
  const cancel: ReviewItem = {
    label: `$(close) ${t("Cancel")}`,
    description: added > 0 ? "" : t("the project has all of it already, or nothing can be used"),
    answer: false,
  };
  return [
    ...(added > 0 ? [begin] : []),
    cancel,
    { label: t("What was found"), kind: QuickPickItemKind.Separator },
    ...files.map(fileItem),
  ];
}

function fileItem(file: ImportedFile): ReviewItem {
  const { rows, records, added, kind, refused } = file;
  const counts = [
    t("{0} rows", rows),
    `${records} ${kindText(kind)}`,
    t("{0} new", added),
    ...(refused.length > 0 ? [t("{0} refused", refused.length)] : []),
  ];
  const reasons = refusedReasons(file)
    .slice(0, 2)
    .map(({ reason, lines }) => t("line {0}: {1}", lines.slice(0, 3).join(", "), problemText(reason)));
  return {
    label: basename(file.file),
    description: `${problemText(file.format)} · ${counts.join(" · ")}`,
    detail: [...reasons, ...file.notes.map(problemText)].join(" · "),
    iconPath: new ThemeIcon(refused.length > 0 ? "warning" : "file"),
    file,
  };
}

/** What records of a kind are called. */
export function kindText(kind: string): string {
  switch (kind) {
    case "prompts":
      return t("prompts");
    case "demonstrations":
      return t("demonstrations");
    case "comparisons":
      return t("comparisons");
    case "pretraining":
      return t("pretraining documents");
    default:
      return kind;
  }
}

async function openRefused({ file, refused }: ImportedFile): Promise<void> {
  const line = Math.max(0, (refused[0]?.line ?? 1) - 1);
  const selection = new Range(line, 0, line, 0);
  await window.showTextDocument(Uri.file(file), { selection, preview: true, preserveFocus: true });
}
