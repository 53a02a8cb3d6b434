import { readLabels } from "../project/readLabels";
import { changedSettings, settingText } from "../protocol/changedSettings";
import { isObject } from "../protocol/codec";
import type { MetricColumns } from "../protocol/metricColumns";
import { bestCheckpoint, listCheckpoints } from "../runs/checkpoints";
import { readInterventions, readMetrics, type Run } from "../runs/runFolder";
import { frontierSections, type HeldOutRun } from "./frontierPart";
import { labelsSections } from "./labelsPart";
import { findingsOf, healthSentence } from "./healthText";
import { mainCharts, metricsTables } from "./metricsPart";
import { roleWord, stageWord, stateWord } from "./names";
import { section, table, text, type Block, type Report, type Section, type Words } from "./reportParts";
import { columnsOf, nameOf, type ReportedRun } from "./reportedRun";
import { samplesSections } from "./samplesPart";

/**
 * Everything of a run for somebody who was not there, made of its project's files alone: the same files give the same report. `all` are the
 * project's runs, of which those that evaluated this one say how it does on held-out prompts.
 */
export function runReport(project: string, reported: ReportedRun, all: readonly Run[], words: Words): Report {
  const { t } = words;
  const { run, marks } = reported;
  const { id, stage } = run.manifest;
  const columns = columnsOf(reported);
  const charts = mainCharts(stage, columns, readInterventions(run.paths).values, t);
  const evaluations = all
    .filter(({ manifest }) =>
      manifest.parents.some((parent) => parent.role === "policy" && parent.run === id),
    )
    .map((each): HeldOutRun => ({ name: each.manifest.id, run: each, columns: columnsOf({ run: each }) }));
  return {
    title: nameOf(reported),
    sections: [
      ...section(t("The run"), [stateTable(reported, words), marks.notes === "" ? null : text(marks.notes)]),
      ...healthSection(reported, columns, words),
      ...section(t("Charts"), charts),
      ...frontierSections([{ name: nameOf(reported), run, columns }], evaluations, words),
      ...section(t("Metrics"), metricsTables(columns, t)),
      ...changesSection(reported, words),
      ...pinsSection(reported, words),
      ...samplesSections(reported, words),
      ...(stage === "rm" ? labelsSections(project, readLabels(project), run, words) : []),
      ...sourceSection(reported, words),
      ...settingsSection(reported, words),
      ...checkpointsSection(reported, words),
    ],
  };
}

/** What the metrics of a run did, without where it comes from and what it says. */
export function metricsReport(reported: ReportedRun, words: Words): Report {
  const { t } = words;
  const columns = columnsOf(reported);
  return {
    title: nameOf(reported),
    sections: [
      ...section(t("The run"), [stateTable(reported, words)]),
      ...healthSection(reported, columns, words),
      ...changesSection(reported, words),
      ...section(t("Metrics"), metricsTables(columns, t)),
    ],
  };
}

function stateTable({ run, status }: ReportedRun, { t, problem }: Words): Block | null {
  const { stage, createdAt, seed, backend, backendReason, device, id, codeVersion } = run.manifest;
  const position = status.iterations > 0 ? `${Math.max(0, status.iteration)}/${status.iterations}` : "–";
  const state = stateWord(status.state, t);
  // Below each other, because what stands beside each other does not fit into a narrow window.
  return table(
    [t("stage"), stageWord(stage, t)],
    [
      [t("state"), status.reason === null ? state : `${state}: ${problem(status.reason)}`],
      [t("iteration"), position],
      [t("begun"), createdAt],
      [t("seed"), String(seed)],
      [t("backend"), backend],
      ...(backendReason === null ? [] : [[t("chosen by auto"), problem(backendReason)]]),
      [t("device"), problem(device)],
      [t("run"), id],
      [t("version"), codeVersion],
    ],
  );
}

/** What the rules see in the metrics and what the trainer warned of; that there is nothing is worth saying where it was looked for. */
export function healthSection(
  { run }: ReportedRun,
  columns: MetricColumns,
  { t, problem }: Words,
): Section[] {
  const findings = findingsOf(run.manifest.stage, columns).map((finding) =>
    t(
      "{0} ({1}, iterations {2} to {3})",
      ...[healthSentence(finding, t), finding.metric, finding.from, finding.to],
    ),
  );
  const warnings = readMetrics(run.paths).values.flatMap((line) =>
    line.warnings.map((warning) => t("Iteration {0}: {1}", line.iteration, problem(warning))),
  );
  const items = [...findings, ...warnings];
  if (items.length > 0) return section(t("Health"), [{ kind: "list", items }]);
  const isWatched = run.manifest.stage === "ppo" && columns.iterations.length > 0;
  return section(t("Health"), [isWatched ? text(t("No rule found anything wrong.")) : null]);
}

/** Live changes of settings. */
export function changesSection({ run }: ReportedRun, { t }: Words): Section[] {
  const rows = readInterventions(run.paths).values.flatMap(({ iteration, who, changes }) =>
    changes.map(({ key, old, new: value }) => [
      ...[String(iteration), key, settingText(old), settingText(value), who],
    ]),
  );
  const head = [t("from iteration"), t("setting"), t("before"), t("after"), t("by")];
  return section(t("Live changes"), [table(head, rows)]);
}

function pinsSection({ marks }: ReportedRun, { t }: Words): Section[] {
  const rows = marks.pins.map(({ iteration, note }) => [String(iteration), note]);
  return section(t("Pinned notes"), [table([t("iteration"), t("Note")], rows)]);
}

/** Parents and inputs with the hashes of what they were. */
function sourceSection({ run }: ReportedRun, { t }: Words): Section[] {
  const { parents, inputs } = run.manifest;
  return section(t("Where it comes from"), [
    table(
      [t("role"), t("model"), "SHA-256"],
      parents.map(({ role, reference, sha256 }) => [roleWord(role, t), reference, sha256]),
    ),
    table(
      [t("input"), t("from"), t("bytes"), "SHA-256"],
      inputs.map(({ name, source, bytes, sha256 }) => [name, source, String(bytes), sha256]),
    ),
  ]);
}

function settingsSection({ run }: ReportedRun, { t }: Words): Section[] {
  const { config } = run.manifest;
  const changed = Object.entries(changedSettings(config)).map(([path, value]) => [path, settingText(value)]);
  const all = Object.entries(config).flatMap(([block, inner]): string[][] =>
    isObject(inner)
      ? Object.entries(inner).map(([key, value]) => [`${block}.${key}`, settingText(value)])
      : [[block, settingText(inner)]],
  );
  const head = [t("setting"), t("value")];
  return section(t("Settings that differ from the defaults"), [
    table(head, changed) ?? text(t("All settings are the defaults.")),
    table(head, all, t("All settings")),
  ]);
}

function checkpointsSection({ run }: ReportedRun, { t }: Words): Section[] {
  const best = bestCheckpoint(run.paths);
  const names = listCheckpoints(run.paths).map((n) => (n === best ? t("{0} (best)", n) : String(n)));
  return section(t("Checkpoints"), [names.length === 0 ? null : text(names.join(", "))]);
}
