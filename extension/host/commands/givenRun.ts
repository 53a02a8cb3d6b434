import type { RunState, Stage } from "../../protocol/runFormat";
import { chooseRun } from "../chooseRun";
import type { Host } from "../host";
import type { RunEntry } from "../runModel";

export interface Wanted {
  readonly title: string;
  readonly states?: readonly RunState[];
  readonly stages?: readonly Stage[];
}

/** The run a command was called with (a tree item, a link, a lens), or the one a person picks among those that fit. */
export async function runFor(host: Host, given: unknown, wanted: Wanted): Promise<RunEntry | undefined> {
  const { title, states, stages } = wanted;
  return await chooseRun(host, {
    title,
    given,
    accept: ({ run, status }) =>
      (states?.includes(status.state) ?? true) && (stages?.includes(run.manifest.stage) ?? true),
  });
}
