import type { Candidate, ComparedRun, CompareState } from "../protocol/compareMessages";
import { anyNumber, isObject, object, oneOf } from "../protocol/codec";
import { isProblem } from "../protocol/problem";
import { followColumns, nothingFollowed, type FollowedColumns } from "../runs/followColumns";
import { readFigures, readInterventions } from "../runs/runFolder";
import { comparedMetrics, type MeasuredRun } from "./comparedMetrics";
import { comparedOrigins, comparedSettings, seedGroups } from "./comparison";
import type { Host } from "./host";
import { lineageOf } from "./lineage";
import { isBroken, type RunEntry } from "./runModel";
import { problemText, t } from "./text";
import { aboutText, roleName, runLabel, stageName, stateName } from "./words";

/** Runs of a project that can be added, the newest ones. */
const mostCandidates = 200;

type Chosen = Pick<CompareState, "view" | "baseline" | "prompts" | "promptCount">;

/** Makes of runs' files what a comparison shows of them; logs are read on from where they were at the last look. */
export class Comparing {
  private readonly followed = new Map<string, FollowedColumns>();

  constructor(
    private readonly host: Host,
    private readonly project: string,
  ) {}

  /** All readable runs of the project, newest first. */
  all(): readonly RunEntry[] {
    return this.host.runs.list(this.project).filter((entry): entry is RunEntry => !isBroken(entry));
  }

  state(entries: readonly RunEntry[], chosen: Chosen): CompareState {
    const { view, prompts, promptCount } = chosen;
    const all = this.all();
    const ids = entries.map(({ id }) => id);
    const manifests = entries.map(({ run }) => run.manifest);
    for (const id of [...this.followed.keys()]) if (!ids.includes(id)) this.followed.delete(id);
    const interventions = entries.map(({ run }) => readInterventions(run.paths).values);
    return {
      project: this.project,
      runs: entries.map((entry) => this.run(entry)),
      baseline: ids.includes(chosen.baseline) ? chosen.baseline : (ids.at(0) ?? ""),
      candidates: all
        .filter(({ id }) => !ids.includes(id))
        .slice(0, mostCandidates)
        .map((entry) => this.candidate(entry)),
      view,
      settings: comparedSettings(manifests, interventions),
      origins: comparedOrigins(manifests).map(spokenOrigin),
      metrics: comparedMetrics(
        entries.map((entry) => this.measured(entry)),
        view.step,
      ),
      groups: seedGroups(manifests),
      prompts,
      promptCount,
      lineage: lineageOf(all.map(lineageRun), ids, {
        kind: (kind) => (kind === "model" ? t("model") : stageName(kind)),
        role: roleName,
      }),
    };
  }

  private run({ id, run, status, marks }: RunEntry): ComparedRun {
    const { stage, seed } = run.manifest;
    const reason = status.reason === null ? "" : `: ${problemText(status.reason)}`;
    return {
      ...{ id, name: marks.name ?? id, stage, stageText: stageName(stage), seed },
      ...{ state: status.state, stateText: stateName(status.state) + reason },
      ...{ iteration: status.iteration, iterations: status.iterations },
    };
  }

  private candidate(entry: RunEntry): Candidate {
    const about = aboutText(entry, (project, id) => this.host.runs.read(project, id));
    return {
      id: entry.id,
      name: runLabel(entry),
      stageText: stageName(entry.run.manifest.stage),
      about: [stateName(entry.status.state), about].filter(Boolean).join(" · "),
    };
  }

  private measured({ id, run }: RunEntry): MeasuredRun {
    const now = followColumns(run.paths.metrics, this.followed.get(id) ?? nothingFollowed);
    this.followed.set(id, now);
    const figures = run.manifest.stage === "evaluate" ? readFigures(run.paths) : null;
    return { columns: now.columns, intervals: isProblem(figures) ? {} : intervalsOf(figures?.intervals) };
  }
}

const ends = object({ low: anyNumber, high: anyNumber, method: oneOf(["student", "wilson"]) });

/** The intervals that an evaluation left in its result, by metric; what is none is left out. */
function intervalsOf(value: unknown): MeasuredRun["intervals"] {
  if (!isObject(value)) return {};
  const read = Object.entries(value).map(([name, each]) => {
    const interval = ends(each, { where: "the intervals of an evaluation", path: name });
    if (isProblem(interval)) return [];
    const { low, high, method } = interval;
    return [[name, { low, high, kind: method }] as const];
  });
  return Object.fromEntries(read.flat());
}

const spokenOrigin = <O extends { readonly kind: string; readonly name: string }>(origin: O): O =>
  origin.kind === "parent" ? { ...origin, name: roleName(origin.name) } : origin;

const lineageRun = (entry: RunEntry) => ({
  id: entry.id,
  name: runLabel(entry),
  manifest: entry.run.manifest,
  stateText: stateName(entry.status.state),
});
