import { withoutExamples, type Inspection, type InspectionFigures } from "../protocol/inspectionFormat";
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
  const seen = new Set([axisOf(host.runs.read(project, run))]);
  return host.runs
    .list(project)
    .filter((entry): entry is RunEntry => !isBroken(entry))
    .filter(({ id, status, run: { manifest } }) =>
      [manifest.stage === "rm", id !== run, status.state === "finished"].every(Boolean),
    )
    .slice(0, mostCompared)
    .map((entry) => otherModel(entry, seen));
}

/** `seen` are the axes that need no charts any more; the newest inspected model of an axis has them. */
function otherModel(entry: RunEntry, seen: Set<string>): OtherModel {
  const axis = axisOf(entry);
  const found = readInspection(entry.run.paths);
  const inspection = isProblem(found) ? null : found;
  const isFirst = inspection !== null && !seen.has(axis);
  if (isFirst) seen.add(axis);
  const figures = isFirst ? mainFigures(inspection) : null;
  return {
    ...{ run: entry.id, name: runName(entry), axis },
    summary: inspection === null ? null : summaryOf(inspection),
    figures: figures && withoutExamples(figures),
    probes: inspection?.probes ?? [],
  };
}

function axisOf(entry: ReturnType<Host["runs"]["read"]>): string {
  const resolved = isBroken(entry) ? null : resolveConfig(entry.run.manifest.config);
  return resolved?.type === "config" ? resolved.config.rm.axis : "";
}

/** By what the model was not trained on, where there is any. */
export function summaryOf(inspection: Inspection): NonNullable<OtherModel["summary"]> {
  const own = mainFigures(inspection);
  return {
    accuracy: inspection.byGroup.find(({ name }) => name === own?.group) ?? null,
    calibrationError: own?.calibration.error ?? NaN,
    lengthWithinPrompt: own?.length.withinPrompt ?? NaN,
  };
}

function mainFigures({ figures }: Inspection): InspectionFigures | null {
  const groups = ["validation", "training"] as const;
  return groups.flatMap((group) => figures.find((each) => each.group === group) ?? [])[0] ?? null;
}
