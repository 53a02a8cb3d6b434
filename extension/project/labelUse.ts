import type { Comparison } from "../data/records";
import type { InspectionGroup } from "../protocol/inspectionFormat";
import { isProblem, type Problem } from "../protocol/problem";
import type { RunConfig } from "../protocol/runConfig";
import { findRun } from "../runs/modelReference";
import { listRunIds, type Run } from "../runs/runFolder";
import { groupInputs, inputRecords } from "./inspectionSources";
import { readComparisons } from "./readRankings";

/** What a run read of one label: its group, and the ranking as a text that is equal for equal rankings. */
export interface ReadLabel {
  readonly group: InspectionGroup;
  readonly ranking: string;
}

/** The labels that a reward model's run read, by their ids. Its inputs never change, so neither does this. */
export type LabelsOfRun = ReadonlyMap<string, ReadLabel>;

const rankingOf = ({ tiers }: Comparison): string =>
  JSON.stringify(tiers.map((tier) => [...tier].sort((a, b) => a - b)));

export function labelsOfRun(run: Run): LabelsOfRun | Problem {
  const labels = new Map<string, ReadLabel>();
  for (const [group, input] of groupInputs) {
    const records = inputRecords(run, input, "comparisons");
    if (isProblem(records)) return records;
    for (const record of records) labels.set(record.id, { group, ranking: rankingOf(record) });
  }
  return labels;
}

/** What a run of now would read on an axis: rankings by the ids of their labels. */
export function currentLabels(
  project: string,
  config: RunConfig,
  axis: string,
): ReadonlyMap<string, string> | Problem {
  const now = readComparisons(project, { ...config, rm: { ...config.rm, axis } });
  if (isProblem(now)) return now;
  return new Map(
    [...now.imported, ...now.ranked.comparisons].map((comparison) => [comparison.id, rankingOf(comparison)]),
  );
}

/** The reward models of a project with the labels that each has read, newest first; those that cannot be read are left out. */
export function rewardModelLabels(
  project: string,
  read: (run: Run) => LabelsOfRun | Problem,
): ReadonlyMap<string, LabelsOfRun> {
  const all = new Map<string, LabelsOfRun>();
  for (const id of listRunIds(project)) {
    const run = id.startsWith("rm-") ? findRun(project, id) : null;
    if (run === null || isProblem(run)) continue;
    const labels = read(run);
    if (!isProblem(labels) && labels.size > 0) all.set(id, labels);
  }
  return all;
}

export interface ChangedLabel {
  readonly id: string;
  /** It counts no more: taken back, or another's ranking stands in its place. */
  readonly isGone: boolean;
  /** The runs that read it as it was. */
  readonly models: readonly string[];
}

/** The labels of one run that stand differently now, with every reward model that has read what stands no longer. */
export function changedLabels(
  run: string,
  models: ReadonlyMap<string, LabelsOfRun>,
  now: ReadonlyMap<string, string>,
): readonly ChangedLabel[] {
  return [...(models.get(run) ?? [])]
    .filter(([id, { ranking }]) => now.get(id) !== ranking)
    .map(([id]) => ({ id, isGone: !now.has(id), models: staleModels(id, models, now) }));
}

function staleModels(
  id: string,
  models: ReadonlyMap<string, LabelsOfRun>,
  now: ReadonlyMap<string, string>,
): readonly string[] {
  return [...models].flatMap(([run, labels]) => {
    const read = labels.get(id);
    return read !== undefined && read.ranking !== now.get(id) ? [run] : [];
  });
}

/** The reward models that have read a label, and whether it has changed since. What would become of a reward is known only by training again. */
export function usesOfLabel(
  id: string,
  models: ReadonlyMap<string, LabelsOfRun>,
  now: ReadonlyMap<string, string>,
): readonly { readonly run: string; readonly group: InspectionGroup; readonly isStale: boolean }[] {
  const stale = new Set(staleModels(id, models, now));
  return [...models].flatMap(([run, labels]) => {
    const read = labels.get(id);
    return read === undefined ? [] : [{ run, group: read.group, isStale: stale.has(run) }];
  });
}

/** The PPO runs whose rewards come from one of these reward models. */
export function policiesOf(
  project: string,
  rewardModels: readonly string[],
): readonly { readonly run: string; readonly rewardModel: string }[] {
  return listRunIds(project).flatMap((id) => {
    const run = id.startsWith("ppo-") ? findRun(project, id) : null;
    if (run === null || isProblem(run)) return [];
    const rewardModel = run.manifest.parents.find(({ role }) => role === "rewardModel")?.run ?? "";
    return rewardModels.includes(rewardModel) ? [{ run: id, rewardModel }] : [];
  });
}
