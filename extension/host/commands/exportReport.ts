import { join } from "node:path";
import { UIKind, Uri, commands, env, window, type QuickPickItem } from "vscode";
import { isObject } from "../../protocol/codec";
import { makeReport, pipelineWord, reportFormats, writeReport } from "../../report/writeReport";
import type { CommandBody } from "../commands";
import { givenProject } from "../givenProject";
import type { Host } from "../host";
import { reportWords } from "../reportWords";
import { isBroken } from "../runModel";
import { runName } from "../runSummary";
import { orSay } from "../say";
import { t } from "../text";
import { runLabel, stageName } from "../words";

/** Writes the report on a run, or on the pipeline, into the project as HTML and as Markdown, and says where. */
export const exportReport: CommandBody = async (host, given) => {
  const project = await givenProject(host, given);
  if (project === undefined) return;
  const about = givenAbout(given) ?? (await chooseAbout(host, project));
  if (about === undefined) return;
  const words = reportWords();
  const report = orSay(host, makeReport(project, about, words));
  if (report === undefined) return;
  const folder = join(project, "reports");
  const [html, markdown] = writeReport(report, { folder, name: about, formats: reportFormats }, words);
  const [browser, open, reveal] = [t("Open in Browser"), t("Open"), t("Reveal")];
  // A browser that shows the editor has no files to open.
  const choices = env.uiKind === UIKind.Desktop ? [browser, open, reveal] : [open, reveal];
  const said = await window.showInformationMessage(
    t("The report is in {0} and {1}.", html, markdown),
    ...choices,
  );
  if (said === browser) await env.openExternal(Uri.file(html));
  if (said === open) await commands.executeCommand("markdown.showPreview", Uri.file(markdown));
  if (said === reveal) await commands.executeCommand("revealFileInOS", Uri.file(html));
};

/** What the command was called on: a tree item of a run, or the word for the pipeline. */
function givenAbout(given: unknown): string | undefined {
  return isObject(given) && typeof given.id === "string" ? given.id : undefined;
}

async function chooseAbout(host: Host, project: string): Promise<string | undefined> {
  const runs = host.runs.list(project).flatMap((entry) => (isBroken(entry) ? [] : [entry]));
  const items: readonly (QuickPickItem & { readonly about: string })[] = [
    {
      label: t("The newest pipeline"),
      description: t("all its runs and the models compared"),
      about: pipelineWord,
    },
    ...runs.map((entry) => ({
      label: runLabel(entry),
      description: `${stageName(entry.run.manifest.stage)} · ${runName(entry)}`,
      about: entry.id,
    })),
  ];
  const title = t("Export the report on what?");
  return (await window.showQuickPick(items, { title, matchOnDescription: true }))?.about;
}
