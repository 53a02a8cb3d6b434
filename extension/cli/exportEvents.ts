import { markdownTable } from "../data/markdown";
import { changedSettings, settingText } from "../protocol/changedSettings";
import { isProblem, type Problem } from "../protocol/problem";
import { findRun } from "../runs/modelReference";
import { readInterventions, type Run } from "../runs/runFolder";
import { writeEventFile, type EventText } from "../runs/tensorboard";
import type { Call, Outcome } from "./action";
import { openFolder } from "./globalFlags";

/** Event files of runs, each in a folder of its run's name, as TensorBoard lists runs. */
export function exportEvents(
  { flags, output }: Pick<Call, "flags" | "output">,
  ids: readonly string[],
  to: string,
): Outcome {
  const project = openFolder(flags);
  if (isProblem(project)) return project;
  const runs: Run[] = [];
  const problems: Problem[] = [];
  for (const id of new Set(ids)) {
    const run = findRun(project, id);
    if (isProblem(run)) problems.push(run);
    else runs.push(run);
  }
  if (problems.length > 0) return problems;
  const files = runs.map((run) => ({ run: run.manifest.id, ...writeEventFile(run, to, textsOf(run)) }));
  const said = files.map(({ run, path, events }) => `${run}: ${events} iterations in ${path}`);
  output.result({ to, files }, [...said, `Look with: tensorboard --logdir ${to}`].join("\n"));
  return 0;
}

/** What stands beside the curves: settings that are not the defaults, and each live change at its iteration. */
function textsOf(run: Run): readonly EventText[] {
  const { manifest } = run;
  const { stage, seed, backend, codeVersion, parents } = manifest;
  const facts = [
    ...Object.entries({ stage, seed, backend, codeVersion, ...changedSettings(manifest.config) }),
    ...parents.map(({ role, reference }): [string, string] => [role, reference]),
  ];
  const settings = facts.map(([name, value]) => [name, settingText(value)]);
  return [
    { tag: "settings", iteration: 0, markdown: markdownTable(["setting", "value"], settings) },
    ...readInterventions(run.paths).values.map(({ iteration, who, changes }) => ({
      ...{ tag: "changes", iteration },
      markdown: markdownTable(
        ["setting", "before", "after", "by"],
        changes.map(({ key, old, new: value }) => [key, settingText(old), settingText(value), who]),
      ),
    })),
  ];
}
