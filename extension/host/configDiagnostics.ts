import {
  Diagnostic,
  DiagnosticSeverity,
  Range,
  languages,
  window,
  workspace,
  type Disposable,
  type TextDocument,
  type Uri,
} from "vscode";
import { documentProblems, isConfigDocument } from "./configDocuments";
import type { FileProblem } from "./configProblems";
import { problemText } from "./text";

const debounceMilliseconds = 200;

/** Marks what is wrong with every open rlhf.json, as far as the editor's schema validation does not say it already. */
export class ConfigDiagnostics implements Disposable {
  private readonly collection = languages.createDiagnosticCollection("rlhf");
  private readonly waiting = new Map<string, NodeJS.Timeout>();
  private readonly parts: Disposable[];

  constructor() {
    const dataFiles = workspace.createFileSystemWatcher("**/data/*", false, true, false);
    const recheckAll = (): void => workspace.textDocuments.forEach((document) => this.checkSoon(document));
    this.parts = [
      this.collection,
      dataFiles,
      workspace.onDidOpenTextDocument((document) => this.check(document)),
      workspace.onDidChangeTextDocument(({ document }) => this.checkSoon(document)),
      workspace.onDidSaveTextDocument((document) => this.check(document)),
      workspace.onDidCloseTextDocument(({ uri }) => this.forget(uri)),
      // Files that rlhf.json names may have come or gone.
      dataFiles.onDidCreate(recheckAll),
      dataFiles.onDidDelete(recheckAll),
      window.onDidChangeVisibleTextEditors(recheckAll),
    ];
    recheckAll();
  }

  private checkSoon(document: TextDocument): void {
    if (!isConfigDocument(document)) return;
    const key = document.uri.toString();
    clearTimeout(this.waiting.get(key));
    this.waiting.set(
      key,
      setTimeout(() => this.check(document), debounceMilliseconds),
    );
  }

  private check(document: TextDocument): void {
    if (!isConfigDocument(document) || document.isClosed) return;
    clearTimeout(this.waiting.get(document.uri.toString()));
    const ours = documentProblems(document).filter(({ isInSchema }) => !isInSchema);
    this.collection.set(
      document.uri,
      ours.map((problem) => diagnosticOf(document, problem)),
    );
  }

  private forget(uri: Uri): void {
    clearTimeout(this.waiting.get(uri.toString()));
    this.waiting.delete(uri.toString());
    this.collection.delete(uri);
  }

  dispose(): void {
    for (const timer of this.waiting.values()) clearTimeout(timer);
    for (const part of this.parts) part.dispose();
  }
}

function diagnosticOf(document: TextDocument, problem: FileProblem): Diagnostic {
  const isError = problem.severity === "error";
  const severity = isError ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning;
  const message = problemText(problem.message);
  const diagnostic = new Diagnostic(rangeOfProblem(document, problem), message, severity);
  diagnostic.source = "rlhf";
  return diagnostic;
}

/** Where a problem stands in the document. */
export function rangeOfProblem(document: TextDocument, { offset, length }: FileProblem): Range {
  return new Range(document.positionAt(offset), document.positionAt(offset + length));
}
