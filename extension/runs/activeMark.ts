import { rmSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "./disk";
import { runsFolder } from "./runPaths";

/**
 * runs/active.json is there while an editor window follows a trainer of the project: by it a window that was reloaded knows at once, without a look
 * at the runs, that it has to attach again. It says nothing about which run; the run folders do.
 */
export const activeMark = (project: string) => join(runsFolder(project), "active.json");

/** Sets or removes the mark. Throws DiskError. */
export function markActive(project: string, isActive: boolean): void {
  if (isActive) replaceFile(activeMark(project), "{}\n");
  else rmSync(activeMark(project), { force: true });
}
