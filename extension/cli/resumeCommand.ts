import type { Command } from "commander";
import { Problem, isProblem } from "../protocol/problem";
import { findRun } from "../runs/modelReference";
import type { Run } from "../runs/runFolder";
import { RunStore } from "../runs/runStore";
import { action, type Outcome } from "./action";
import { followRun, type FollowCall } from "./followRun";
import { openFolder } from "./globalFlags";
import type { OpenOutput } from "./output";

export function registerResume(program: Command, openOutput: OpenOutput): void {
  program
    .command("resume")
    .argument("<run>", "id of a run, as `rlhf runs` lists it")
    .description("go on with a run from its last checkpoint, exactly where it would have gone")
    .addHelpText("after", "\nExample:\n  rlhf resume ppo-20260131T120000Z-1a2b")
    .action(
      action<object, readonly [string]>(openOutput, async ({ output, flags, words: [id] }) => {
        const project = openFolder(flags);
        if (isProblem(project)) return project;
        if (flags.set.length > 0)
          return new Problem(
            "invalidValue",
            `A run goes on with its own settings; to change some, branch from it: rlhf branch ${id}@last --set ${flags.set[0]}`,
          );
        const run = findRun(project, id);
        if (isProblem(run)) return run;
        const refused = whyNotToOpen(run);
        return refused ?? (await followToEnd({ project, run, output, graceSeconds: flags.graceSeconds }));
      }),
    );
}

/** Follows a run to its end and prints the result. */
export async function followToEnd(call: FollowCall): Promise<Outcome> {
  const { run, output } = call;
  const { exitCode, state, message, figures } = await followRun(call);
  if (exitCode === 1) return new Problem("internal", message);
  const { id } = run.manifest;
  output.result(
    { run: id, state, figures, ...(message && { message }) },
    message || `The run ${id} is finished: rlhf show ${id}`,
  );
  return exitCode;
}

/** Opening a run as its trainer will, to say at once why that cannot be. */
function whyNotToOpen(run: Run): Problem | null {
  const store = RunStore.open(run.paths.folder);
  if (isProblem(store)) return store;
  store.dispose();
  return null;
}
