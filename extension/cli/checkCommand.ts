import type { Command } from "commander";
import { Problem } from "../protocol/problem";
import { action } from "./action";
import { checkProject } from "./checkProject";
import { areProblems, openProject } from "./globalFlags";
import type { OpenOutput } from "./output";

/** Problems that are printed one by one; --json has them all. */
const shownProblems = 20;

export function registerCheck(program: Command, openOutput: OpenOutput): void {
  program
    .command("check")
    .description("check rlhf.json and all data and label files, and say what hygiene and splits make of them")
    .addHelpText("after", "\nExample:\n  rlhf check --project my-project")
    .action(
      action(openOutput, ({ output, flags }) => {
        const context = openProject(flags, output);
        if (areProblems(context)) return context;
        const { lines, figures, problems } = checkProject(context.project, context.config);
        if (problems.length === 0) {
          output.result({ ...figures, problems }, [...lines, "Nothing is wrong."].join("\n"));
          return 0;
        }
        for (const line of lines) output.line(line);
        if (output.json) output.emit({ type: "event", event: "checked", ...figures, problems });
        const shown = problems.slice(0, shownProblems).map((message) => new Problem("malformed", message));
        const more = problems.length - shown.length;
        return more > 0
          ? [...shown, new Problem("malformed", `${more} more are wrong (all with --json).`)]
          : shown;
      }),
    );
}
