import { commands, window } from "vscode";
import { isObject } from "../../protocol/codec";
import { labelFiles } from "../../runs/labelFiles";
import type { CommandBody } from "../commands";
import { givenProject } from "../givenProject";
import { askLabeler } from "../labeler";
import { t } from "../text";

/** Opens a batch for this machine's labeler in the ranking editor, with a file of their own. */
export const rankResponses: CommandBody = async (host, given) => {
  const project = await givenProject(host, given);
  if (project === undefined) return;
  const labeler = await askLabeler();
  const chosen = labeler && (await chooseBatch(project, given, t("Rank which batch?")));
  if (!labeler || !chosen) return;
  await host.rankings.open(project, chosen.batch, labeler);
};

/** The batch that a command was called with, else the only one, else the one a person chooses. */
export async function chooseBatch(project: string, given: unknown, title: string) {
  const batches = labelFiles(project);
  const named = batches.find(({ batch }) => isObject(given) && batch === given.batch);
  if (named !== undefined || batches.length === 1) return named ?? batches[0];
  if (batches.length === 0) {
    const generate = t("Generate Responses to Rank");
    const said = t("There is nothing to rank yet.");
    if ((await window.showInformationMessage(said, generate)) === generate)
      await commands.executeCommand("rlhf.generateResponses", project);
    return undefined;
  }
  const items = batches.map((batch) => ({ label: batch.batch, batch }));
  return (await window.showQuickPick(items, { title }))?.batch;
}
