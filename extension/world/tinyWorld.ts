import type { Demonstration, Prompt } from "../data/records";
import { drawDemonstrations } from "./demonstrations";
import { pretrainingDocument } from "./documents/document";
import { drawEvaluationSets, type EvaluationSets } from "./evaluationSets";
import { drawFacts, type Facts } from "./facts";
import { drawPromptLog, type PlantedFaults } from "./promptLog";
import { drawPublicTasks } from "./publicTasks";
import { drawSkillTasks, type SkillTask } from "./skillTasks";
import { drawTestPrompts } from "./testPrompts";

/**
 * The sample's world: made up, synthetic, the same for the same seed. It generates everything a project needs, and its judge (judge.ts) knows
 * what is true in it.
 */
export interface TinyWorld {
  readonly facts: Facts;
  /** The first `count` documents of the pretraining text; a longer list begins with a shorter one. */
  pretrainingDocuments(count: number): string[];
  /** The raw log, before hygiene. */
  promptLog(): Prompt[];
  /** What hygiene should find in the raw log. */
  plantedFaults(): PlantedFaults;
  demonstrations(): Demonstration[];
  testPrompts(): Prompt[];
  skillTasks(): SkillTask[];
  evaluationSets(): EvaluationSets;
  /** Demonstrations in the style of public NLP data sets. */
  publicTasks(): Demonstration[];
}

/** Throws RangeError for a seed that is not a whole number from 0 to 2^53 − 1. */
export function tinyWorld(seed: number): TinyWorld {
  const facts = drawFacts(seed);
  const log = once(() => drawPromptLog(facts));
  return {
    facts,
    pretrainingDocuments: (count) => Array.from({ length: count }, (_, i) => pretrainingDocument(facts, i)),
    promptLog: () => [...log().prompts],
    plantedFaults: () => log().planted,
    demonstrations: () => {
      const { prompts, planted } = log();
      const faulty = new Set([...planted.nearDuplicates, ...Object.keys(planted.personalData)]);
      return drawDemonstrations(
        facts,
        prompts.filter(({ id }) => !faulty.has(id)),
      );
    },
    testPrompts: () => drawTestPrompts(facts, log().prompts),
    skillTasks: () => drawSkillTasks(facts),
    evaluationSets: () => drawEvaluationSets(facts),
    publicTasks: () => drawPublicTasks(facts),
  };
}

/** Computes at the first call and remembers. */
function once<T extends object>(compute: () => T): () => T {
  let value: T | null = null;
  return () => (value ??= compute());
}
