import { commands } from "vscode";
import type { RankingCommand } from "../protocol/rankingMessages";

/** The commands that keys in the ranking page are bound to; package.json lists the same ones, and a test compares both. */
export const rankingKeyCommands: Readonly<Record<string, RankingCommand>> = {
  "rlhf.ranking.letter": "letter",
  "rlhf.ranking.rank": "rank",
  "rlhf.ranking.likert": "likert",
  "rlhf.ranking.tie": "tie",
  "rlhf.ranking.moveUp": "up",
  "rlhf.ranking.moveDown": "down",
  "rlhf.ranking.flags": "flags",
  "rlhf.ranking.note": "note",
  "rlhf.ranking.unrankable": "unrankable",
  "rlhf.ranking.skip": "skip",
  "rlhf.ranking.submit": "submit",
  "rlhf.ranking.nextItem": "next",
  "rlhf.ranking.previousItem": "previous",
  "rlhf.ranking.nextOpenItem": "nextOpen",
  "rlhf.ranking.diff": "diff",
  "rlhf.ranking.fold": "fold",
  "rlhf.ranking.axis": "axis",
  "rlhf.ranking.guidelines": "guidelines",
  "rlhf.ranking.undo": "undo",
  "rlhf.ranking.redo": "redo",
  "rlhf.ranking.help": "help",
  "rlhf.ranking.escape": "escape",
};

/** Whether single keys belong to the page: the keybindings in package.json ask for it. */
export function setRankingKeys(isOn: boolean): void {
  void commands.executeCommand("setContext", "rlhf.ranking.keys", isOn);
}
