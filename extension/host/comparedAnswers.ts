import type { ComparedAnswer, ComparedPrompt } from "../protocol/compareMessages";
import { isObject } from "../protocol/codec";
import { isProblem } from "../protocol/problem";
import type { EpisodeRecord } from "../protocol/trainerEvents";
import { listRollouts, readRollout } from "../runs/rollouts";
import { readEpisodes, readFigures } from "../runs/runFolder";
import type { RunPaths } from "../runs/runPaths";
import { runOfParent } from "./lineage";
import type { RunEntry } from "./runEntry";

// The same prompts as several runs answered them: in evaluations, and in the rollouts of PPO.

/** One answer of a run to a prompt. */
export interface FoundAnswer extends ComparedAnswer {
  readonly id: string;
  readonly prompt: string;
}

/** Prompts that a page gets at most. */
const mostPrompts = 100;

/**
 * Prompts that two runs or more answered under the same circumstances, in the order in which the first of the runs has them: an answer of an
 * evaluation stands beside others of evaluations alone, a rollout beside rollouts.
 */
export function comparedPrompts(byRun: readonly (readonly FoundAnswer[])[]): readonly ComparedPrompt[] {
  const prompts = new Map<string, { id: string; prompt: string; answers: (ComparedAnswer | null)[] }>();
  byRun.forEach((found, i) => {
    for (const { id, prompt, ...answer } of found) {
      const key = JSON.stringify([answer.evaluation === null, id, prompt]);
      const row = prompts.get(key) ?? { id, prompt, answers: byRun.map(() => null) };
      row.answers[i] ??= answer;
      prompts.set(key, row);
    }
  });
  const answered = ({ answers }: { answers: readonly unknown[] }): number =>
    answers.filter((answer) => answer !== null).length;
  // Array.sort is stable: among those with as many answers the order stays.
  return [...prompts.values()].filter((row) => answered(row) > 1).sort((a, b) => answered(b) - answered(a));
}

/** All prompts that the runs have in common, and how many a page gets of them. */
export async function readComparedPrompts(
  runs: readonly RunEntry[],
  all: readonly RunEntry[],
): Promise<{ readonly prompts: readonly ComparedPrompt[]; readonly promptCount: number }> {
  const iterations = await comparedIterations(runs);
  const byRun = await Promise.all(runs.map((run) => answersOf(run, all, iterations.get(run.id))));
  const prompts = comparedPrompts(byRun);
  return { prompts: prompts.slice(0, mostPrompts), promptCount: prompts.length };
}

/** What decides whether the answers have to be read again. */
export async function answersStamp(runs: readonly RunEntry[], all: readonly RunEntry[]): Promise<string> {
  const iterations = await comparedIterations(runs);
  const evaluations = runs.map((run) => evaluationsOf(run, all).map(({ id }) => id));
  return JSON.stringify([runs.map(({ id }) => id), [...iterations], evaluations]);
}

/** Of each PPO run the iteration to compare: the newest that all of them have logged, or else the newest of each. */
async function comparedIterations(runs: readonly RunEntry[]): Promise<ReadonlyMap<string, number>> {
  const trained = runs.filter(({ run }) => run.manifest.stage === "ppo");
  const logged = await Promise.all(trained.map(({ run }) => listRollouts(run.paths)));
  const chosen = nearestIterations(logged);
  return new Map(trained.flatMap(({ id }, i) => (chosen[i] === null ? [] : [[id, chosen[i]]])));
}

/** Example: 0 2 4 and 0 1 2 3 give 2 and 2; 0 4 and 1 3 give 4 and 3. */
export function nearestIterations(logged: readonly (readonly number[])[]): readonly (number | null)[] {
  const there = logged.filter((list) => list.length > 0);
  const common = there.at(0)?.findLast((iteration) => there.every((list) => list.includes(iteration)));
  return logged.map((list) => (list.length === 0 ? null : (common ?? list[list.length - 1])));
}

async function answersOf(
  entry: RunEntry,
  all: readonly RunEntry[],
  iteration: number | undefined,
): Promise<readonly FoundAnswer[]> {
  const judged = evaluationsOf(entry, all).map((run) => evaluationAnswers(run, entry));
  const own = iteration === undefined ? [] : await rolloutAnswers(entry.run.paths, iteration);
  return [
    ...judged.flat(),
    ...own.map((answer) => ({ ...answer, iteration: iteration ?? null, evaluation: null })),
  ];
}

/** The evaluations in which a run's model answers, the newest first: the run itself where it is one. `all` has the newest first. */
function evaluationsOf({ id, run }: RunEntry, all: readonly RunEntry[]): readonly RunEntry[] {
  const isOf = (other: RunEntry): boolean =>
    run.manifest.stage === "evaluate"
      ? other.id === id
      : other.run.manifest.parents.some(
          (parent) => runOfParent(parent) === id && (parent.role === "policy" || parent.role === "sft"),
        );
  return all.filter((other) => other.run.manifest.stage === "evaluate" && isOf(other)).slice(0, 3);
}

/** What the run answered in an evaluation: as the policy in its rollouts, as the SFT model in the samples of its result. */
function evaluationAnswers({ run, id }: RunEntry, of: RunEntry): readonly FoundAnswer[] {
  const { parents } = run.manifest;
  const isPolicy =
    id === of.id || parents.some((parent) => runOfParent(parent) === of.id && parent.role === "policy");
  const answers = isPolicy ? policyAnswers(run.paths) : sftAnswers(run.paths);
  return answers.map((answer) => ({ ...answer, iteration: null, evaluation: id }));
}

type PlainAnswer = Omit<FoundAnswer, "iteration" | "evaluation">;

async function rolloutAnswers(paths: RunPaths, iteration: number): Promise<readonly PlainAnswer[]> {
  const { episodes } = await readRollout(paths, iteration);
  return episodes.map(({ episode }) => plainAnswer(episode));
}

/** An evaluation's episodes have no values, rewards or advantages, which those of training must have. */
const policyAnswers = (paths: RunPaths): readonly PlainAnswer[] =>
  readEpisodes(paths, 0).values.map(plainAnswer);

const plainAnswer = ({ promptId: id, prompt, response, score }: EpisodeRecord): PlainAnswer => ({
  ...{ id, prompt, response, score },
});

function sftAnswers(paths: RunPaths): readonly PlainAnswer[] {
  const figures = readFigures(paths);
  if (isProblem(figures) || !Array.isArray(figures?.samples)) return [];
  return figures.samples.filter(isObject).flatMap(({ promptId, prompt, sftResponse, sftScore }) => {
    if (typeof promptId !== "string" || typeof prompt !== "string" || typeof sftResponse !== "string")
      return [];
    return [
      { id: promptId, prompt, response: sftResponse, score: typeof sftScore === "number" ? sftScore : NaN },
    ];
  });
}
