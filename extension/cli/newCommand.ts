import { resolve } from "node:path";
import { Option, type Command } from "commander";
import { isProblem } from "../protocol/problem";
import { rootFields } from "../protocol/runConfig";
import { action } from "./action";
import { createProject, templates, type Template } from "./newProject";
import type { OpenOutput } from "./output";
import { shellWord } from "./shellWord";

interface NewOptions {
  readonly template: Template;
}

export function registerNew(program: Command, openOutput: OpenOutput): void {
  program
    .command("new")
    .argument("<dir>", "the project's folder; files that are there are never overwritten")
    .addOption(
      new Option("--template <name>", "tiny-world: the synthetic sample; empty: for your own data")
        .choices(templates)
        .default("empty"),
    )
    .description("create a project")
    .addHelpText("after", "\nExample:\n  rlhf new my-project --template tiny-world")
    .action(
      action<NewOptions, readonly [string]>(openOutput, ({ output, flags, options, words: [dir] }) => {
        const folder = resolve(dir);
        const seed = flags.seed ?? rootFields.seed.default;
        const created = createProject({
          folder,
          template: options.template,
          seed,
          set: flags.set,
          withBase: true,
        });
        if (isProblem(created)) return created;
        const { written, kept } = created;
        const lines = [
          `${folder}: ${written.length > 0 ? `wrote ${written.join(", ")}` : "nothing was missing"}`,
          ...(kept.length > 0 ? [`left as they were: ${kept.join(", ")}`] : []),
          `Go on with: rlhf ${options.template === "empty" ? "import FILE…" : "pipeline --labels simulated"} --project ${shellWord(dir)}`,
        ];
        output.result({ project: folder, template: options.template, written, kept }, lines.join("\n"));
        return 0;
      }),
    );
}
