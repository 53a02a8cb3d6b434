import { join } from "node:path";
import { Uri, window, workspace } from "vscode";
import type { MetricsAction } from "../protocol/metricsMessages";
import { t } from "./text";

type Save = Extract<MetricsAction, { readonly type: "save" }>;

/** Writes what a page made of its charts where the person says. */
export async function saveExport(project: string, { name, kind, content }: Save): Promise<void> {
  const bytes = bytesOf(kind, content);
  if (bytes === null) return void window.showErrorMessage(t("The chart could not be made a picture."));
  const file = `${name.replace(/[^\p{L}\p{N}.-]+/gu, "-")}.${kind}`;
  const to = await window.showSaveDialog({
    defaultUri: Uri.file(join(project, file)),
    filters: { [kind.toUpperCase()]: [kind] },
  });
  if (to === undefined) return;
  try {
    await workspace.fs.writeFile(to, bytes);
    window.setStatusBarMessage(t("Saved: {0}", to.fsPath), 4000);
  } catch (error) {
    void window.showErrorMessage(error instanceof Error ? error.message : String(error));
  }
}

const pngStart = "data:image/png;base64,";

/** The bytes of a file; null for a picture that is none. */
function bytesOf(kind: Save["kind"], content: string): Uint8Array | null {
  if (kind !== "png") return Buffer.from(content);
  return content.startsWith(pngStart) ? Buffer.from(content.slice(pngStart.length), "base64") : null;
}
