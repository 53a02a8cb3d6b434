import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { Option, type Command } from "commander";
import {
  exportFormatNames,
  exportFormats,
  formatsOf,
  type ExportFormatName,
  type ExportedKind,
} from "../data/exportFormats";
import { exportRecords, type ExportedRecords } from "../data/exportRecords";
import type { RecordOf } from "../data/records";
import { readDataFiles } from "../project/readData";
import { readRankings } from "../project/readRankings";
import { Problem, isProblem } from "../protocol/problem";
import { openReplacement } from "../runs/disk";
import { exportModel } from "../runs/modelFolder";
import { resolveModelReference } from "../runs/modelReference";
import { action, type Call, type Outcome } from "./action";
import { exportEvents } from "./exportEvents";
import { areProblems, openFolder, openProject } from "./globalFlags";
import type { OpenOutput } from "./output";

interface ExportOptions {
  readonly to: string;
  readonly format: ExportFormatName | typeof eventFiles;
  readonly axis?: string;
}

const eventFiles = "tensorboard";

/** What may be exported besides models: the rankings in labels/, or records of the project's data. */
const kindOfWord: Readonly<Record<string, ExportedKind>> = {
  labels: "comparisons",
  comparisons: "comparisons",
  demonstrations: "demonstrations",
  prompts: "prompts",
};

export function registerExport(program: Command, openOutput: OpenOutput): void {
  const formats = exportFormatNames.map((name) => `${name} (${exportFormats[name].what})`);
  program
    .command("export")
    .argument(
      "<what...>",
      "a model (models/NAME, RUN, RUN@N, RUN@best, RUN@last or a folder), or one of the words labels, comparisons, demonstrations, prompts; with --format tensorboard one or more runs",
    )
    .requiredOption(
      "--to <path>",
      "where to: a new folder for a model, the folder that TensorBoard looks at, else a new file",
    )
    .addOption(
      new Option(
        "--format <format>",
        `of a file: ${formats.join("; ")}; ${eventFiles} (the metrics of runs, as TensorBoard's event files)`,
      )
        .choices([...exportFormatNames, eventFiles])
        .default("rlhf"),
    )
    .option(
      "--axis <axis>",
      "rankings: what was judged, or all; in formats that keep axes apart all of them unless told, else overall",
    )
    .addHelpText(
      "after",
      "\nExample:\n  rlhf export ppo-20260131T120000Z-1a2b --to my-policy\n  rlhf export labels --format trl --to preferences.jsonl\n  rlhf export labels --axis all --format label-studio --to tasks.json\n  rlhf export ppo-20260131T120000Z-1a2b sft-20260131T110000Z-3c4d --format tensorboard --to events",
    )
    .action(
      action<ExportOptions, readonly [readonly string[]]>(openOutput, (call) => {
        const { options, words } = call;
        const { format } = options;
        if (format === eventFiles) return exportEvents(call, words[0], resolve(options.to));
        if (words[0].length > 1)
          return new Problem(
            "invalidValue",
            "Only the runs of --format tensorboard are exported several at once: name one of them.",
          );
        const [what] = words[0];
        return exportOne({ ...call, words: [what], options: { ...options, format } }, what);
      }),
    );
}

interface FileOptions extends ExportOptions {
  readonly format: ExportFormatName;
}
type ExportCall = Call<FileOptions, readonly [string]>;

const exportOne = (call: ExportCall, what: string): Outcome =>
  Object.hasOwn(kindOfWord, what) ? exportFile(call, kindOfWord[what]) : exportOneModel(call);

function exportOneModel({ output, flags, options, words: [reference] }: ExportCall): Outcome {
  const project = openFolder(flags);
  if (isProblem(project)) return project;
  const model = resolveModelReference(project, reference);
  if (isProblem(model)) return model;
  const to = resolve(options.to);
  const refused = exportModel(model.folder, to);
  if (refused !== null) return refused;
  output.result({ model: reference, from: model.folder, to }, `${reference} is in ${to}`);
  return 0;
}

function exportFile(call: ExportCall, kind: ExportedKind): Outcome {
  const { output, options, words } = call;
  const { format } = options;
  if (!formatsOf(kind).includes(format))
    return new Problem("invalidValue", `${format} holds no ${kind}: choose ${formatsOf(kind).join(", ")}.`);
  const path = resolve(options.to);
  if (existsSync(path))
    return new Problem("refused", `${path} is there already and is not overwritten: choose another name.`);
  const given = options.axis ?? (exportFormats[format].keepsAxes ? "all" : "overall");
  const axis = given === "all" ? null : given;
  const read = words[0] === "labels" ? readLabels(call, axis) : readData(call, kind, axis);
  if (isProblem(read) || "problems" in read) return isProblem(read) ? read : read.problems;
  const { records } = read;
  if (records.length === 0) return nothingThere(call, axis);
  const exported = exportRecords(kind, records, format);
  writePieces(path, exported);
  const { rows, leftOut, notes } = exported;
  const said = words[0] === "labels" ? "rankings" : kind;
  const ties = leftOut === 0 ? "" : ` (${leftOut} tied pairs have no row in this format)`;
  output.result(
    { to: path, format, rankings: records.length, rows, leftOut, notes: [...notes] },
    [`${records.length} ${said} as ${rows} rows in ${path}${ties}`, ...notes].join("\n"),
  );
  return 0;
}

function readLabels(
  { flags }: ExportCall,
  axis: string | null,
): { readonly records: readonly RecordOf["comparisons"][] } | Problem {
  const project = openFolder(flags);
  if (isProblem(project)) return project;
  const records = readRankings(project, axis, "tiers and ratings");
  return isProblem(records) ? records : { records };
}

function readData(
  { flags, output }: ExportCall,
  kind: ExportedKind,
  axis: string | null,
):
  | { readonly records: readonly RecordOf[ExportedKind][] }
  | { readonly problems: readonly Problem[] }
  | Problem {
  const context = openProject(flags, output);
  if (areProblems(context)) return { problems: context };
  const records = readDataFiles(context.project, context.config, kind);
  if (isProblem(records)) return records;
  return {
    records: records.filter((record) => !("axis" in record) || axis === null || record.axis === axis),
  };
}

function nothingThere({ words: [what] }: ExportCall, axis: string | null): Problem {
  const isRanked = axis !== null && kindOfWord[what] === "comparisons";
  if (what === "labels")
    return new Problem(
      "missing",
      isRanked
        ? `There are no submitted rankings on the axis "${axis}" in labels/: rank some, or name another --axis.`
        : "There are no submitted rankings in labels/: rank some first.",
    );
  return new Problem(
    "missing",
    isRanked
      ? `The project's data holds no comparisons on the axis "${axis}": import some, or name another --axis.`
      : `The project's data holds no ${what}: import some first.`,
  );
}

/** Throws DiskError, and then leaves nothing behind. */
function writePieces(path: string, { pieces }: ExportedRecords): void {
  const file = openReplacement(path);
  try {
    for (const piece of pieces) file.write(piece);
  } catch (error) {
    file.discard();
    throw error;
  }
  file.commit();
}
