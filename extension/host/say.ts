import { commands, window } from "vscode";
import { isProblem, type Problem } from "../protocol/problem";
import { t } from "./text";

/** Shows what went wrong with a way to the log; the one place where problems become notifications. Returns whether there was one. */
export async function sayProblem(outcome: unknown): Promise<boolean> {
  if (!isProblem(outcome)) return false;
  await showProblem(outcome);
  return true;
}

async function showProblem({ message }: Problem): Promise<void> {
  const showLog = t("Show Log");
  if ((await window.showErrorMessage(message, showLog)) === showLog)
    await commands.executeCommand("rlhf.showLog");
}

/** A step whose problem ends the command: the value, or undefined after the problem was shown. */
export async function orSay<T>(outcome: T | Problem): Promise<T | undefined> {
  if (!isProblem(outcome)) return outcome;
  void showProblem(outcome);
  return undefined;
}
