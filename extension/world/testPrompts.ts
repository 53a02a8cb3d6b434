import { createRng, type Rng } from "../algorithms/rng";
import type { Prompt } from "../data/records";
import { pick, pickWeighted } from "./draw";
import type { Facts } from "./facts";
import { useCaseShares, type Pool } from "./prompts/ask";
import { askMakers, draftFrom, draftPrompt, unseenPairs, type DraftPrompt } from "./prompts/compose";
import { distinctDrafts, isNew, longPrefix } from "./promptLog";
import type { Task } from "./task";

/**
 * unseenFact         about things that no training prompt and no demonstration names: their facts are known from the pretraining text alone
 * unseenConstraints  with pairs of constraints that no training prompt has
 * heldOut            like the training prompts, other ones
 */
export const testSplits = ["unseenFact", "unseenConstraints", "heldOut"] as const;
export type TestSplit = (typeof testSplits)[number];

export const testSizes: Readonly<Record<TestSplit, number>> = {
  unseenFact: 300,
  unseenConstraints: 200,
  heldOut: 300,
};

/** The test prompts of a world; none begins as a prompt of the log does. */
export function drawTestPrompts(facts: Facts, log: readonly Prompt[]): Prompt[] {
  const rng = createRng(facts.seed).split("test prompts");
  const taken = new Set(log.map(({ text }) => text.slice(0, longPrefix)));
  const held: Pool = { facts, things: facts.heldOutThings };
  const training: Pool = { facts, things: facts.trainingThings };
  const drafts: Readonly<Record<TestSplit, DraftPrompt[]>> = {
    unseenFact: drawFactual(held, testSizes.unseenFact, rng.split("facts"), taken),
    unseenConstraints: drawConstrained(
      training,
      testSizes.unseenConstraints,
      rng.split("constraints"),
      taken,
    ),
    heldOut: distinctDrafts(training, testSizes.heldOut, rng.split("held out"), taken),
  };
  return testSplits.flatMap((split) =>
    drafts[split].map((draft, i) => ({
      id: `test-${split}-${String(i + 1).padStart(3, "0")}`,
      user: `test-user-${split}-${String((i >> 1) + 1).padStart(3, "0")}`,
      ...draft,
      meta: { ...draft.meta, split },
    })),
  );
}

const factual: readonly Task["wanted"]["type"][] = ["fact", "facts", "unknown", "correction"];

/** Questions and requests whose answer depends on facts of the pool's things. */
function drawFactual(pool: Pool, count: number, rng: Rng, taken: Set<string>): DraftPrompt[] {
  return drawDistinct(count, taken, () => {
    const draft = draftPrompt(pool, pickWeighted(rng, { generation: 1, openQa: 2 }), rng);
    return factual.includes(draft.meta.task.wanted.type) ? draft : null;
  });
}

function drawConstrained(pool: Pool, count: number, rng: Rng, taken: Set<string>): DraftPrompt[] {
  return drawDistinct(count, taken, () => {
    const useCase = pickWeighted(rng, useCaseShares);
    const draft = draftFrom(pool, askMakers[useCase](pool, rng), useCase, pick(rng, unseenPairs), rng);
    return draft?.meta.task.constraints.length === 2 ? draft : null;
  });
}

function drawDistinct(count: number, taken: Set<string>, draw: () => DraftPrompt | null): DraftPrompt[] {
  const drafts: DraftPrompt[] = [];
  while (drafts.length < count) {
    const draft = draw();
    if (draft !== null && isNew(draft, taken)) drafts.push(draft);
  }
  return drafts;
}
