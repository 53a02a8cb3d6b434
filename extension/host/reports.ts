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
import { problemText, t } from "./text";

const scheme = "rlhf-report";

/** Texts that are about no run, by name. */
const texts = new Map<string, string>();
const [textAuthority, runAuthority, pipelineAuthority] = ["text", "run", "pipeline"] as const;

/** A report whose text is to be made again. */
const documents = new EventEmitter<Uri>();

/** Reports as read-only Markdown documents, made when they are shown and again when their run's files change. */
class Reports implements TextDocumentContentProvider {
  readonly onDidChange = documents.event;

  constructor(private readonly host: Host) {}

  provideTextDocumentContent(uri: Uri): string {
    if (uri.authority === textAuthority) return texts.get(uri.path) ?? "–";
    const query = new URLSearchParams(uri.query);
    const project = query.get("project") ?? "";
    const words = reportWords();
    if (uri.authority === pipelineAuthority) {
      const report = pipelineReport(project, this.runsOf(project), words);
      return isProblem(report)
        ? markdownText(problemText(report.message))
        : reportMarkdown(report, words, inlineImage);
    }
    const entry = this.host.runs.read(project, query.get("id") ?? "");
    if (isBroken(entry)) return "–";
    return reportMarkdown(runReport(project, entry, this.runsOf(project), words), words, inlineImage);
  }

  private runsOf(project: string): readonly Run[] {
    return this.host.runs.list(project).flatMap((entry) => (isBroken(entry) ? [] : [entry.run]));
  }

  /** The open reports about this project's runs are made again. */
  refresh(project: string): void {
    for (const { uri } of workspace.textDocuments)
      if (uri.scheme === scheme && new URLSearchParams(uri.query).get("project") === project)
        documents.fire(uri);
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
export async function showReport({ project, id, marks }: RunEntry): Promise<void> {
  const query = new URLSearchParams({ project, id }).toString();
  const path = `/${(marks.name ?? id).replace(/[/\\?#]/g, " ")} (report).md`;
  const uri = Uri.from({ scheme, authority: runAuthority, path, query });
  await commands.executeCommand("markdown.showPreview", uri);
}

/** Shows the report of a project's newest pipeline, which follows its runs while they train. */
export async function showPipelineReport(project: string): Promise<void> {
  const query = new URLSearchParams({ project }).toString();
  const path = `/${t("Pipeline Report")}.md`;
  await commands.executeCommand(
    "markdown.showPreview",
    Uri.from({ scheme, authority: pipelineAuthority, path, query }),
  );
}

/** Shows a Markdown text that was made by the caller, once. */
export async function showText(name: string, text: string): Promise<void> {
  const uri = Uri.from({ scheme, authority: textAuthority, path: `/${name}.md` });
  texts.set(uri.path, text);
  documents.fire(uri);
  await commands.executeCommand("markdown.showPreview", uri);
}
