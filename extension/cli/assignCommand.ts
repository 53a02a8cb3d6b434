import { InvalidArgumentError, Option, type Command } from "commander";
import { isProblem, Problem } from "../protocol/problem";
import { choiceOrders, type ChoiceOrder } from "../protocol/assignmentFormat";
import { isLabelerName } from "../protocol/rankingFormat";
import { action, type Call, type Outcome } from "./action";
import { runApart, runsApart } from "./apart";
import { assignBatch, type MadeAssignment } from "./assignBatch";
import { areProblems, numberFrom, openProject, wholeNumber } from "./globalFlags";
import type { OpenOutput } from "./output";
import { defaultOverlap } from "./simulateLabels";

interface AssignOptions {
  readonly batch: string;
  readonly labelers: readonly string[];
  readonly overlap?: number;
  readonly each?: number;
  readonly by: ChoiceOrder;
  readonly limit?: number;
  readonly model?: string;
}

export function registerAssign(program: Command, openOutput: OpenOutput): void {
  program
    .command("assign")
    .requiredOption("--batch <name>", "the batch in labels/ to share out")
    .requiredOption("--labelers <names>", "who ranks, with commas between the names", names)
    .option(
      "--overlap <share>",
      `share of items that a second labeler gets too, to measure agreement (default: ${defaultOverlap})`,
      numberFrom(0, 1),
    )
    .option("--each <n>", "gives every item to so many labelers", wholeNumber(1, 1000))
    .addOption(
      new Option(
        "--by <how>",
        "what comes first: the batch's order, random, or what the reward model is unsure of, once 50 labels are there",
      )
        .choices(choiceOrders)
        .default("order"),
    )
    .option("--limit <n>", "so many items of those that nobody has (default: all)", wholeNumber(1, 1_000_000))
    .option("--model <model>", "the reward model to be unsure (default: the latest)")
    .description("share a batch out among labelers: a file each, to which later calls add what nobody has")
    .addHelpText(
      "after",
      "\nExample:\n  rlhf assign --batch monday --labelers kim,lee,park --overlap 0.2\n  rlhf assign --batch monday --labelers kim,lee --by uncertainty --limit 40",
    )
    .action(action<AssignOptions>(openOutput, assign));
}

function names(text: string): readonly string[] {
  const all = text.split(",").map((name) => name.trim());
  for (const [i, name] of all.entries()) {
    if (!isLabelerName(name))
      throw new InvalidArgumentError(`"${name}" must be a labeler's name of letters, digits, "-" and "_".`);
    if (all.indexOf(name) !== i) throw new InvalidArgumentError(`"${name}" stands there twice.`);
  }
  return all;
}

async function assign({ output, flags, options }: Call<AssignOptions>): Promise<Outcome> {
  const context = openProject(flags, output);
  if (areProblems(context)) return context;
  if (runsApart(context.config.backend)) return await runApart();
  const { batch, labelers, each, overlap, by, limit = Infinity, model } = options;
  if (each !== undefined && overlap !== undefined)
    return new Problem("invalidValue", "--overlap and --each are two ways to say the same: give one.");
  if (each !== undefined && each > labelers.length)
    return new Problem(
      "invalidValue",
      `--each is ${each}, but there are ${labelers.length} labelers: name more, or ask fewer for each item.`,
    );
  const made = await assignBatch({
    ...{ context, batch, labelers, by, limit },
    each: each ?? 1,
    overlap: overlap ?? (each === undefined ? defaultOverlap : 0),
    ...(model !== undefined && { model }),
  });
  if (isProblem(made)) return made;
  output.result(
    { batch, assignments: made.map((each) => ({ ...each })) },
    made.some(({ items }) => items > 0)
      ? made.map(sentence).join("\n")
      : `Every item of labels/${batch}.items.jsonl is somebody's already; nothing was changed.`,
  );
  return 0;
}

function sentence({ labeler, file, items, before }: MadeAssignment): string {
  if (before === 0) return `${labeler}: ${items} items in ${file}`;
  return `${labeler}: ${items} more items in ${file}, behind the ${before} that were there`;
}
