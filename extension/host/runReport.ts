import { isObject } from "../protocol/codec";
import { changedSettings, settingText } from "../protocol/changedSettings";
import { isMetricName, metric } from "../protocol/metrics";
import { isProblem } from "../protocol/problem";
import type { MetricsLine } from "../protocol/runFormat";
import type { EpisodeRecord } from "../protocol/trainerEvents";
import { bestCheckpoint, listCheckpoints } from "../runs/checkpoints";
import { readEpisodes, readFigures, readInterventions, readMetrics } from "../runs/runFolder";
import { markdownTable, markdownText } from "../data/markdown";
import type { RunEntry } from "./runModel";
import { runName } from "./runSummary";
import { settingChanges } from "./settingChanges";
import { sparkline } from "../charts/sparkline";
import { problemText, t } from "./text";

// Reports about runs as Markdown, made of their files anew each time. Whatever comes out of files or models is shown as text.

/** What the metrics of a run did: first, last and extreme values, with what each means. */
export function metricsReport(entry: RunEntry): string {
  const lines = readMetrics(entry.run.paths).values;
  return [title(entry), state(entry), ...interventions(entry), metricsTable(lines), warnings(lines)]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** Everything of a run for somebody who was not there. */
export function runReport(entry: RunEntry): string {
  const { manifest, paths } = entry.run;
  const lines = readMetrics(paths).values;
  const changed = Object.entries(changedSettings(manifest.config));
  const best = bestCheckpoint(paths);
  const checkpoints = listCheckpoints(paths).map((n) => (n === best ? `${n} ★` : String(n)));
  return [
    title(entry),
    state(entry),
    entry.marks.notes === "" ? "" : markdownText(entry.marks.notes),
    heading(t("Where it comes from")),
    markdownTable(
      [t("role"), t("model"), "SHA-256"],
      manifest.parents.map(({ role, reference, sha256 }) => [role, reference, sha256.slice(0, 12)]),
    ),
    markdownTable(
      [t("input"), t("from"), t("bytes"), "SHA-256"],
      manifest.inputs.map(({ name, source, bytes, sha256 }) => [
        name,
        source,
        String(bytes),
        sha256.slice(0, 12),
      ]),
    ),
    heading(t("Settings that differ from the defaults")),
    markdownTable(
      [t("setting"), t("value")],
      changed.map(([path, value]) => [path, settingText(value)]),
    ),
    ...interventions(entry),
    heading(t("Metrics")),
    metricsTable(lines),
    warnings(lines),
    heading(t("Checkpoints")),
    markdownText(checkpoints.join(", ") || "–"),
    ...samples(entry),
    ...extremes(entry),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** Several runs side by side: only what differs in their settings, and the last value of every metric. */
export function comparisonReport(entries: readonly RunEntry[]): string {
  const names = entries.map(runName);
  const [first, ...others] = entries.map(({ run }) => run.manifest.config);
  const paths = [...new Set(others.flatMap((other) => settingChanges(other, first).map(({ path }) => path)))];
  const values = entries.map(
    ({ run }) => new Map(settingChanges(run.manifest.config, {}).map((s) => [s.path, s.value])),
  );
  const last = entries.map(({ run }) => readMetrics(run.paths).values.at(-1)?.values ?? {});
  const metrics = [...new Set(last.flatMap((line) => Object.keys(line)))].filter(
    (name) => !name.startsWith("time/"),
  );
  return [
    `# ${markdownText(t("{0} runs compared", entries.length))}`,
    heading(t("Settings that differ")),
    markdownTable(
      [t("setting"), ...names],
      paths.map((path) => [path, ...values.map((own) => settingText(own.get(path)))]),
    ),
    heading(t("Last metrics")),
    markdownTable(
      [t("metric"), t("unit"), ...names],
      metrics.map((name) => [name, unitOf(name), ...last.map((line) => number(line[name]))]),
    ),
  ].join("\n\n");
}

const title = (entry: RunEntry): string => `# ${markdownText(runName(entry))}`;
const heading = (text: string): string => `## ${markdownText(text)}`;

function state({ run, status }: RunEntry): string {
  const { manifest } = run;
  const position = status.iterations > 0 ? `${Math.max(0, status.iteration)}/${status.iterations}` : "–";
  // Below each other, because what stands beside each other does not fit into a narrow window.
  return markdownTable(
    [t("stage"), manifest.stage],
    [
      [t("state"), status.reason === null ? status.state : `${status.state}: ${problemText(status.reason)}`],
      [t("iteration"), position],
      [t("begun"), manifest.createdAt],
      [t("seed"), String(manifest.seed)],
      [t("backend"), manifest.backend],
      [t("device"), problemText(manifest.device)],
    ],
  );
}

function interventions({ run }: RunEntry): string[] {
  const made = readInterventions(run.paths).values;
  if (made.length === 0) return [];
  const rows = made.flatMap(({ iteration, who, changes }) =>
    changes.map(({ key, old, new: value }) => [
      String(iteration),
      key,
      settingText(old),
      settingText(value),
      who,
    ]),
  );
  return [
    heading(t("Live changes")),
    markdownTable([t("from iteration"), t("setting"), t("before"), t("after"), t("by")], rows),
  ];
}

function metricsTable(lines: readonly MetricsLine[]): string {
  const names = Object.keys(lines.at(-1)?.values ?? {});
  const rows = names.map((name) => {
    const series = lines.map(({ values }) => values[name]).filter((value) => value !== undefined);
    const finite = series.filter(Number.isFinite);
    return [
      name,
      number(series.at(-1)),
      sparkline(series),
      number(series[0]),
      number(Math.min(...finite)),
      number(Math.max(...finite)),
      unitOf(name),
    ];
  });
  if (rows.length === 0) return markdownText(t("There are no metrics yet."));
  const head = [t("metric"), t("last"), t("course"), t("first"), t("least"), t("most"), t("unit")];
  const meanings = names.filter(isMetricName).map((name) => [name, metric(name).formula]);
  // A table of its own: beside the numbers the formulas would make every line many lines high.
  return [markdownTable(head, rows), markdownTable([t("metric"), t("meaning")], meanings)].join("\n\n");
}

function warnings(lines: readonly MetricsLine[]): string {
  const all = lines.flatMap((line) => line.warnings.map((warning) => `${line.iteration}: ${warning}`));
  return all.map((warning) => `- ${markdownText(warning)}`).join("\n");
}

/** Answers that an evaluation left in result.json. */
function samples({ run }: RunEntry): string[] {
  const figures = readFigures(run.paths);
  if (isProblem(figures) || !Array.isArray(figures?.samples)) return [];
  const rows = figures.samples
    .filter(isObject)
    .slice(0, 12)
    .map(({ prompt, response }) => [String(prompt), String(response)]);
  return [heading(t("Answers")), markdownTable([t("prompt"), t("response")], rows)];
}

const shownEpisodes = 5;

function extremes({ run, status }: RunEntry): string[] {
  if (run.manifest.stage !== "ppo") return [];
  for (let iteration = status.iteration; iteration >= 0; iteration--) {
    const episodes = readEpisodes(run.paths, iteration).values;
    if (episodes.length === 0) continue;
    const sorted = [...episodes].sort((a, b) => b.score - a.score);
    const half = Math.min(shownEpisodes, Math.ceil(sorted.length / 2));
    return [
      heading(t("Responses of iteration {0} with the highest score", iteration)),
      episodeTable(sorted.slice(0, half)),
      heading(t("Responses of iteration {0} with the lowest score", iteration)),
      episodeTable(sorted.slice(-half).reverse()),
    ];
  }
  return [];
}

function episodeTable(episodes: readonly EpisodeRecord[]): string {
  const rows = episodes.map(({ score, kl, prompt, response }) => [
    number(score),
    number(kl),
    prompt,
    response,
  ]);
  return markdownTable([t("score"), t("KL, nats"), t("prompt"), t("response")], rows);
}

const unitOf = (name: string): string => (isMetricName(name) ? metric(name).unit : "");

function number(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return "–";
  return Math.abs(value) >= 1e5 || (value !== 0 && Math.abs(value) < 1e-3)
    ? value.toExponential(2)
    : String(Number(value.toPrecision(4)));
}
