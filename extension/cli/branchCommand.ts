import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import { Problem, isProblem } from "../protocol/problem";
import { branchScorer } from "../project/chooseParents";
import { resolveConfig } from "../protocol/resolveConfig";
import type { RunManifest, RunParent } from "../protocol/runFormat";
import type { NewRun } from "../runs/runFolder";
import { branchRun } from "../runs/branchRun";
import { findRun } from "../runs/modelReference";
import { action } from "./action";
import { openFolder } from "./globalFlags";
import { chooseBackend } from "./chooseBackend";
import type { OpenOutput, Output } from "./output";
import { thisDevice } from "./runStage";
import { workOfRun } from "./trialWork";
import { followToEnd } from "./resumeCommand";
import { codeVersion } from "./version";

interface BranchOptions {
  readonly heldOutReward?: string;
  readonly start: boolean;
}

export function registerBranch(program: Command, openOutput: OpenOutput): void {
  program
    .command("branch")
    .argument("<run@n>", "a checkpoint: RUN@N, RUN@best or RUN@last")
    .option(
      "--held-out-reward <reference>",
      "another reward model that only measures, for ppo.heldOutScore=rewardModel",
    )
    .option("--no-start", "only create the run; `rlhf resume` starts it")
    .description("begin a new run at a checkpoint of another, with other settings if any are given")
    .addHelpText(
      "after",
      "\nExample:\n  rlhf branch ppo-20260131T120000Z-1a2b@20 --set ppo.klCoef=0.5 --set ppo.iterations=80",
    )
    .action(
      action<BranchOptions, readonly [string]>(
        openOutput,
        async ({ output, flags, options, words: [reference] }) => {
          const project = openFolder(flags);
          if (isProblem(project)) return project;
          const parent = findRun(project, reference.replace(/@[^@]*$/, ""));
          if (isProblem(parent)) return parent;
          const config = changedConfig(parent.manifest.config, flags.set);
          if (isProblem(config)) return config;
          const parents = scorersOf(project, parent.manifest, config, options.heldOutReward);
          if (isProblem(parents)) return parents;
          const settled = await branchBackend(project, parent.manifest, config, output);
          const run = branchRun(project, reference, {
            parents,
            codeVersion,
            ...settled,
            utcMilliseconds: new Date().getTime(),
            random: randomBytes(2).readUInt16LE(),
            // The settings were checked on the parent's config; live changes in it are checked values of the same fields.
            config: (inherited) => ({ ...changedConfig(inherited, flags.set), backend: settled.backend }),
          });
          if (isProblem(run)) return run;
          const { id } = run.manifest;
          output.line(`${id} goes on from ${reference}`);
          if (options.start)
            return await followToEnd({ project, run, output, graceSeconds: flags.graceSeconds });
          output.result({ run: id, state: "queued" }, `Start it with: rlhf resume ${id}`);
          return 0;
        },
      ),
    );
}

/** The backend of a branch: the one of its settings, settled where that is `auto`; the parent's reason goes on where the backend does. */
async function branchBackend(
  project: string,
  { stage, parents, backend: before, backendReason, device }: RunManifest,
  config: NewRun["config"],
  output: Output,
): Promise<Pick<NewRun, "backend" | "backendReason" | "device">> {
  const resolved = resolveConfig(config);
  const asked = resolved.type === "config" ? resolved.config.backend : before;
  if (resolved.type !== "config" || asked === before) return { backend: before, backendReason, device };
  if (asked !== "auto") return { backend: asked, device: thisDevice() };
  const work = workOfRun(project, stage, resolved.config, parents);
  const { backend, reason } = await chooseBackend(work, resolved.config.threads, output);
  return { backend, backendReason: reason, device: thisDevice() };
}

/** The held-out reward model of a branch of PPO, where it is another than its parent's. */
function scorersOf(
  project: string,
  { stage, parents }: RunManifest,
  config: NewRun["config"],
  reference: string | undefined,
): readonly RunParent[] | Problem {
  if (stage !== "ppo")
    return reference === undefined
      ? []
      : new Problem("invalidValue", "--held-out-reward is for branches of PPO runs alone.");
  const resolved = resolveConfig(config);
  if (resolved.type === "config") return branchScorer(project, parents, resolved.config, reference);
  return new Problem("invalidValue", resolved.problems.map(({ message }) => message).join(" "));
}

/** The config of a run with changes of the command line in it. */
function changedConfig(config: NewRun["config"], set: readonly string[]): NewRun["config"] | Problem {
  if (set.length === 0) return config;
  const resolved = resolveConfig(config, { set });
  if (resolved.type === "config") return { ...resolved.config };
  return new Problem("invalidValue", resolved.problems.map(({ message }) => message).join(" "));
}
