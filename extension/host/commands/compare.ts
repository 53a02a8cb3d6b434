import { chooseRuns } from "../chooseRun";
import type { CommandBody } from "../commands";
import { showComparison } from "../comparePanel";
import { givenProject } from "../givenProject";
import { isBroken, type RunEntry } from "../runModel";
import { t } from "../text";

/** The runs that are checked in the explorer, or else the ones a person picks, in the panel that compares them. */
export const compareRuns: CommandBody = async (host, given) => {
  const project = await givenProject(host, given);
  if (project === undefined) return;
  const all = host.runs.list(project).filter((entry): entry is RunEntry => !isBroken(entry));
  const checked = new Set(host.explorer.checkedRuns(project));
  const marked = all.filter(({ id }) => checked.has(id));
  const title = t("Compare which runs? Choose two or more.");
  const isMarked = ({ id }: RunEntry): boolean => checked.has(id);
  const chosen = marked.length >= 2 ? marked : await chooseRuns(host, { title, project, picked: isMarked });
  if (chosen && chosen.length >= 2) showComparison(host, chosen);
};
