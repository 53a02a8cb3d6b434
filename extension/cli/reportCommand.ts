import { join, resolve } from "node:path";
import { InvalidArgumentError, type Command } from "commander";
import { inEnglish } from "../protocol/fieldValue";
import { isProblem } from "../protocol/problem";
import type { Words } from "../report/reportParts";
import {
  makeReport,
  pipelineWord,
  reportFormats,
  writeReport,
  type ReportFormat,
} from "../report/writeReport";
import { action } from "./action";
import { openFolder } from "./globalFlags";
import type { OpenOutput } from "./output";

interface ReportOptions {
  readonly out?: string;
  readonly format: readonly ReportFormat[];
}

const words: Words = { t: inEnglish, problem: (message) => message, language: "en" };

export function registerReport(program: Command, openOutput: OpenOutput): void {
  program
    .command("report")
    .argument(
      "[about]",
      "id of a run, or the word pipeline for the newest pipeline of the project",
      pipelineWord,
    )
    .option("--out <dir>", "where to (default: reports/ in the project)")
    .option("--format <formats>", "html, md or both with a comma between them", formats, reportFormats)
    .description(
      "write a report: charts, health, samples, agreement of the labels, settings, hashes of models and data",
    )
    .addHelpText("after", "\nExample:\n  rlhf report ppo-20260131T120000Z-1a2b --out report --format html")
    .action(
      action<ReportOptions, readonly [string]>(openOutput, ({ output, flags, options, words: [about] }) => {
        const project = openFolder(flags);
        if (isProblem(project)) return project;
        const report = makeReport(project, about, words);
        if (isProblem(report)) return report;
        const folder = options.out === undefined ? join(project, "reports") : resolve(options.out);
        const files = writeReport(report, { folder, name: about, formats: options.format }, words);
        output.result({ about, files: [...files] }, files.join("\n"));
        return 0;
      }),
    );
}

function formats(given: string): readonly ReportFormat[] {
  const chosen = given.split(",").map((word) => reportFormats.find((format) => format === word.trim()));
  const known = chosen.filter((format) => format !== undefined);
  if (known.length === 0 || known.length < chosen.length)
    throw new InvalidArgumentError(`It must be ${reportFormats.join(", ")} or both.`);
  return [...new Set(known)];
}
