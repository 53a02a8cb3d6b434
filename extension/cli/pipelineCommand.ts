import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { Option, type Command } from "commander";
import { isProblem } from "../protocol/problem";
import { stages, type Stage } from "../protocol/runFormat";
import { projectFile } from "../runs/runPaths";
import { action, type Call, type Outcome } from "./action";
import { runApart, runsApart } from "./apart";
import { areProblems, openProject } from "./globalFlags";
import { createProject } from "./newProject";
import type { OpenOutput } from "./output";
import { shellWord } from "./shellWord";
import { runPipeline, type LabelMode } from "./pipeline";

interface PipelineOptions {
  readonly tiny?: boolean;
  readonly until?: Stage;
  readonly labels: LabelMode;
}

interface SampleOptions {
  readonly tiny?: boolean;
}

export function registerPipeline(program: Command, openOutput: OpenOutput): void {
  program
    .command("pipeline")
    .description("run the paper's stages one after the other; what was done before is not done again")
    .option("--tiny", "the small sizes that tests use")
    .addOption(
      new Option("--until <stage>", "the last stage to run").choices(
        stages.filter((stage) => stage !== "dpo" && stage !== "evaluate"),
      ),
    )
    .addOption(
      new Option(
        "--labels <how>",
        "wait for people to rank, or let simulated labelers do it (tiny world only)",
      )
        .choices(["wait", "simulated"])
        .default("wait"),
    )
    .addHelpText("after", "\nExample:\n  rlhf pipeline --labels simulated --until rm")
    .action(action<PipelineOptions>(openOutput, runPipelineCommand));
  program
    .command("sample [dir]")
    .description(
      "make the sample project (default: tiny-world) if it is not there, and run its whole pipeline",
    )
    .option("--tiny", "the small sizes that tests use")
    .addHelpText("after", "\nExample:\n  rlhf sample my-first-project")
    .action(action<SampleOptions, readonly [string | undefined]>(openOutput, runSampleCommand));
}

async function runPipelineCommand({ output, flags, options }: Call<PipelineOptions>): Promise<Outcome> {
  const context = openProject(flags, output, { tiny: options.tiny === true });
  if (areProblems(context)) return context;
  if (runsApart(context.config.backend)) return await runApart();
  const { labels, until } = options;
  return await runPipeline({ context, labels, ...(until && { until }) });
}

async function runSampleCommand(call: Call<SampleOptions, readonly [string | undefined]>): Promise<Outcome> {
  const { output, flags, options, words } = call;
  const folder = resolve(words[0] ?? "tiny-world");
  const shown = relative(process.cwd(), folder) || ".";
  if (!existsSync(join(folder, projectFile))) {
    const created = createProject({
      folder,
      template: "tiny-world",
      seed: flags.seed ?? 1,
      set: [],
      withBase: options.tiny !== true, // the small sizes have a base of their own
    });
    if (isProblem(created)) return created;
    output.line(`made the sample project ${shown}: a synthetic world, its prompts and demonstrations`);
  }
  const context = openProject({ ...flags, project: folder }, output, { tiny: options.tiny === true });
  if (areProblems(context)) return context;
  if (runsApart(context.config.backend)) return await runApart();
  const outcome = await runPipeline({ context, labels: "simulated" });
  if (outcome === 0)
    output.line(`Everything lies in ${shown}: look with rlhf runs --project ${shellWord(shown)}`);
  return outcome;
}
