import { resolve } from "node:path";
import {
  CodeAction,
  CodeActionKind,
  Range,
  Uri,
  WorkspaceEdit,
  languages,
  type CodeActionContext,
  type Disposable,
  type TextDocument,
} from "vscode";
import { rangeOfProblem } from "./configDiagnostics";
import { configSelector, documentProblems, projectOfConfig } from "./configDocuments";
import { fixChange } from "./configFixes";
import type { ConfigFix } from "./configProblems";
import { t } from "./text";

/** Quick fixes for what is wrong with an rlhf.json, whoever said so: the schema's diagnostics get ours too. */
export function registerConfigActions(): Disposable {
  return languages.registerCodeActionsProvider(
    configSelector,
    { provideCodeActions: actionsAt },
    { providedCodeActionKinds: [CodeActionKind.QuickFix] },
  );
}

function actionsAt(document: TextDocument, range: Range, { diagnostics }: CodeActionContext): CodeAction[] {
  return documentProblems(document).flatMap((problem) => {
    const place = rangeOfProblem(document, problem);
    if (place.intersection(range) === undefined) return [];
    const here = diagnostics.filter((diagnostic) => diagnostic.range.intersection(place) !== undefined);
    return problem.fixes.map((fix, index) => {
      const action = new CodeAction(titleOf(fix), CodeActionKind.QuickFix);
      action.edit = editOf(document, fix);
      action.diagnostics = here;
      action.isPreferred = index === 0;
      return action;
    });
  });
}

function titleOf(fix: ConfigFix): string {
  switch (fix.type) {
    case "set":
      return t("Set {0} to {1}", fix.path, JSON.stringify(fix.value));
    case "rename":
      return t("Change to {0}", fix.to);
    case "remove":
      return typeof fix.at.at(-1) === "number"
        ? t("Take it out of data.{0}", String(fix.at[1]))
        : t("Remove the key {0}", fix.at.join("."));
    case "create":
      return t("Create an empty {0}", fix.file);
  }
}

function editOf(document: TextDocument, fix: ConfigFix): WorkspaceEdit {
  const edit = new WorkspaceEdit();
  if (fix.type === "create") {
    edit.createFile(Uri.file(resolve(projectOfConfig(document), fix.file)), { ignoreIfExists: true });
    return edit;
  }
  const { offset, length, content } = fixChange(document.getText(), fix);
  const range = new Range(document.positionAt(offset), document.positionAt(offset + length));
  edit.replace(document.uri, range, content);
  return edit;
}
