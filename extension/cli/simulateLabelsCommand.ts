import type { Command } from "commander";
import { isProblem } from "../protocol/problem";
import { action } from "./action";
import { areProblems, numberFrom, openProject } from "./globalFlags";
import type { OpenOutput } from "./output";
import { defaultOverlap, simulateLabels } from "./simulateLabels";

interface SimulateOptions {
  readonly batch: string;
  readonly labelers?: readonly string[];
  readonly overlap: number;
}

export function registerSimulateLabels(program: Command, openOutput: OpenOutput): void {
  program
    .command("simulate-labels")
    .requiredOption("--batch <name>", "the batch in labels/ to rank")
    .option(
      "--labelers <name...>",
      "simulated labelers (default: those who label for training, and those of labeling.heldOutLabelers)",
    )
    .option(
      "--overlap <share>",
      "share of items that a second one ranks too, to measure agreement",
      numberFrom(0, 1),
      defaultOverlap,
    )
    .description("rank a batch of the tiny world by simulated labelers, whose names say so")
    .addHelpText("after", "\nExample:\n  rlhf simulate-labels --batch monday --labelers simulated-training-1")
    .action(
      action<SimulateOptions>(openOutput, ({ output, flags, options }) => {
        const context = openProject(flags, output);
        if (areProblems(context)) return context;
        const { batch, labelers, overlap } = options;
        const labelled = simulateLabels({ context, batch, overlap, ...(labelers && { labelers }) });
        if (isProblem(labelled)) return labelled;
        const { files, judgements } = labelled;
        output.result(
          { batch, files, judgements },
          files.length > 0
            ? `${judgements} judgements in\n${files.map((file) => `  ${file}`).join("\n")}`
            : "All of them have ranked this batch already.",
        );
        return 0;
      }),
    );
}
