import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isProblem, type Problem } from "../protocol/problem";
import { makeFolder, replaceFile } from "../runs/disk";
import { findRun } from "../runs/modelReference";
import { listRuns } from "../runs/runFolder";
import { reportHtml } from "./htmlReport";
import { reportMarkdown } from "./markdownReport";
import { pipelineReport } from "./pipelineReport";
import type { Report, Words } from "./reportParts";
import { readReported } from "./reportedRun";
import { runReport } from "./runReport";

export const reportFormats = ["html", "md"] as const;
export type ReportFormat = (typeof reportFormats)[number];

/** What a report is about: a run by its id, or the project's newest pipeline. */
export const pipelineWord = "pipeline";

/** The report on a run of a project, or on its pipeline. */
export function makeReport(project: string, about: string, words: Words): Report | Problem {
  const { runs } = listRuns(project);
  if (about === pipelineWord) return pipelineReport(project, runs, words);
  const run = findRun(project, about);
  const reported = isProblem(run) ? run : readReported(run);
  return isProblem(reported) ? reported : runReport(project, reported, runs, words);
}

/**
 * Writes a report into a folder, in place of one of the same name: `NAME.html`, which needs nothing beside it, and `NAME.md` with its charts as
 * pictures in `NAME.charts/`, because GitHub shows no pictures that are part of a text. Gives the paths of the reports. Throws DiskError.
 */
export function writeReport(
  report: Report,
  to: { readonly folder: string; readonly name: string; readonly formats: readonly ReportFormat[] },
  words: Words,
): readonly string[] {
  const { folder, name } = to;
  makeFolder(folder);
  return to.formats.map((format) => {
    const path = join(folder, `${name}.${format}`);
    replaceFile(path, format === "html" ? reportHtml(report, words) : markdownWithCharts(report, to, words));
    return path;
  });
}

function markdownWithCharts(
  report: Report,
  { folder, name }: { readonly folder: string; readonly name: string },
  words: Words,
): string {
  const charts = `${name}.charts`;
  const written = new Set<string>();
  const markdown = reportMarkdown(report, words, (image) => {
    makeFolder(join(folder, charts));
    replaceFile(join(folder, charts, image.name), image.svg);
    written.add(image.name);
    return `${charts}/${image.name}`;
  });
  // What an earlier report of this name left; files of other names are somebody's own.
  if (existsSync(join(folder, charts)))
    for (const file of readdirSync(join(folder, charts)))
      if (/^\d\d+-.*\.svg$/.test(file) && !written.has(file)) rmSync(join(folder, charts, file));
  return markdown;
}
