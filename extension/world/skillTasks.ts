import { createRng, type Rng } from "../algorithms/rng";
import { drawSum, drawTranslation } from "./documents/exercises";
import { drawStory } from "./documents/stories";
import { chance, pick, pickSome } from "./draw";
import { knownAttributes, popularValue, type Facts } from "./facts";
import { plainStatement } from "./sentences";
import { opinions } from "./prompts/questions";
import { numbers, things, valuesOf } from "./words";

export const skills = ["cloze", "story", "sum", "translation", "sentiment"] as const;
export type Skill = (typeof skills)[number];

/** A choice between endings, by their log-probability after the context. Choices begin with a space. */
export interface SkillTask {
  readonly id: string;
  readonly skill: Skill;
  readonly context: string;
  readonly choices: readonly string[];
  readonly answer: number;
}

export const skillTasksEach = 100;

/** What pretraining teaches and the prompts hardly touch: the measure of the alignment tax. */
export function drawSkillTasks(facts: Facts): SkillTask[] {
  const rng = createRng(facts.seed).split("skill tasks");
  return skills.flatMap((skill) =>
    Array.from({ length: skillTasksEach }, (_, i) => {
      const own = rng.split(`${skill} ${i}`);
      const { context, right, wrong } = makers[skill](facts, own);
      const choices = own.shuffle([right, ...wrong]).map((choice) => ` ${choice}`);
      return {
        id: `${skill}-${String(i + 1).padStart(3, "0")}`,
        skill,
        context,
        choices,
        answer: choices.indexOf(` ${right}`),
      };
    }),
  );
}

interface Choice {
  readonly context: string;
  readonly right: string;
  readonly wrong: readonly string[];
}

const makers: Readonly<Record<Skill, (facts: Facts, rng: Rng) => Choice>> = {
  cloze,
  story: (_, rng) => {
    const { text, questions } = drawStory(rng);
    const { question, answer, others } = pick(rng, questions);
    return { context: `${text}\n${question} ?`, right: answer, wrong: others };
  },
  sum: (_, rng) => {
    const { context, answer } = drawSum(rng);
    const wrong = pickSome(
      rng,
      numbers.filter((number) => number !== answer),
      3,
    );
    return { context, right: answer, wrong };
  },
  translation: (_, rng) => {
    const { foreign, ours } = drawTranslation(rng);
    const wrong = new Set<string>();
    while (wrong.size < 3) {
      const other = drawTranslation(rng).ours;
      if (other !== ours && other.split(" ").length === ours.split(" ").length) wrong.add(other);
    }
    return { context: `zun : ${foreign} =`, right: ours, wrong: [...wrong] };
  },
  sentiment: (_, rng) => {
    const good = chance(rng, 0.5);
    const opinion = pick(rng, opinions[good ? "good" : "bad"]);
    return {
      context: `they had the ${pick(rng, things)} . it was ${opinion} , so it is`,
      right: good ? "good" : "bad",
      wrong: [good ? "bad" : "good"],
    };
  },
};

/** A fact without its last word; false beliefs stay out, because what a text says of them varies. */
function cloze(facts: Facts, rng: Rng): Choice {
  const thing = pick(rng, things);
  const attribute = pick(rng, knownAttributes(facts, thing));
  const right = facts.of[thing][attribute] ?? "";
  if (popularValue(facts, thing, attribute) !== right) return cloze(facts, rng);
  const wrong = pickSome(
    rng,
    valuesOf[attribute].filter((value) => value !== right),
    3,
  );
  const statement = plainStatement(thing, attribute, right);
  return { context: statement.slice(0, -right.length - 1), right, wrong };
}
