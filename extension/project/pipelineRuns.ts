import type { LabelItem } from "../protocol/rankingFormat";
import { isObject } from "../protocol/codec";
import { stages, type RunManifest } from "../protocol/runFormat";
import type { Run } from "../runs/runFolder";

/** A model and the run that evaluated it. */
export interface Evaluation {
  readonly model: EvaluatedKind;
  readonly run: Run;
}

/** In the order of the paper's figures. */
export const evaluatedKinds = ["base", "prompted", "sft", "start", "ppo", "ptx", "other"] as const;
export type EvaluatedKind = (typeof evaluatedKinds)[number];

export interface Pipeline {
  /** In the order of the stages, and in each the oldest first. */
  readonly runs: readonly Run[];
  /** The newest of each model. */
  readonly evaluations: readonly Evaluation[];
}

/**
 * The runs of a project's newest pipeline, which nothing writes down: the newest evaluation with those that compare against the same SFT model by the
 * same reward model, or while there is none the newest run of the latest stage; and all that these rest on: their parents, the runs that a reward
 * model's ranked responses came from, and the pretraining of their base. Null for a project without runs.
 */
export function pipelineRuns(
  runs: readonly Run[],
  ranked: readonly LabelItem[],
  /** The hash of the model that a run left behind, null where there is none: a base model in models/ says no run. */
  hashOf: (run: Run) => string | null,
): Pipeline | null {
  const newestFirst = [...runs].sort((a, b) => compare(b.manifest.createdAt, a.manifest.createdAt));
  const byStage = [...stages].reverse().flatMap((stage) => newestFirst.filter((run) => isOf(run, stage)));
  const last = byStage[0];
  if (last === undefined) return null;
  const heads = isOf(last, "evaluate") ? newestEvaluations(last, newestFirst) : [last];
  const found = new Set<Run>();
  const visit = (run: Run): void => {
    if (found.has(run)) return;
    found.add(run);
    for (const parent of parentsOf(run, runs, ranked, hashOf)) visit(parent);
  };
  heads.forEach(visit);
  const place = ({ manifest }: Run): number => stages.indexOf(manifest.stage);
  const ordered = [...found].sort(
    (a, b) => place(a) - place(b) || compare(a.manifest.createdAt, b.manifest.createdAt),
  );
  const evaluations = ordered
    .filter((run) => isOf(run, "evaluate"))
    .map((run) => ({ model: kindOf(run, runs), run }))
    .sort((a, b) => evaluatedKinds.indexOf(a.model) - evaluatedKinds.indexOf(b.model));
  return { runs: ordered, evaluations };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const isOf = ({ manifest }: Run, stage: RunManifest["stage"]): boolean => manifest.stage === stage;
const parent = ({ manifest }: Run, role: string) => manifest.parents.find((one) => one.role === role);

/** The newest evaluation of each model, few-shot prompts making it another one. */
function newestEvaluations(last: Run, newestFirst: readonly Run[]): readonly Run[] {
  const measure = (run: Run): string =>
    JSON.stringify(["sft", "rewardModel"].map((role) => parent(run, role)?.sha256));
  const alike = newestFirst.filter((run) => isOf(run, "evaluate") && measure(run) === measure(last));
  const modelOf = (run: Run): string => JSON.stringify([parent(run, "policy")?.sha256, shotsOf(run)]);
  return alike.filter((run, i) => alike.findIndex((other) => modelOf(other) === modelOf(run)) === i);
}

function settingOf({ manifest }: Run, block: string, key: string): unknown {
  const inner = manifest.config[block];
  return isObject(inner) ? inner[key] : undefined;
}
const shotsOf = (run: Run): number => Number(settingOf(run, "evaluate", "fewShot") ?? 0);

/** The runs that a run was made of, as far as they are there. */
function parentsOf(
  { manifest }: Run,
  runs: readonly Run[],
  ranked: readonly LabelItem[],
  hashOf: (run: Run) => string | null,
): readonly Run[] {
  const { stage, parents, createdAt } = manifest;
  const ids = new Set(parents.map(({ run }) => run));
  if (stage === "rm")
    for (const item of ranked)
      if (item.createdAt === undefined || item.createdAt < createdAt)
        for (const { model } of item.responses) ids.add(model ?? null);
  const bases = new Set(parents.filter(({ run }) => run === null).map(({ sha256 }) => sha256));
  return runs.filter(
    (run) =>
      ids.has(run.manifest.id) || (bases.size > 0 && isOf(run, "pretrain") && bases.has(hashOf(run) ?? "")),
  );
}

function kindOf(run: Run, runs: readonly Run[]): EvaluatedKind {
  const id = parent(run, "policy")?.run;
  if (id === null || id === undefined) return shotsOf(run) > 0 ? "prompted" : "base";
  const policy = runs.find(({ manifest }) => manifest.id === id);
  if (policy === undefined) return "other";
  switch (policy.manifest.stage) {
    case "sft":
      return settingOf(policy, "sft", "variant") === "ppoInit" ? "start" : "sft";
    case "ppo":
      return Number(settingOf(policy, "ppo", "ptxCoef")) > 0 ? "ptx" : "ppo";
    case "pretrain":
      return shotsOf(run) > 0 ? "prompted" : "base";
    default:
      return "other";
  }
}
