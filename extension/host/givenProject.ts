import { workspace, window, commands } from "vscode";
import { isObject } from "../protocol/codec";
import type { Host } from "./host";
import { t } from "./text";

/** The project that a command was called with, as a path or as a tree item of it, else the one a person chooses. */
export async function givenProject({ projects }: Host, given: unknown): Promise<string | undefined> {
  const named = isObject(given) ? given.project : given;
  return projects.all().find((project) => project === named) ?? (await projects.choose());
}

/** Whether processes may be started here; says why not in Restricted Mode. */
export async function mayStartProcesses(): Promise<boolean> {
  if (workspace.isTrusted) return true;
  const manage = t("Manage Trust");
  const chosen = await window.showWarningMessage(
    t("This folder is open in Restricted Mode, so nothing of it is started: trust it first."),
    manage,
  );
  if (chosen === manage) await commands.executeCommand("workbench.trust.manage");
  return false;
}
