import { basename } from "node:path";
import { isObject } from "../../protocol/codec";
import type { RunState, Stage } from "../../protocol/runFormat";
import { chooseRun } from "../chooseRun";
import type { Host } from "../host";
import { isBroken, type RunEntry } from "../runModel";

export interface Wanted {
  readonly title: string;
  readonly states?: readonly RunState[];
  readonly stages?: readonly Stage[];
}

/** The run a command was called with (a tree item, a link, a lens), the only one that fits, or the one a person picks. */
export async function givenRun(host: Host, given: unknown, wanted: Wanted): Promise<RunEntry | undefined> {
  if (isObject(given) && typeof given.project === "string" && typeof given.id === "string") {
    const entry = host.runs.read(given.project, given.id);
    return isBroken(entry) ? undefined : entry;
  }
  const project = await givenProject(host, given);
  if (project === undefined) return undefined;
  const fits = ({ run, status }: RunEntry): boolean =>
    (wanted.states?.includes(status.state) ?? true) && (wanted.stages?.includes(run.manifest.stage) ?? true);
  return await chooseRun(host, { project, title: wanted.title, fits });
}

/** The project a command was called with (a path, or anything of a project), or the one a person picks. */
export async function givenProject(host: Host, given: unknown): Promise<string | undefined> {
  const named = typeof given === "string" ? given : isObject(given) ? given.project : undefined;
  if (typeof named === "string" && host.projects.all().includes(named)) return named;
  return await host.projects.choose();
}

/** The checkpoint a tree item stands for; null for a run as a whole. */
export function givenCheckpoint(given: unknown): number | null {
  return isObject(given) && typeof given.checkpoint === "number" ? given.checkpoint : null;
}

/** What people call a run: its name, else its id. */
export const nameOf = ({ id, marks }: RunEntry): string => marks.name ?? basename(id);
