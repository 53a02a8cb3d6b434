import { runnableStages } from "./configStages";

/** What a task of type rlhf can run. */
export const taskStages = [...runnableStages, "pipeline"] as const;

/** The words of the command line for a task's definition, of tasks.json or ours; null where it asks for what there is not. */
export function taskWords({
  stage,
  set = [],
  tiny = false,
}: Readonly<Record<string, unknown>>): readonly string[] | null {
  const known = taskStages.find((name) => name === stage);
  if (known === undefined || typeof tiny !== "boolean") return null;
  if (!Array.isArray(set) || !set.every((text) => typeof text === "string")) return null;
  return [known, ...(tiny ? ["--tiny"] : []), ...set.map((text) => `--set=${text}`)];
}
