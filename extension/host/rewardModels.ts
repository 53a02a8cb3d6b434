import type { Inspection } from "../protocol/inspectionFormat";
import { isProblem } from "../protocol/problem";
import type { OtherModel } from "../protocol/rewardMessages";
import { resolveConfig } from "../protocol/resolveConfig";
import { readInspection } from "../runs/inspections";
import type { Host } from "./host";
import { isBroken, type RunEntry } from "./runModel";
import { runName } from "./runSummary";

/** Older ones are not compared. */
const mostCompared = 12;

/** The other finished reward models of a project, newest first, with the figures of those that somebody has inspected. */
export function otherModels(host: Host, project: string, run: string): readonly OtherModel[] {
  return host.runs
    .list(project)
    .filter((entry): entry is RunEntry => !isBroken(entry))
    .filter(({ id, status, run: { manifest } }) =>
      [manifest.stage === "rm", id !== run, status.state === "finished"].every(Boolean),
    )
    .slice(0, mostCompared)
    .map(otherModel);
}

function otherModel(entry: RunEntry): OtherModel {
  const resolved = resolveConfig(entry.run.manifest.config);
  const axis = resolved.type === "config" ? resolved.config.rm.axis : "";
  const found = readInspection(entry.run.paths);
  const inspection = isProblem(found) ? null : found;
  return {
    ...{ run: entry.id, name: runName(entry), axis },
    summary: inspection === null ? null : summaryOf(inspection),
    probes: inspection?.probes ?? [],
  };
}

/** By what the model was not trained on, where there is any. */
export function summaryOf({ byGroup, figures }: Inspection): NonNullable<OtherModel["summary"]> {
  const group = ["validation", "training"].find((name) => byGroup.some((row) => row.name === name));
  const own = figures.find((each) => each.group === group);
  return {
    accuracy: byGroup.find(({ name }) => name === group) ?? null,
    calibrationError: own?.calibration.error ?? NaN,
    lengthWithinPrompt: own?.length.withinPrompt ?? NaN,
  };
}
