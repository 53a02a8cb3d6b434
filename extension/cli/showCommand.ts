import type { Command } from "commander";
import { isMetricName, metric } from "../protocol/metrics";
import { isProblem } from "../protocol/problem";
import type { MetricsLine } from "../protocol/runFormat";
import type { JsonValue } from "../protocol/trainerEvents";
import { bestCheckpoint, listCheckpoints } from "../runs/checkpoints";
import { findRun } from "../runs/modelReference";
import {
  readFigures,
  readInterventions,
  readMarks,
  readMetrics,
  readStatus,
  type Run,
} from "../runs/runFolder";
import { action } from "./action";
import { fit } from "./bar";
import { changedSettings } from "../protocol/changedSettings";
import { openFolder } from "./globalFlags";
import type { OpenOutput } from "./output";
import { section, shownNumber } from "./table";

export function registerShow(program: Command, openOutput: OpenOutput): void {
  program
    .command("show")
    .argument("<run>", "id of a run, as `rlhf runs` lists it")
    .description("show a run: settings, parents, inputs, state, figures, checkpoints and warnings")
    .addHelpText("after", "\nExample:\n  rlhf show ppo-20260131T120000Z-1a2b")
    .action(
      action<object, readonly [string]>(openOutput, ({ output, flags, words: [id] }) => {
        const project = openFolder(flags);
        if (isProblem(project)) return project;
        const run = findRun(project, id);
        if (isProblem(run)) return run;
        const facts = gather(run);
        output.result(jsonOf(facts), textOf(facts));
        return 0;
      }),
    );
}

/** Everything of a run that `show` tells. A file that cannot be read becomes one of the problems and hides nothing else. */
function gather(run: Run) {
  const { manifest, paths } = run;
  const metrics = readMetrics(paths);
  const interventions = readInterventions(paths);
  const status = readStatus(paths);
  const figures = readFigures(paths);
  const marks = readMarks(paths);
  return {
    run,
    status: isProblem(status) ? null : status,
    name: isProblem(marks) ? null : marks.name,
    changed: changedSettings(manifest.config),
    last: metrics.values.at(-1) ?? null,
    warnings: metrics.values.flatMap((line) =>
      line.warnings.map((warning) => ({ iteration: line.iteration, warning })),
    ),
    interventions: interventions.values,
    checkpoints: listCheckpoints(paths),
    best: bestCheckpoint(paths),
    figures: isProblem(figures) ? null : figures,
    problems: [status, figures, marks, ...metrics.problems, ...interventions.problems].filter(isProblem),
  };
}
type Facts = ReturnType<typeof gather>;

function jsonOf(facts: Facts): { readonly [key: string]: JsonValue } {
  const { manifest, paths } = facts.run;
  const { id, stage, createdAt, seed, parents, inputs, backend, backendReason, device } = manifest;
  return {
    run: id,
    folder: paths.folder,
    ...{ stage, createdAt, seed, backend, backendReason, device, codeVersion: manifest.codeVersion },
    ...{ name: facts.name, changed: facts.changed, parents, inputs },
    status: facts.status === null ? null : { ...facts.status },
    metrics: facts.last === null ? null : { iteration: facts.last.iteration, ...facts.last.values },
    checkpoints: facts.checkpoints,
    best: facts.best,
    interventions: facts.interventions,
    warnings: facts.warnings,
    figures: facts.figures,
    problems: facts.problems.map(({ problem, message }) => ({ problem, message })),
  };
}

const shownWarnings = 5;

function textOf(facts: Facts): string {
  const { parents, inputs } = facts.run.manifest;
  const hash = (sha256: string): string => sha256.slice(0, 12);
  const parts = [
    headText(facts),
    section(
      "Settings that differ from the defaults",
      Object.entries(facts.changed).map(([path, value]) => [path, JSON.stringify(value)]),
    ),
    section(
      "Began from",
      parents.map(({ role, reference, sha256 }) => [role, `${reference}  (${hash(sha256)})`]),
    ),
    section(
      "Inputs",
      inputs.map(({ name, bytes, sha256, source }) => [
        name,
        `${bytes} bytes  (${hash(sha256)})  ${source === "compiled" ? "compiled from data/ and labels/" : `from ${source}`}`,
      ]),
    ),
    section(
      "Changed while it ran",
      facts.interventions.map(({ iteration, who, changes }) => [
        `from iteration ${iteration}`,
        `${changes.map(({ key, old, new: value }) => `${key} ${String(old)} → ${String(value)}`).join(", ")}  (${who})`,
      ]),
    ),
    ...(facts.last === null ? [] : [metricsText(facts.last)]),
    section("Checkpoints", checkpointPairs(facts)),
    section(
      `Warnings (${facts.warnings.length})`,
      facts.warnings
        .slice(-shownWarnings)
        .map(({ iteration, warning }) => [`iteration ${iteration}`, warning]),
    ),
    section("Result", Object.entries(facts.figures ?? {}).map(figurePair)),
    section(
      "Cannot be read",
      facts.problems.map(({ message }) => [message, ""]),
    ),
  ];
  return parts.filter((part) => part.includes("\n")).join("\n\n");
}

function headText({ run: { manifest, paths }, status, name }: Facts): string {
  const pairs: [string, string][] = [
    ["folder", paths.folder],
    ["stage", manifest.stage],
    ["begun", `${manifest.createdAt}, version ${manifest.codeVersion}, seed ${manifest.seed}`],
    ["backend", [manifest.backend, manifest.device].filter((word) => word !== "").join(", ")],
    ...(manifest.backendReason === null
      ? []
      : [["because", `auto took it: ${manifest.backendReason}`] as [string, string]]),
  ];
  if (status !== null) {
    const position = status.iterations > 0 ? `, iteration ${status.iteration} of ${status.iterations}` : "";
    const reason = status.reason === null ? "" : `: ${status.reason}`;
    pairs.push(["state", `${status.state}${position}${reason}`]);
    if (["stopped", "interrupted", "failed", "queued"].includes(status.state))
      pairs.push(["go on with", `rlhf resume ${manifest.id}`]);
  }
  return section(name === null ? manifest.id : `${manifest.id}  “${name}”`, pairs);
}

function metricsText({ iteration, values }: MetricsLine): string {
  const pairs = Object.entries(values).map(([name, value]): [string, string] => {
    if (!isMetricName(name)) return [name, shownNumber(value)];
    const { unit, healthy = {} } = metric(name);
    const { min = -Infinity, max = Infinity } = healthy;
    const note = value < min ? `  (healthy from ${min} on)` : value > max ? `  (healthy up to ${max})` : "";
    return [name, `${shownNumber(value)}${unit === "1" ? "" : ` ${unit}`}${note}`];
  });
  return section(`Figures of iteration ${iteration}`, pairs);
}

function checkpointPairs({ checkpoints, best, run }: Facts): [string, string][] {
  return checkpoints.map((iteration) => [
    `${run.manifest.id}@${iteration}`,
    [iteration === best ? "best" : "", iteration === checkpoints.at(-1) ? "last" : ""]
      .filter((word) => word !== "")
      .join(", "),
  ]);
}

function figurePair([name, value]: [string, JsonValue]): [string, string] {
  return [name, typeof value === "number" ? shownNumber(value) : fit(JSON.stringify(value), 100)];
}
