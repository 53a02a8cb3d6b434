import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import { comparisonOfVote, countVotes, type BlindTrial, type VoteCounts } from "../data/blindVotes";
import { parseRecords } from "../data/parseRecords";
import { encodeJson, parseJson } from "../protocol/codec";
import { Problem, isProblem } from "../protocol/problem";
import { resolveConfig } from "../protocol/resolveConfig";
import { configBlocks } from "../protocol/runConfig";
import { appendLine } from "../runs/appendLine";
import { DiskError } from "../runs/disk";
import { readProjectConfig } from "../runs/project";
import { projectFile } from "../runs/runPaths";
import { readText } from "../runs/sealedFolder";

/** The file of comparisons that votes go to: the default one where rlhf.json lists it, else the first that it lists. */
export function preferencesFile(project: string): string | Problem {
  const text = readProjectConfig(project);
  if (isProblem(text)) return text;
  const parsed = parseJson(text, join(project, projectFile));
  if (isProblem(parsed)) return parsed;
  const resolved = resolveConfig(parsed.json);
  if (resolved.type !== "config")
    return new Problem("invalidValue", `${projectFile}: ${resolved.problems[0].message}`);
  const { comparisons } = resolved.config.data;
  const usual = configBlocks.data.comparisons.default[0];
  const file = comparisons.includes(usual) ? usual : comparisons[0];
  if (file === undefined)
    return new Problem(
      "missing",
      `rlhf.json lists no file of comparisons, so no training would see the vote: add "${usual}" to data.comparisons.`,
    );
  const path = resolve(project, file);
  const inside = relative(project, path);
  if (inside.startsWith("..") || isAbsolute(inside))
    return new Problem(
      "refused",
      `${file} lies outside of the project: list a file inside it in data.comparisons.`,
    );
  return path;
}

/** Puts a vote on disk as a comparison that reward models train on. */
export function storeVote(project: string, trial: Omit<BlindTrial, "id" | "createdAt">): Problem | null {
  const path = preferencesFile(project);
  if (isProblem(path)) return path;
  const id = `ab-${randomUUID()}`;
  try {
    appendLine(path, encodeJson(comparisonOfVote({ ...trial, id, createdAt: new Date().toISOString() })));
    return null;
  } catch (error) {
    if (error instanceof DiskError) return new Problem("disk", error.message);
    throw error;
  }
}

/** The votes about two models so far. Lines that cannot be read count nothing; `rlhf check` names them. */
export function readVotes(project: string, hashes: readonly [string, string]): VoteCounts | Problem {
  const path = preferencesFile(project);
  if (isProblem(path)) return path;
  if (!existsSync(path)) return countVotes([], hashes);
  const text = readText(path);
  return isProblem(text) ? text : countVotes(parseRecords("comparisons", text, path).records, hashes);
}
