import { commands, type Disposable } from "vscode";
import { checkData } from "./commands/checkData";
import { showDoctor } from "./commands/doctor";
import { clearFilter, filterRuns, sortRuns } from "./commands/explorer";
import { copyRunLink, renameRun, setBaseline, starRun, tagRun } from "./commands/marks";
import type { Host } from "./host";

/** What a command is called with: the tree item it was chosen on, if any, and the others selected with it. */
export type CommandBody = (host: Host, ...given: readonly unknown[]) => unknown;

/** The commands of the palette and the menus by id; package.json lists the same ones, and a test compares both. */
const bodies: Readonly<Record<string, CommandBody>> = {
  "rlhf.checkData": checkData,
  "rlhf.starRun": starRun,
  "rlhf.setBaseline": setBaseline,
  "rlhf.renameRun": renameRun,
  "rlhf.tagRun": tagRun,
  "rlhf.copyRunLink": copyRunLink,
  "rlhf.filterRuns": filterRuns,
  "rlhf.clearFilter": clearFilter,
  "rlhf.sortRuns": sortRuns,
  "rlhf.doctor": showDoctor,
  "rlhf.showLog": ({ log }) => log.show(),
};

export function registerCommands(host: Host): Disposable[] {
  return Object.entries(bodies).map(([id, body]) =>
    commands.registerCommand(id, async (...given: readonly unknown[]) => await body(host, ...given)),
  );
}
