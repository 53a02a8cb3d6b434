import { parseJson } from "../protocol/codec";
import { isProblem } from "../protocol/problem";
import { defaultConfig, resolveConfig } from "../protocol/resolveConfig";
import type { RunConfig } from "../protocol/runConfig";
import { readProjectConfig } from "../runs/project";
import { projectFile } from "../runs/runPaths";

/** What a project's rlhf.json says; the defaults and a sentence where it cannot be used. */
export function projectConfig(project: string): {
  readonly config: RunConfig;
  readonly problem: string | null;
} {
  const text = readProjectConfig(project);
  const parsed = isProblem(text) ? text : parseJson(text, projectFile);
  if (isProblem(parsed)) return { config: defaultConfig(), problem: parsed.message };
  const resolved = resolveConfig(parsed.json);
  if (resolved.type === "config") return { config: resolved.config, problem: null };
  const problem = resolved.problems.map(({ message }) => message).join(" ");
  return { config: defaultConfig(), problem };
}
