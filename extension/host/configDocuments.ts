import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import type { DocumentSelector, TextDocument } from "vscode";
import { isProblem } from "../protocol/problem";
import { resolveModelReference } from "../runs/modelReference";
import { projectFile } from "../runs/runPaths";
import { configFileProblems, type FileProblem } from "./configProblems";
import { t } from "./text";

/** The rlhf.json files of this machine. */
export const configSelector: DocumentSelector = { scheme: "file", pattern: `**/${projectFile}` };

export function isConfigDocument({ uri }: TextDocument): boolean {
  return uri.scheme === "file" && basename(uri.fsPath) === projectFile;
}

/** The folder of an rlhf.json, which is its project. */
export function projectOfConfig({ uri }: TextDocument): string {
  return dirname(uri.fsPath);
}

/** What is wrong with an rlhf.json as it stands in the editor. */
export function documentProblems(document: TextDocument): readonly FileProblem[] {
  const project = projectOfConfig(document);
  return configFileProblems(
    document.getText(),
    {
      fileExists: (file) => existsSync(resolve(project, file)),
      modelExists: (reference) => !isProblem(resolveModelReference(project, reference)),
    },
    t,
  );
}
