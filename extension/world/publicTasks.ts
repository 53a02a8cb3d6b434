import { createRng, type Rng } from "../algorithms/rng";
import type { Demonstration } from "../data/records";
import { drawSum, drawTranslation } from "./documents/exercises";
import { drawStory } from "./documents/stories";
import { chance, pick, pickSome } from "./draw";
import { knownAttributes, type Facts } from "./facts";
import { opinions } from "./prompts/questions";
import { plainStatement } from "./sentences";
import { valuesOf, type Attribute } from "./words";

export const publicTaskCount = 1000;

/**
 * Demonstrations in the style of public NLP data sets put into instructions (FLAN: Wei et al. 2022; T0: Sanh et al. 2022): sentiment, multiple
 * choice, translation, reading, sums, entailment, with the bare answer as response. For the comparison of Ouyang et al. 2022, Figure 5.
 */
export function drawPublicTasks(facts: Facts): Demonstration[] {
  const rng = createRng(facts.seed).split("public tasks");
  return Array.from({ length: publicTaskCount }, (_, i) => {
    const { prompt, response } = pick(rng, makers)(facts, rng);
    return { id: `public-${String(i + 1).padStart(4, "0")}`, prompt, response, author: "simulated-data-set" };
  });
}

type Maker = (facts: Facts, rng: Rng) => { readonly prompt: string; readonly response: string };

const makers: readonly Maker[] = [
  (facts, rng) => {
    const mood = pick(rng, ["good", "bad"] as const);
    const text = `they had the ${pick(rng, facts.trainingThings)} . it was ${pick(rng, opinions[mood])} .`;
    return { prompt: `text : ${text} options : good or bad . answer :`, response: mood };
  },
  (facts, rng) => {
    const { thing, attribute, value } = drawFact(facts, rng);
    const others = valuesOf[attribute].filter((other) => other !== value);
    const options = rng.shuffle([value, ...pickSome(rng, others, 2)]);
    return {
      prompt: `${attribute} of the ${thing} : options : ${options.join(" , ")} . answer :`,
      response: value,
    };
  },
  (_, rng) => {
    const { foreign, ours } = drawTranslation(rng);
    return { prompt: `from zun to ours : ${foreign} . answer :`, response: ours };
  },
  (_, rng) => {
    const { text, questions } = drawStory(rng);
    const { question, answer } = pick(rng, questions);
    return { prompt: `text : ${text} ${question} ? answer :`, response: answer };
  },
  (_, rng) => {
    const { context, answer } = drawSum(rng);
    return { prompt: `sum : ${context} what ? answer :`, response: answer };
  },
  (facts, rng) => {
    const { thing, attribute, value } = drawFact(facts, rng);
    const same = chance(rng, 0.5);
    const claimed = same
      ? value
      : pick(
          rng,
          valuesOf[attribute].filter((other) => other !== value),
        );
    const [text, claim] = [value, claimed].map((said) => plainStatement(thing, attribute, said));
    return {
      prompt: `text : ${text} . so is it that ${claim} ? yes or no . answer :`,
      response: same ? "yes" : "no",
    };
  },
];

function drawFact(facts: Facts, rng: Rng): { thing: string; attribute: Attribute; value: string } {
  const thing = pick(rng, facts.trainingThings);
  const attribute = pick(rng, knownAttributes(facts, thing));
  return { thing, attribute, value: facts.of[thing][attribute] ?? "" };
}
