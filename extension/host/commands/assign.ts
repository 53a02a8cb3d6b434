import { ProgressLocation, commands, window } from "vscode";
import type { ChoiceOrder } from "../../protocol/assignmentFormat";
import { isProblem } from "../../protocol/problem";
import { isAdjudicator, isLabelerName, isSimulated } from "../../protocol/rankingFormat";
import { assignedLabelers, labelFiles, labelerOf } from "../../runs/labelFiles";
import { callCli } from "../cliProcess";
import type { CommandBody } from "../commands";
import { givenProject, mayStartProcesses } from "../givenProject";
import { labelerName } from "../labeler";
import { orSay } from "../say";
import { t } from "../text";
import { chooseBatch } from "./rank";

/** Shares a batch out among labelers, each of whom gets a file with what is theirs. */
export const assignLabels: CommandBody = async (host, given) => {
  const project = await givenProject(host, given);
  if (project === undefined || !(await mayStartProcesses())) return;
  const batch = (await chooseBatch(project, given, t("Assign which batch? (1/4)")))?.batch;
  const labelers = batch && (await askLabelers(project, batch));
  const by = labelers && (await chooseOrder());
  const overlap = by && (await askOverlap());
  if (!batch || !labelers || !by || !overlap) return;
  const words = ["assign", "--batch", batch, "--labelers", labelers, "--by", by, "--overlap", overlap];
  const { result } = await window.withProgress(
    { location: ProgressLocation.Notification, title: t("Assigning items"), cancellable: true },
    (_, cancel) => callCli({ words, project, cancel, onError: (line) => host.log.info(line) }),
  );
  if (isProblem(result) && result.problem === "interrupted") return;
  const made = orSay(host, result);
  if (made === undefined) return;
  const rank = t("Rank Responses");
  if ((await window.showInformationMessage(saidOf(made.assignments), rank)) === rank)
    await commands.executeCommand("rlhf.rankResponses", { project, batch });
};

/** How many items each labeler got, out of what the command line says. */
function saidOf(assignments: unknown): string {
  const all = (Array.isArray(assignments) ? assignments : []) as readonly Record<string, unknown>[];
  const given = all.filter(({ items }) => typeof items === "number" && items > 0);
  if (given.length === 0) return t("Every item of the batch is somebody's already; nothing was changed.");
  return t(
    "Assigned: {0}. Commit labels/ so that everybody gets their file.",
    given.map(({ labeler, items }) => `${String(labeler)} ${String(items)}`).join(", "),
  );
}

/** Names with commas; at first whoever has something of the batch already, or this machine's labeler. */
async function askLabelers(project: string, batch: string): Promise<string | undefined> {
  const files = labelFiles(project).find((each) => each.batch === batch);
  const known = [
    ...assignedLabelers(project, batch),
    ...(files?.rankingFiles ?? [])
      .map((file) => labelerOf(batch, file))
      .filter((name) => !isSimulated(name) && !isAdjudicator(name)),
  ];
  const namesIn = (text: string): readonly string[] => text.split(",").map((name) => name.trim());
  const prompt = t("Letters, digits and hyphens, with commas between the names.");
  const text = await window.showInputBox({
    title: t("Who ranks? (2/4)"),
    prompt,
    value: known.length > 0 ? [...new Set(known)].sort().join(", ") : labelerName(),
    validateInput: (value) => {
      const names = namesIn(value);
      if (!names.every(isLabelerName)) return prompt;
      return new Set(names).size < names.length ? t("A name stands there twice.") : undefined;
    },
  });
  return text === undefined ? undefined : namesIn(text).join(",");
}

async function chooseOrder(): Promise<ChoiceOrder | undefined> {
  const items: readonly { readonly label: string; readonly detail: string; readonly by: ChoiceOrder }[] = [
    { label: t("The batch's order"), detail: t("As the items stand in the file."), by: "order" },
    {
      label: t("Random"),
      detail: t("Every part of the batch is ranked alike, whoever stops early."),
      by: "random",
    },
    {
      label: t("What the reward model is unsure of"),
      detail: t("Once 50 labels are there, and always with a share of random items among them."),
      by: "uncertainty",
    },
  ];
  return (await window.showQuickPick(items, { title: t("What comes first? (3/4)") }))?.by;
}

/** The share of items that two labelers get, as a text. */
async function askOverlap(): Promise<string | undefined> {
  const prompt = t("From 0 to 1. What two labelers rank shows how far they agree.");
  const text = await window.showInputBox({
    title: t("Share of items that a second labeler gets too (4/4)"),
    prompt,
    value: "0.2",
    validateInput: (value) => (/^\d*\.?\d+$/.test(value.trim()) && Number(value) <= 1 ? undefined : prompt),
  });
  return text?.trim();
}
