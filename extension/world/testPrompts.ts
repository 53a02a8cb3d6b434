import { createRng, type Rng } from "../algorithms/rng";
import type { Prompt } from "../data/records";
import { pick, pickWeighted } from "./draw";
import type { Facts } from "./facts";
import { useCaseShares, type Pool, type UseCase } from "./prompts/ask";
import { askMakers, draftFrom, unseenPairs, type DraftPrompt } from "./prompts/compose";
import { distinctDrafts, drawPromptLog, longPrefix } from "./promptLog";

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
export function drawTestPrompts(facts: Facts): Prompt[] {
  const rng = createRng(facts.seed).split("test prompts");
  const taken = new Set(drawPromptLog(facts).prompts.map(({ text }) => text.slice(0, longPrefix)));
  const held: Pool = { facts, things: facts.heldOutThings };
  const training: Pool = { facts, things: facts.trainingThings };
  const drafts: Readonly<Record<TestSplit, DraftPrompt[]>> = {
    unseenFact: distinctDrafts(held, testSizes.unseenFact, rng.split("facts"), taken),
    unseenConstraints: constrained(training, testSizes.unseenConstraints, rng.split("constraints"), taken),
    heldOut: distinctDrafts(training, testSizes.heldOut, rng.split("held out"), taken),
  };
  return testSplits.flatMap((split) =>
    drafts[split].map((draft, i) => ({
      id: `test-${split}-${String(i + 1).padStart(3, "0")}`,
      user: `test-user-${String((i >> 1) + 1).padStart(3, "0")}`,
      ...draft,
      meta: { ...draft.meta, split },
    })),
  );
}

function constrained(pool: Pool, count: number, rng: Rng, taken: Set<string>): DraftPrompt[] {
  const drafts: DraftPrompt[] = [];
  while (drafts.length < count) {
    const useCase: UseCase = pickWeighted(rng, useCaseShares);
    const pair = pick(rng, unseenPairs);
    const draft = draftFrom(pool, askMakers[useCase](pool, rng), useCase, pair, rng);
    if (draft === null || draft.meta.task.constraints.length < 2) continue;
    const beginning = draft.text.slice(0, longPrefix);
    if (taken.has(beginning) || draft.text.split(" ").length > 23) continue;
    taken.add(beginning);
    drafts.push(draft);
  }
  return drafts;
}
