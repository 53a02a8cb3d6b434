import {
  EventEmitter,
  Uri,
  commands,
  workspace,
  type Disposable,
  type TextDocumentContentProvider,
} from "vscode";
import { markdownText } from "../data/markdown";
import type { Host } from "./host";
import { isProblem } from "../protocol/problem";
import { inlineImage, reportMarkdown } from "../report/markdownReport";
import { pipelineReport } from "../report/pipelineReport";
import { runReport } from "../report/runReport";
import type { Run } from "../runs/runFolder";
import { isBroken, type RunEntry } from "./runModel";
import { reportWords } from "./reportWords";
import { comparisonReport } from "./runReport";
import { problemText, t } from "./text";

const scheme = "rlhf-report";
export type ReportKind = "report" | "pipeline" | "compare";

/** Texts that are about no run, by name. */
const texts = new Map<string, string>();
const textAuthority = "text";

/** A report whose text is to be made again. */
const documents = new EventEmitter<Uri>();

/** Reports as read-only Markdown documents, made when they are shown and again when their run's files change. */
class Reports implements TextDocumentContentProvider {
  readonly onDidChange = documents.event;

  constructor(private readonly host: Host) {}

  provideTextDocumentContent(uri: Uri): string {
    if (uri.authority === textAuthority) return texts.get(uri.path) ?? "–";
    const { project, ids } = parseUri(uri);
    const entries = ids
      .map((id) => this.host.runs.read(project, id))
      .filter((entry): entry is RunEntry => !isBroken(entry));
    const words = reportWords();
    if (uri.authority === "pipeline") {
      const report = pipelineReport(project, this.runsOf(project), words);
      return isProblem(report)
        ? markdownText(problemText(report.message))
        : reportMarkdown(report, words, inlineImage);
    }
    if (entries.length === 0) return "–";
    switch (uri.authority as Exclude<ReportKind, "pipeline">) {
      case "report":
        return reportMarkdown(
          runReport(project, entries[0], this.runsOf(project), words),
          words,
          inlineImage,
        );
      case "compare":
        return comparisonReport(entries);
    }
  }

  private runsOf(project: string): readonly Run[] {
    return this.host.runs.list(project).flatMap((entry) => (isBroken(entry) ? [] : [entry.run]));
  }

  /** The open reports about this project's runs are made again. */
  refresh(project: string): void {
    for (const { uri } of workspace.textDocuments)
      if (uri.scheme === scheme && parseUri(uri).project === project) documents.fire(uri);
  }
}

export function registerReports(host: Host): Disposable[] {
  const reports = new Reports(host);
  return [
    workspace.registerTextDocumentContentProvider(scheme, reports),
    host.runs.onDidChange((project) => reports.refresh(project)),
  ];
}

/** Shows a report as a Markdown preview beside what is open; the preview follows the run while it trains. */
export async function showReport(kind: ReportKind, entries: readonly RunEntry[]): Promise<void> {
  const [{ project }] = entries;
  const query = new URLSearchParams({ project, ids: entries.map(({ id }) => id).join(",") });
  const name = entries.length === 1 ? (entries[0].marks.name ?? entries[0].id) : kind;
  const path = `/${name.replace(/[/\\?#]/g, " ")} (${kind}).md`;
  const uri = Uri.from({ scheme, authority: kind, path, query: query.toString() });
  await commands.executeCommand("markdown.showPreview", uri);
}

/** Shows the report of a project's newest pipeline, which follows its runs while they train. */
export async function showPipelineReport(project: string): Promise<void> {
  const query = new URLSearchParams({ project, ids: "" }).toString();
  const path = `/${t("Pipeline Report")}.md`;
  await commands.executeCommand(
    "markdown.showPreview",
    Uri.from({ scheme, authority: "pipeline", path, query }),
  );
}

/** Shows a Markdown text that was made by the caller, once. */
export async function showText(name: string, text: string): Promise<void> {
  const uri = Uri.from({ scheme, authority: textAuthority, path: `/${name}.md` });
  texts.set(uri.path, text);
  documents.fire(uri);
  await commands.executeCommand("markdown.showPreview", uri);
}

function parseUri(uri: Uri): { readonly project: string; readonly ids: readonly string[] } {
  const query = new URLSearchParams(uri.query);
  return { project: query.get("project") ?? "", ids: (query.get("ids") ?? "").split(",") };
}
