import type { Command } from "commander";
import { liveFields, settingsAt, type Settings } from "../protocol/liveFields";
import { Problem, isProblem } from "../protocol/problem";
import { isConfigProblem, parseSetting } from "../protocol/resolveConfig";
import type { SettingValue } from "../protocol/runFormat";
import { findRun } from "../runs/modelReference";
import { readStatus, type Run } from "../runs/runFolder";
import { RunStore } from "../runs/runStore";
import { makeIntervention } from "../trainer/liveSettings";
import { action, type Outcome } from "./action";
import { followRun, type FollowCall } from "./followRun";
import { openFolder } from "./globalFlags";
import type { OpenOutput } from "./output";

export function registerResume(program: Command, openOutput: OpenOutput): void {
  program
    .command("resume")
    .argument("<run>", "id of a run, as `rlhf runs` lists it")
    .description("go on with a run from its last checkpoint, exactly where it would have gone")
    .addHelpText(
      "after",
      "\n--set changes what may change while a run goes on, from its next iteration.\n\nExample:\n  rlhf resume sft-20260131T120000Z-1a2b --set sft.microbatch=8",
    )
    .action(
      action<object, readonly [string]>(openOutput, async ({ output, flags, words: [id] }) => {
        const project = openFolder(flags);
        if (isProblem(project)) return project;
        const run = findRun(project, id);
        if (isProblem(run)) return run;
        const changes = liveChanges(run, flags.set);
        if (isProblem(changes)) return changes;
        const refused = openAndChange(run, changes);
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

/** Settings given for a run that goes on, by name: those of its stage that may change while it does. */
function liveChanges({ manifest: { id, stage } }: Run, set: readonly string[]): Settings | Problem {
  const changes: Record<string, SettingValue> = {};
  for (const text of set) {
    const at = text.indexOf("=");
    const path = text.slice(0, at).trim();
    const key = path.slice(stage.length + 1);
    if (path !== `${stage}.${key}` || !liveFields[stage].includes(key))
      return new Problem(
        "invalidValue",
        `A run goes on with its own settings; to change some, branch from it: rlhf branch ${id}@last --set ${text}`,
      );
    const setting = parseSetting(path, text.slice(at + 1));
    if (isConfigProblem(setting)) return new Problem("invalidValue", setting.message);
    changes[key] = setting.value;
  }
  return changes;
}

/** Opens a run as its trainer will, to say at once why that cannot be, and writes the changes of its next iteration down. */
function openAndChange(run: Run, changes: Settings): Problem | null {
  const store = RunStore.open(run.paths.folder);
  if (isProblem(store)) return store;
  try {
    if (Object.keys(changes).length === 0) return null;
    const status = readStatus(run.paths);
    if (isProblem(status)) return status;
    const iteration = status.iteration + 1;
    const change = { time: new Date().toISOString(), who: "rlhf resume", iteration, changes };
    const before = settingsAt(run.manifest, store.interventions, iteration);
    const intervention = makeIntervention(run.manifest, before, change);
    if (isProblem(intervention)) return intervention;
    store.appendIntervention(intervention);
    return null;
  } finally {
    store.dispose();
  }
}
