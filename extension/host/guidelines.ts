import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { Uri, ViewColumn, commands, window, workspace } from "vscode";
import { isProblem } from "../protocol/problem";
import { readText } from "../runs/sealedFolder";
import { t } from "./text";

/** The first letters of the SHA-256 of the guidelines as they are now; null where there are none. */
export function guidelinesVersion(path: string): string | null {
  const text = existsSync(path) ? readText(path) : null;
  if (text === null || isProblem(text)) return null;
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

/** Shows the guidelines beside what is open, or offers to write them. */
export async function openGuidelines(path: string): Promise<void> {
  const file = Uri.file(path);
  if (existsSync(path)) return void (await commands.executeCommand("markdown.showPreviewToSide", file));
  const write = t("Write Them");
  const question = t("There are no guidelines yet: {0}.", workspace.asRelativePath(file));
  if ((await window.showInformationMessage(question, write)) !== write) return;
  const document = await workspace.openTextDocument(file.with({ scheme: "untitled" }));
  await window.showTextDocument(document, ViewColumn.Beside);
}
