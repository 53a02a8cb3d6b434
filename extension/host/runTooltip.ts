import { MarkdownString } from "vscode";
import { defaultConfig } from "../protocol/resolveConfig";
import { markdownText } from "../data/markdown";
import { isBroken, type BrokenRun, type RunEntry } from "./runEntry";
import { runDuration } from "./runSummary";
import { settingText } from "../protocol/changedSettings";
import { settingChanges } from "./settingChanges";
import { problemText, t } from "./text";
import {
  durationText,
  iterationText,
  metricLabel,
  metricText,
  roleName,
  runLabel,
  stageName,
  stateName,
} from "./words";

const shownSettings = 12;

/** All there is to know of a run at a glance. Every text of a file is escaped, and the Markdown is not trusted. */
export function runTooltip(
  entry: RunEntry,
  facts: readonly string[],
  findRun: (id: string) => RunEntry | BrokenRun,
): MarkdownString {
  const { run, status } = entry;
  const { manifest } = run;
  const head = [
    `**${markdownText(runLabel(entry))}**`,
    [stageName(manifest.stage), stateName(status.state), iterationText(entry), ...facts]
      .filter(Boolean)
      .join(" · "),
    ...(status.reason === null ? [] : [markdownText(problemText(status.reason))]),
  ];
  const text = [
    head.join("\n\n"),
    list(factRows(entry)),
    section(t("Lineage"), lineageRows(entry, findRun)),
    settingsSection(entry, findRun),
    section(
      t("Data"),
      manifest.inputs.map(({ name, sha256 }) => [name, sha256.slice(0, 12)] as const),
    ),
  ];
  return new MarkdownString(text.filter(Boolean).join("\n\n"));
}

type Row = readonly [label: string, value: string];

function list(rows: readonly Row[]): string {
  return rows.map(([label, value]) => `- ${markdownText(label)}: ${markdownText(value)}`).join("\n");
}

function section(title: string, rows: readonly Row[]): string {
  return rows.length === 0 ? "" : `**${markdownText(title)}**\n\n${list(rows)}`;
}

function factRows(entry: RunEntry): Row[] {
  const { run, marks, summary, id } = entry;
  const { backend, backendReason, device, seed } = run.manifest;
  const duration = runDuration(entry, new Date().getTime());
  const name = summary.metric;
  return [
    [t("Id"), id],
    ...(name === null || summary.points.length === 0
      ? []
      : [
          [
            metricLabel(name),
            t(
              "{0}, from {1} to {2}",
              metricText(entry, "last"),
              metricText(entry, "min"),
              metricText(entry, "max"),
            ),
          ] as const,
        ]),
    ...(duration > 0 ? [[t("Took"), durationText(duration)] as const] : []),
    [t("Backend"), `${backend}, ${problemText(device)}`],
    ...(backendReason === null ? [] : [[t("Chosen by auto"), problemText(backendReason)] as const]),
    [t("Seed"), String(seed)],
    ...(marks.tags.length > 0 ? [[t("Tags"), marks.tags.join(", ")] as const] : []),
    ...(marks.notes === "" ? [] : [[t("Notes"), marks.notes] as const]),
  ];
}

/** The parents, and those that a reward model or policy among them came from: which SFT, which labels' reward model. */
function lineageRows({ run }: RunEntry, findRun: (id: string) => RunEntry | BrokenRun): Row[] {
  return run.manifest.parents.map(({ role, reference, run: id, checkpoint, sha256 }) => {
    const parent = id === null ? null : findRun(id);
    const name =
      parent === null || isBroken(parent)
        ? reference
        : `${stageName(parent.run.manifest.stage)} ${runLabel(parent)}`;
    const at = checkpoint === null ? "" : ` @${checkpoint}`;
    return [roleName(role), `${name}${at} (${sha256.slice(0, 12)})`];
  });
}

/** How the config differs from that of the run it was branched from, or else from the defaults. */
function settingsSection({ run }: RunEntry, findRun: (id: string) => RunEntry | BrokenRun): string {
  const { parents, config, stage } = run.manifest;
  const ofStage = (id: string): boolean => id.startsWith(`${stage}-`);
  const parentId = parents.find(({ run: id }) => id !== null && ofStage(id))?.run ?? null;
  const parent = parentId === null ? null : findRun(parentId);
  const isKnown = parent !== null && !isBroken(parent);
  const changes = settingChanges(config, isKnown ? parent.run.manifest.config : defaultConfig());
  const rows = changes
    .slice(0, shownSettings)
    .map(({ path, value, base }) => [path, `${settingText(value)} (${settingText(base)})`] as const);
  const more = changes.length - rows.length;
  const title = isKnown ? t("Settings (of its parent)") : t("Settings (default)");
  return section(title, more > 0 ? [...rows, ["…", t("{0} more", more)]] : rows);
}
