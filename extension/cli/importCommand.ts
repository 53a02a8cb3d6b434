import { join } from "node:path";
import { Option, type Command } from "commander";
import { recordKinds, type RecordKind } from "../data/records";
import { isObject } from "../protocol/codec";
import { Problem, isProblem } from "../protocol/problem";
import type { RunConfig } from "../protocol/runConfig";
import type { JsonValue } from "../protocol/trainerEvents";
import { replaceFile } from "../runs/disk";
import { projectFile } from "../runs/runPaths";
import { action } from "./action";
import { areProblems, openFolder, openProject, wholeNumber } from "./globalFlags";
import { importBatch, type ImportedBatch } from "./importBatch";
import { importFiles, type ImportedFile } from "./importFiles";
import { importTarget } from "./importTarget";
import type { OpenOutput, Output } from "./output";

interface ImportOptions {
  readonly kind: RecordKind | "auto";
  readonly dryRun?: boolean;
  readonly synthetic: boolean;
  readonly openingWords?: number;
  readonly asBatch?: string;
}

export function registerImport(program: Command, openOutput: OpenOutput): void {
  program
    .command("import")
    .argument("<file...>", "JSONL, JSON, CSV or text, plain or gzipped, or Parquet")
    .addOption(
      new Option("--kind <kind>", "what the files hold")
        .choices(["auto", ...recordKinds])
        .default("auto", "auto: seen from the file"),
    )
    .option("--no-synthetic", "OpenAssistant's trees: leave out replies that a model wrote")
    .option(
      "--opening-words <n>",
      "with --kind prompts: prompts are the first n words of each text, for a model to go on with",
      wholeNumber(1, 100),
    )
    .option(
      "--as-batch <name>",
      "rankings: as a batch in labels/, to look at and correct, with a file for each labeler; nothing is overwritten",
    )
    .option("--dry-run", "only say what would be imported; needs no project")
    .description(
      "add records of files to the project's data; records that are there already are not added again",
    )
    .addHelpText(
      "after",
      "\nExample:\n  rlhf import harmless-base.test.jsonl.gz questions.csv --kind auto\n  rlhf import rankings.json --as-batch second-opinion",
    )
    .action(
      action<ImportOptions, readonly [readonly string[]]>(
        openOutput,
        async ({ output, flags, options, words: [files] }) => {
          const { kind, synthetic, openingWords } = options;
          if (openingWords !== undefined && kind !== "prompts")
            return [
              new Problem("invalidValue", "--opening-words makes prompts: give --kind prompts with it."),
            ];
          // Lists of files that hold for this call alone must not find their way into rlhf.json.
          const isDry = options.dryRun === true;
          // A dry run may come before the project: it answers what an empty one would get.
          const isBefore = isDry && isProblem(openFolder(flags));
          const context = isBefore ? null : openProject({ ...flags, set: [] }, output);
          if (context !== null && areProblems(context)) return context;
          if (options.asBatch !== undefined) {
            if (kind !== "auto" && kind !== "comparisons")
              return new Problem("invalidValue", "--as-batch makes a batch of rankings: leave out --kind.");
            const call = { project: context?.project ?? null, batch: options.asBatch, isDry };
            const made = await importBatch({ ...call, options: { synthetic } }, files);
            return areProblems(made) ? made : showBatch(output, made, isDry);
          }
          const importing = { project: context?.project ?? null, kind, isDry };
          const imported = await importFiles({ ...importing, options: { synthetic, openingWords } }, files);
          if (areProblems(imported)) return imported;
          const target = isDry ? null : context;
          const listed =
            target === null ? [] : listInConfig(target.project, target.config, target.json, imported.written);
          const written = imported.written.map(importTarget);
          const lines = [
            ...imported.files.map(describeFile),
            ...written.map((file) => `wrote ${file}`),
            ...listed.map((list) => `added ${importTarget(list)} to data.${list} in ${projectFile}`),
            ...(isDry ? ["Nothing was written (--dry-run)."] : []),
          ];
          output.result({ files: imported.files.map(jsonOf), written, dryRun: isDry }, lines.join("\n"));
          return imported.files.every(({ records }) => records > 0) ? 0 : 1;
        },
      ),
    );
}

function showBatch(output: Output, { files, written, items, notes }: ImportedBatch, isDry: boolean): 0 {
  const lines = [
    ...files.map(describeFile),
    ...notes,
    `${items} items to rank, ${written.length - 1} labelers`,
    ...(isDry ? ["Nothing was written (--dry-run)."] : written.map((file) => `wrote ${file}`)),
  ];
  const shown = isDry ? [] : written;
  output.result({ files: files.map(jsonOf), written: shown, items, notes, dryRun: isDry }, lines.join("\n"));
  return 0;
}

/** Names of data lists that rlhf.json now has a new file in, because the catalogue's defaults do not name it. */
function listInConfig(
  project: string,
  config: RunConfig,
  json: unknown,
  kinds: readonly RecordKind[],
): readonly RecordKind[] {
  const missing = kinds.filter((kind) => !config.data[kind].includes(importTarget(kind)));
  if (missing.length === 0) return [];
  const file = isObject(json) ? json : {};
  const lists = missing.map((kind) => [kind, [...config.data[kind], importTarget(kind)]]);
  const data = { ...(isObject(file.data) ? file.data : {}), ...Object.fromEntries(lists) };
  replaceFile(join(project, projectFile), `${JSON.stringify({ ...file, data }, null, 2)}\n`);
  return missing;
}

function jsonOf({ refused, ...file }: ImportedFile): { readonly [key: string]: JsonValue } {
  return { ...file, refused: refused.map(({ line, reason }) => ({ line, reason })) };
}

const shownReasons = 5;
const shownLines = 3;

function describeFile(imported: ImportedFile): string {
  const { file, format, kind, rows, records, added, refused, notes } = imported;
  const there = records - added;
  const head = `${file}: ${format}; ${rows} rows, ${records} ${kind}, ${added} new${there > 0 ? `, ${there} there already` : ""}, ${refused.length} refused`;
  const byReason = new Map<string, number[]>();
  for (const { line, reason } of refused) byReason.set(reason, [...(byReason.get(reason) ?? []), line]);
  const reasons = [...byReason].sort(([, a], [, b]) => b.length - a.length);
  const shown = reasons.slice(0, shownReasons).map(([reason, lines]) => {
    const more = lines.length > shownLines ? ", …" : "";
    return `  ${lines.length} × ${reason.replace(/\.$/, "")} (line ${lines.slice(0, shownLines).join(", ")}${more})`;
  });
  const rest = reasons.slice(shownReasons).reduce((sum, [, lines]) => sum + lines.length, 0);
  return [
    head,
    ...notes.map((note) => `  ${note}`),
    ...shown,
    ...(rest > 0 ? [`  ${rest} for other reasons (all with --json)`] : []),
  ].join("\n");
}
