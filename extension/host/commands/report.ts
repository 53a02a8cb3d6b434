import type { CommandBody } from "../commands";
import { chooseRuns } from "../chooseRun";
import { givenProject } from "../givenProject";
import { showPipelineReport, showReport, type ReportKind } from "../reports";
import { isBroken, type RunEntry } from "../runModel";
import { t } from "../text";
import { runFor } from "./givenRun";

/** A command that shows a report about one run. */
const reportOn =
  (kind: ReportKind, title: () => string): CommandBody =>
  async (host, given) => {
    const entry = await runFor(host, given, { title: title() });
    if (entry) await showReport(kind, [entry]);
  };

export const openReport = reportOn("report", () => t("Report on which run?"));

/** From the first text to the comparison of the models. */
export const openPipelineReport: CommandBody = async (host, given) => {
  const project = await givenProject(host, given);
  if (project !== undefined) await showPipelineReport(project);
};

/** The runs that are checked in the explorer, or else the ones a person picks, side by side. */
export const compareRuns: CommandBody = async (host, given) => {
  const project = await givenProject(host, given);
  if (project === undefined) return;
  const all = host.runs.list(project).filter((entry): entry is RunEntry => !isBroken(entry));
  const checked = new Set(host.explorer.checkedRuns(project));
  const marked = all.filter(({ id }) => checked.has(id));
  const title = t("Compare which runs? Choose two or more.");
  const isMarked = ({ id }: RunEntry): boolean => checked.has(id);
  const chosen = marked.length >= 2 ? marked : await chooseRuns(host, { title, project, picked: isMarked });
  if (chosen && chosen.length >= 2) await showReport("compare", chosen);
};
