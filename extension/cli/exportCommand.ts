import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { Option, type Command } from "commander";
import { comparisonFormats, exportComparisons, type ComparisonFormat } from "../data/exportComparisons";
import { readRankings } from "../project/readRankings";
import { Problem, isProblem } from "../protocol/problem";
import { replaceFile } from "../runs/disk";
import { exportModel } from "../runs/modelFolder";
import { resolveModelReference } from "../runs/modelReference";
import { action, type Call, type Outcome } from "./action";
import { openFolder } from "./globalFlags";
import type { OpenOutput } from "./output";

interface ExportOptions {
  readonly to: string;
  readonly format: ComparisonFormat;
  readonly axis: string;
}

export function registerExport(program: Command, openOutput: OpenOutput): void {
  program
    .command("export")
    .argument(
      "<what>",
      "a model (models/NAME, RUN, RUN@N, RUN@best, RUN@last or a folder), or the word labels",
    )
    .requiredOption("--to <path>", "where to: a new folder for a model, a new file for labels")
    .addOption(
      new Option("--format <format>", "labels: rlhf (rankings as they are), trl and hh (pairs), csv (pairs)")
        .choices(comparisonFormats)
        .default("rlhf"),
    )
    .option("--axis <axis>", "labels: what was judged", "overall")
    .description("copy a model in Hugging Face's layout, or write the submitted rankings to a file")
    .addHelpText(
      "after",
      "\nExample:\n  rlhf export ppo-20260131T120000Z-1a2b --to my-policy\n  rlhf export labels --format trl --to preferences.jsonl",
    )
    .action(
      action<ExportOptions, readonly [string]>(openOutput, (call) =>
        call.words[0] === "labels" ? exportLabels(call) : exportOneModel(call),
      ),
    );
}

type ExportCall = Call<ExportOptions, readonly [string]>;

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

function exportLabels({ output, flags, options: { to, format, axis } }: ExportCall): Outcome {
  const project = openFolder(flags);
  if (isProblem(project)) return project;
  const path = resolve(to);
  if (existsSync(path))
    return new Problem("refused", `${path} is there already and is not overwritten: choose another name.`);
  const ranked = readRankings(project, axis);
  if (isProblem(ranked)) return ranked;
  const { comparisons } = ranked;
  if (comparisons.length === 0)
    return new Problem(
      "missing",
      `There are no submitted rankings on the axis "${axis}" in ${project}/labels.`,
    );
  const { text, rows, leftOut } = exportComparisons(comparisons, format);
  replaceFile(path, text);
  const note = leftOut === 0 ? "" : ` (${leftOut} tied pairs have no row in this format)`;
  output.result(
    { to: path, format, rankings: comparisons.length, rows, leftOut },
    `${comparisons.length} rankings as ${rows} rows in ${path}${note}`,
  );
  return 0;
}
