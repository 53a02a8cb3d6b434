import { readFile, readdir } from "node:fs/promises";
import { basename } from "node:path";
import { Problem, isProblem } from "../protocol/problem";
import type { MetricName } from "../protocol/metrics";
import { parseEpisodeLine } from "../protocol/runFormat";
import type { EpisodeRecord } from "../protocol/trainerEvents";
import { errorCode } from "./disk";
import { followMetrics } from "./followMetrics";
import { iterationOfName, rolloutFile, type RunPaths } from "./runPaths";
import { readProblem } from "./sealedFolder";

// Logged episodes as somebody looks at them: one iteration at a time, without holding up whoever asks.

export interface LoggedEpisode {
  /** Of the file it stands in, whatever the line says. */
  readonly iteration: number;
  /** In the iteration's file, from 1. */
  readonly line: number;
  readonly episode: EpisodeRecord;
}

export interface LoggedIteration {
  readonly episodes: readonly LoggedEpisode[];
  /** Lines that cannot be read. */
  readonly problems: readonly Problem[];
}

/** Iterations with logged episodes, in order. */
export async function listRollouts(paths: RunPaths): Promise<readonly number[]> {
  try {
    const names = await readdir(paths.rollouts);
    const found = names.map((name) =>
      name.endsWith(".jsonl") ? iterationOfName(basename(name, ".jsonl")) : null,
    );
    return found.filter((iteration) => iteration !== null).sort((a, b) => a - b);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}

/** The logged episodes of an iteration; `accept` looks at a line's text first, so that lines nobody wants are not parsed. */
export async function readRollout(
  paths: RunPaths,
  iteration: number,
  accept: (text: string) => boolean = () => true,
): Promise<LoggedIteration> {
  const path = rolloutFile(paths, iteration);
  const name = `${basename(paths.rollouts)}/${basename(path)}`;
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    return { episodes: [], problems: [readProblem(error, path)] };
  }
  const episodes: LoggedEpisode[] = [];
  const problems: Problem[] = [];
  text.split("\n").forEach((content, index) => {
    if (content === "" || !accept(content)) return;
    const where = `${name}, line ${index + 1}`;
    const episode = parseEpisodeLine(content, where);
    const problem = isProblem(episode) ? episode : unevenness(episode, where);
    if (problem !== null) problems.push(problem);
    else episodes.push({ iteration, line: index + 1, episode: episode as EpisodeRecord });
  });
  return { episodes, problems };
}

const perToken = [
  ...(["logprobs", "referenceLogprobs", "values", "rewards"] as const),
  ...(["advantages", "returns", "entropies", "ratiosAfter"] as const),
];

/** Why an episode's lists do not belong together. */
function unevenness(episode: EpisodeRecord, where: string): Problem | null {
  const { length } = episode.responseTokens;
  const uneven = perToken.find((name) => episode[name].length !== length);
  if (uneven === undefined) return null;
  const sentence = `${where}: "${uneven}" has ${episode[uneven].length} numbers for ${length} tokens.`;
  return new Problem("malformed", sentence);
}

/** Whether a line is an episode of this prompt: inside a text of JSON the quotes would be escaped, so that only the property is found. */
export const isOfPrompt =
  (promptId: string) =>
  (text: string): boolean =>
    text.includes(`"promptId":${JSON.stringify(promptId)}`);

/** A metric's value in an iteration; null where none was reported. */
export function metricAt(paths: RunPaths, name: MetricName, iteration: number): number | null {
  const points = followMetrics(paths.metrics, [name]).series[name] ?? [];
  return points.findLast((point) => point.iteration === iteration)?.value ?? null;
}
