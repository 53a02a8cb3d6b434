import { settingText } from "../protocol/changedSettings";
import { encodeJson, isObject } from "../protocol/codec";
import { changesInForce, liveFields } from "../protocol/liveFields";
import { noColumns, rowsFrom, type MetricColumns } from "../protocol/metricColumns";
import type { MetricsDelta, RunAbout, ShownRun } from "../protocol/metricsMessages";
import type { Intervention } from "../protocol/runFormat";
import { listCheckpoints } from "../runs/checkpoints";
import { followColumns, type FollowedColumns } from "../runs/followColumns";
import { readEpisodes, readInterventions } from "../runs/runFolder";
import type { RunEntry } from "./runEntry";
import { progressOf } from "../protocol/progressColumns";
import { healthTexts, lookAtHealth, type SeenHealth } from "./runHealth";
import { runName } from "./runSummary";
import { settingChanges } from "./settingChanges";
import { problemText } from "./text";
import { stateName } from "./words";

/** A run as far as its log has been read, what follows from it, and how many rows are the same as at the last look. */
interface Followed {
  readonly log: FollowedColumns;
  readonly progress: MetricColumns;
  readonly health: SeenHealth;
}

const allColumns = ({ log: { columns }, progress }: Followed): MetricColumns => ({
  iterations: columns.iterations,
  values: { ...columns.values, ...progress.values },
});

/** The runs that a panel shows, as far as their logs have been read, and what the page was told of them last. */
export class FollowedRuns {
  private readonly followed = new Map<string, Followed>();
  private readonly startScores = new Map<string, readonly number[]>();
  private told = "";

  /** All there is to show now. */
  all(entries: readonly RunEntry[], slots: Readonly<Record<string, number>>): readonly ShownRun[] {
    const read = entries.map((entry) => this.read(entry));
    const abouts = this.abouts(entries, slots, read);
    this.told = encodeJson(abouts);
    return read.map((each, i) => ({ about: abouts[i], columns: rowsFrom(allColumns(each), 0) }));
  }

  /** What is new since the last look. */
  news(entries: readonly RunEntry[], slots: Readonly<Record<string, number>>): readonly MetricsDelta[] {
    for (const id of [...this.followed.keys()])
      if (!entries.some((entry) => entry.id === id)) this.followed.delete(id);
    const before = entries.map(({ id }) => this.followed.get(id)?.log.columns.iterations.length ?? 0);
    const read = entries.map((entry) => this.read(entry));
    const abouts = this.abouts(entries, slots, read);
    const text = encodeJson(abouts);
    const deltas: MetricsDelta[] = text === this.told ? [] : [{ type: "runs", runs: abouts }];
    this.told = text;
    entries.forEach(({ id }, i) => {
      const { columns, kept } = read[i].log;
      if (columns.iterations.length === before[i] && kept >= before[i]) return;
      deltas.push({ type: "columns", id, from: kept, columns: rowsFrom(allColumns(read[i]), kept) });
    });
    return deltas;
  }

  /** A run's live settings as they are now. */
  live(entry: RunEntry): Readonly<Record<string, string>> {
    return liveValues(entry, readInterventions(entry.run.paths).values);
  }

  private abouts(
    entries: readonly RunEntry[],
    slots: Readonly<Record<string, number>>,
    read: readonly Followed[],
  ): RunAbout[] {
    return aboutRuns(entries, slots).map((about, i) => ({
      ...about,
      health: healthTexts(entries[i], read[i].health.findings, about.live),
      startScores: this.startScoresOf(entries[i]),
    }));
  }

  /** They change no more once they are there. */
  private startScoresOf({ id, run }: RunEntry): readonly number[] {
    const known = this.startScores.get(id);
    if (known !== undefined || run.manifest.stage !== "ppo") return known ?? [];
    const scores = readEpisodes(run.paths, 0)
      .values.map(({ score }) => score)
      .filter(Number.isFinite);
    if (scores.length > 0) this.startScores.set(id, scores);
    return scores;
  }

  private read(entry: RunEntry): Followed {
    const { id, run } = entry;
    const before = this.followed.get(id);
    const log = followColumns(run.paths.metrics, before?.log);
    const isSame = before !== undefined && log.columns === before.log.columns;
    const now = isSame
      ? { ...before, log }
      : {
          log,
          progress: progressOf(run.manifest, log.columns, before?.progress ?? noColumns, log.kept),
          // A log that was cut back is another run's as far as its rows go.
          health: lookAtHealth(entry, log.columns, log.kept > 0 ? before?.health : undefined),
        };
    this.followed.set(id, now);
    return now;
  }
}

function aboutRuns(
  entries: readonly RunEntry[],
  slots: Readonly<Record<string, number>>,
): Omit<RunAbout, "startScores" | "health">[] {
  const differing = differingSettings(entries);
  return entries.map((entry) => {
    const { id, run, status, marks } = entry;
    const interventions = readInterventions(run.paths).values;
    const reason = status.reason === null ? "" : `: ${problemText(status.reason)}`;
    return {
      ...{ id, name: runName(entry), stage: run.manifest.stage, state: status.state },
      stateText: stateName(status.state) + reason,
      ...{ iteration: status.iteration, iterations: status.iterations, slot: slots[id] ?? 0 },
      settings: differing.get(id) ?? {},
      live: liveValues(entry, interventions),
      checkpoints: listCheckpoints(run.paths),
      interventions: interventions.flatMap(({ iteration, who, changes }) =>
        changes.map(({ key, old, new: value }) => ({
          ...{ iteration, who, key, old: settingText(old), new: settingText(value) },
        })),
      ),
      pins: marks.pins,
    };
  });
}

/** By run, the settings in which the runs differ; the seed counts as one. */
function differingSettings(
  entries: readonly RunEntry[],
): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const configs = entries.map(({ run }) => ({ ...run.manifest.config, seed: run.manifest.seed }));
  const [first, ...others] = configs;
  if (first === undefined) return new Map();
  const paths = new Set(others.flatMap((other) => settingChanges(other, first).map(({ path }) => path)));
  return new Map(
    entries.map(({ id }, i) => {
      const own = settingChanges(configs[i], {}).filter(({ path }) => paths.has(path));
      return [id, Object.fromEntries(own.map(({ path, value }) => [path, settingText(value)]))];
    }),
  );
}

/** The settings that may change while a run goes on, as the config and the changes since have them. */
function liveValues({ run }: RunEntry, interventions: readonly Intervention[]): Record<string, string> {
  const { stage, config } = run.manifest;
  const block = config[stage];
  const changed = changesInForce(interventions, Infinity);
  const values = liveFields[stage].map((key) => [
    key,
    settingText(changed[key] ?? (isObject(block) ? block[key] : undefined)),
  ]);
  return Object.fromEntries(values) as Record<string, string>;
}
