import { window } from "vscode";
import { parseSetting, isConfigProblem } from "../../protocol/resolveConfig";
import { bestCheckpoint, listCheckpoints } from "../../runs/checkpoints";
import { callCli } from "../cliProcess";
import { givenIteration } from "../chooseRun";
import type { CommandBody } from "../commands";
import { mayStartProcesses } from "../givenProject";
import type { Host } from "../host";
import type { RunEntry } from "../runModel";
import { orSay, sayProblem } from "../say";
import { problemText, t } from "../text";
import { runName } from "../runSummary";
import { runFor } from "./givenRun";
import { stopEntry } from "./control";

const areTexts = (given: unknown): given is readonly string[] =>
  Array.isArray(given) && given.every((word) => typeof word === "string");

/** A new run that goes on from a checkpoint of another, with other settings if there are any: the given ones, or what the person types. */
export const branchFromCheckpoint: CommandBody = async (host, given, settings) => {
  if (!(await mayStartProcesses())) return;
  const entry = await runFor(host, given, { title: t("Branch from which run?") });
  const checkpoint = entry && (givenIteration(given) ?? (await chooseCheckpoint(entry)));
  if (!entry || checkpoint === undefined) return;
  if (areTexts(settings)) return await branch(host, entry, checkpoint, settings);
  const text = await window.showInputBox({
    title: t("Branch from {0} at iteration {1}", runName(entry), checkpoint),
    prompt: t("Settings that differ, such as ppo.klCoef=0.5 ppo.iterations=80; empty for none."),
    validateInput: (typed) =>
      wordsOf(typed)
        .map(whatIsWrong)
        .find((wrong) => wrong !== undefined),
  });
  if (text !== undefined) await branch(host, entry, checkpoint, wordsOf(text));
};

/** Stops the run if it trains, and goes on from an earlier checkpoint as a new run; the old one keeps all it has. */
export const rollBack: CommandBody = async (host, given) => {
  if (!(await mayStartProcesses())) return;
  const entry = await runFor(host, given, { title: t("Roll back which run?") });
  const checkpoint = entry && (givenIteration(given) ?? (await chooseCheckpoint(entry)));
  if (!entry || checkpoint === undefined) return;
  const trains = entry.status.state === "running" || entry.status.state === "paused";
  if (trains && sayProblem(host, await stopEntry(host, entry))) return;
  await branch(host, entry, checkpoint, []);
};

async function branch(
  host: Host,
  { project, id }: RunEntry,
  checkpoint: number,
  settings: readonly string[],
): Promise<void> {
  const words = [
    "branch",
    `${id}@${checkpoint}`,
    "--no-start",
    ...settings.flatMap((word) => ["--set", word]),
  ];
  const { result } = await window.withProgress({ location: { viewId: "rlhf.runs" } }, () =>
    callCli({ words, project, onError: (line) => host.log.warn(line) }),
  );
  const made = orSay(host, result);
  if (typeof made?.run === "string") sayProblem(host, host.trainers.enqueue(project, [made.run]));
}

async function chooseCheckpoint({ run, id }: RunEntry): Promise<number | undefined> {
  const best = bestCheckpoint(run.paths);
  const items = [...listCheckpoints(run.paths)].reverse().map((checkpoint) => ({
    label: t("iteration {0}", checkpoint),
    description: checkpoint === best ? t("★ best") : "",
    checkpoint,
  }));
  if (items.length === 0) void window.showInformationMessage(t("{0} has no checkpoint yet.", id));
  return (await window.showQuickPick(items, { title: t("Which checkpoint?") }))?.checkpoint;
}

const wordsOf = (text: string): string[] => text.split(/\s+/).filter((word) => word !== "");

function whatIsWrong(word: string): string | undefined {
  const at = word.indexOf("=");
  const setting = parseSetting(word.slice(0, Math.max(at, 0)), word.slice(at + 1));
  return isConfigProblem(setting) ? problemText(setting.message) : undefined;
}
