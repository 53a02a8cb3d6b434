import {
  Diagnostic,
  DiagnosticSeverity,
  Position,
  Range,
  Uri,
  languages,
  workspace,
  type DiagnosticCollection,
} from "vscode";
import type { Host } from "./host";
import type { LineProblem } from "./lineProblem";
import { problemText } from "./text";

const collections = new Map<string, DiagnosticCollection>();

/** Shows the problems of one check or import, in place of those of the one before. */
export function showLineProblems(host: Host, name: string, problems: readonly LineProblem[]): void {
  const collection = collections.get(name) ?? languages.createDiagnosticCollection(name);
  if (!collections.has(name)) host.context.subscriptions.push(collection);
  collections.set(name, collection);
  collection.clear();
  const byFile = new Map<string, Diagnostic[]>();
  for (const problem of problems)
    byFile.set(problem.file, [...(byFile.get(problem.file) ?? []), diagnosticOf(problem)]);
  for (const [file, diagnostics] of byFile) {
    const uri = Uri.file(file);
    const known = languages.getDiagnostics(uri);
    // A task's problem matcher may have found the same before, in English.
    const isNew = ({ message, range }: Diagnostic): boolean =>
      !known.some(
        (other) => problemText(other.message) === message && other.range.start.line === range.start.line,
      );
    collection.set(uri, diagnostics.filter(isNew));
  }
}

function diagnosticOf({ line, column, message }: LineProblem): Diagnostic {
  const start = new Position(Math.max(0, line - 1), Math.max(0, (column ?? 1) - 1));
  // The end of any line: the editor takes the line's own.
  const range = new Range(start, new Position(start.line, 1_000_000));
  const diagnostic = new Diagnostic(range, problemText(message), DiagnosticSeverity.Error);
  diagnostic.source = "rlhf";
  return diagnostic;
}

/** Whether a file is open, so that what watches open files speaks of it already. */
export function isOpen(file: string): boolean {
  return workspace.textDocuments.some(({ uri, isClosed }) => !isClosed && uri.fsPath === file);
}
