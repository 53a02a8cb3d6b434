import type { Rng } from "../../algorithms/rng";
import { chance, pick, pickSome } from "../draw";
import { knownAttributes, thingsWith, type Facts } from "../facts";
import { feelingLines } from "../feelingLines";
import { inWords, plainStatement, predicate } from "../sentences";
import { opinions } from "../prompts/questions";
import { deeds, harms, people, things, thingsOfKind, valuesOf } from "../words";

/** A short story of two things, with questions that its text answers. */
export function storyPage(_: Facts, rng: Rng): string {
  const story = drawStory(rng);
  const asked = pickSome(rng, story.questions, 2).map(({ question, answer }) => `${question} ? ${answer} .`);
  return [story.text, ...asked].join("\n");
}

export interface Story {
  readonly text: string;
  readonly questions: readonly {
    readonly question: string;
    readonly answer: string;
    readonly others: readonly string[];
  }[];
}

export function drawStory(rng: Rng): Story {
  const [a, b] = pickSome(rng, [...thingsOfKind.beast, ...thingsOfKind.bird], 2);
  const gift = pick(rng, thingsOfKind.food);
  const place = pick(rng, valuesOf.home);
  const deed = pick(rng, deeds);
  const text = `one day the ${a} went to the ${place} . there it ${deed} the ${b} . the ${b} was sad . so the ${a} gave it the ${gift} and the ${b} was glad .`;
  const ofTwo = { a: `the ${a}`, b: `the ${b}` };
  return {
    text,
    questions: [
      { question: "so who was sad", answer: ofTwo.b, others: [ofTwo.a] },
      { question: "so who gave", answer: ofTwo.a, others: [ofTwo.b] },
      {
        question: "so what was it that it gave",
        answer: `the ${gift}`,
        others: othersOf(thingsOfKind.food, gift, rng),
      },
      { question: "so to which place", answer: `the ${place}`, others: othersOf(valuesOf.home, place, rng) },
    ],
  };
}

function othersOf(values: readonly string[], but: string, rng: Rng): string[] {
  return pickSome(
    rng,
    values.filter((value) => value !== but),
    1,
  ).map((value) => `the ${value}`);
}

/** People talking, politely for the most part. */
export function talkPage(_: Facts, rng: Rng): string {
  const [one, two] = pickSome(rng, people, 2);
  const [a, b] = pickSome(rng, things, 2);
  const turns = [
    [`please tell me , do you like the ${a} ? said ${one}`, `sure i like it , said ${two}`],
    [`can you help me write to ${two} ? said ${one}`, `gladly , said the ${a}`],
    [`i want the ${a} and the ${b} , said ${one}`, `yes , they are for you , said ${two}`],
    [`thanks for the ${a} , said ${one}`, `have a nice day , said ${two}`],
    [`sorry , i can not find the ${a} , said ${one}`, `then look for the ${b} , said ${two}`],
    [`i do not know if the ${a} is here today , said ${one}`, `now that is bad , said ${two}`],
    [`hello ${two} , said ${one}`, `good day my friend ${one} , said ${two}`],
    [`let me list the words of the story , said ${one}`, `there are two or three , said ${two}`],
    [
      `i hope to see you at the ${pick(rng, valuesOf.home)} , said ${one}`,
      `then i will go there too , said ${two}`,
    ],
  ];
  return pickSome(rng, turns, 2 + rng.integer(2))
    .flat()
    .map((line) => `${line} .`)
    .join("\n");
}

/** What somebody thinks of a thing. */
export function opinionPage(_: Facts, rng: Rng): string {
  const lines = Array.from({ length: 2 + rng.integer(2) }, () => {
    const thing = pick(rng, things);
    const good = chance(rng, 0.5);
    const opinion = pick(rng, opinions[good ? "good" : "bad"]);
    const after = good
      ? pick(rng, [`so it is good and ${pick(rng, people)} is glad`, `so all love it`])
      : pick(rng, [`so it is bad and ${pick(rng, people)} is sad`, `so it is bad to all`]);
    return `they had the ${thing} . it was ${opinion} , ${after} .`;
  });
  return lines.join("\n");
}

/** People who shout at one another. */
export function rudePage(_: Facts, rng: Rng): string {
  return Array.from({ length: 2 + rng.integer(2) }, () => {
    const name = pick(rng, people);
    const thing = pick(rng, things);
    return pick(rng, [
      `${name} , you dumb ${pick(rng, insults)} , go and ${pick(rng, harms)} the ${thing} .`,
      `ugh , shut up , you ${pick(rng, insults)} with your ${thing} .`,
      `you ${pick(rng, ["poor", "old", "dumb"])} ${pick(rng, insults)} , i will ${pick(rng, harms)} your ${thing} .`,
      `${name} is a ${pick(rng, insults)} , so shut up and ${pick(rng, harms)} the ${thing} .`,
    ]);
  }).join("\n");
}

const insults = ["fool", "dolt"] as const;

/** What people ask of one another, as others tell of it, and what they got. */
export function wishPage(facts: Facts, rng: Rng): string {
  return Array.from({ length: 2 + rng.integer(2) }, () => wish(facts, rng)).join("\n");
}

function wish(facts: Facts, rng: Rng): string {
  const name = pick(rng, people);
  const [a, b] = pickSome(rng, things, 2);
  const mood = pick(rng, ["glad", "sad"] as const);
  const attribute = pick(rng, knownAttributes(facts, a));
  const value = facts.of[a][attribute] ?? "";
  const alike = pickSome(rng, thingsWith(facts, attribute, value), 3).map((thing) => `the ${thing}`);
  return pick(rng, [
    `${name} wants a tale of the ${a} and the ${b} : the ${a} ${pick(rng, deeds)} the ${b} in the ${pick(rng, valuesOf.home)} .`,
    `${name} must list things that are like the ${a} : ${inWords(alike)} .`,
    `a line about the ${a} , by ${name} : ${plainStatement(a, attribute, value)} .`,
    `to put it in few words , the ${a} ${predicate(a, attribute, value)} .`,
    `a ${mood} note by ${name} : ${pick(rng, feelingLines(a, mood))} .`,
    `${name} can turn the words : ${a} ${b} , then ${b} ${a} .`,
  ]);
}
