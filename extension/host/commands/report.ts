import type { CommandBody } from "../commands";
import { givenProject } from "../givenProject";
import { showPipelineReport, showReport } from "../reports";
import { t } from "../text";
import { runFor } from "./givenRun";

export const openReport: CommandBody = async (host, given) => {
  const entry = await runFor(host, given, { title: t("Report on which run?") });
  if (entry) await showReport(entry);
};

/** From the first text to the comparison of the models. */
export const openPipelineReport: CommandBody = async (host, given) => {
  const project = await givenProject(host, given);
  if (project !== undefined) await showPipelineReport(project);
};
