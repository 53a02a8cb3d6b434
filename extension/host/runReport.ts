import { settingText } from "../protocol/changedSettings";
import { isMetricName, metric } from "../protocol/metrics";
import { readMetrics } from "../runs/runFolder";
import { markdownTable, markdownText } from "../data/markdown";
import type { RunEntry } from "./runModel";
import { runName } from "./runSummary";
import { settingChanges } from "./settingChanges";
import { t } from "./text";

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

const heading = (text: string): string => `## ${markdownText(text)}`;
const unitOf = (name: string): string => (isMetricName(name) ? metric(name).unit : "");

function number(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return "–";
  return Math.abs(value) >= 1e5 || (value !== 0 && Math.abs(value) < 1e-3)
    ? value.toExponential(2)
    : String(Number(value.toPrecision(4)));
}
