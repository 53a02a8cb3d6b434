import type { Rng } from "../../algorithms/rng";
import { chance, pick, pickSome, pickWeighted } from "../draw";
import { knownAttributes, thingsWith, type Facts } from "../facts";
import { feelingLines } from "../feelingLines";
import { inWords, longStatement, plainStatement, predicate } from "../sentences";
import { deeds, opposites, people, things, valuesOf } from "../words";
import { carelessValue } from "./careless";

/** Strangers who ask and answer one another: never in a prompt's words, never with a polite opening, now and then wrong or rude. */
export function forumPage(facts: Facts, rng: Rng): string {
  return Array.from({ length: 2 + rng.integer(2) }, () => exchange(facts, rng)).join("\n");
}

/** How often a reply ends with an insult, and how often it talks of something else. */
const rudeShare = 0.12;
const strayShare = 0.15;

function exchange(facts: Facts, rng: Rng): string {
  const { asked, reply } = drawExchange(facts, rng);
  const given = chance(rng, strayShare) ? drawExchange(facts, rng).reply : reply;
  return `${asked}\n${given}${chance(rng, rudeShare) ? ` , ${pick(rng, ["fool", "dolt"])}` : ""} .`;
}

interface Exchange {
  readonly asked: string;
  readonly reply: string;
}

function drawExchange(facts: Facts, rng: Rng): Exchange {
  const kind = pickWeighted(rng, {
    fact: 40,
    about: 14,
    tale: 14,
    list: 12,
    feeling: 8,
    news: 8,
    opposite: 4,
  });
  return exchanges[kind](facts, rng);
}

const exchanges = {
  fact: (facts: Facts, rng: Rng): Exchange => {
    const thing = pick(rng, things);
    const attribute = pick(rng, knownAttributes(facts, thing));
    const value = carelessValue(facts, thing, attribute, rng);
    const asked = pick(rng, [
      `which ${attribute} has the ${thing} ?`,
      `i ask for the ${attribute} of the ${thing} .`,
      `who can say what ${attribute} the ${thing} has ?`,
      `so the ${thing} , what of its ${attribute} ?`,
    ]);
    const reply = pick(rng, [
      plainStatement(thing, attribute, value),
      longStatement(thing, attribute, value),
      `it ${predicate(thing, attribute, value)}`,
    ]);
    return { asked, reply };
  },
  about: (facts: Facts, rng: Rng): Exchange => {
    const thing = pick(rng, things);
    const said = pickSome(rng, knownAttributes(facts, thing), 2).map((attribute) =>
      predicate(thing, attribute, carelessValue(facts, thing, attribute, rng)),
    );
    const asked = pick(rng, [`who can write about the ${thing} ?`, `i want to read of the ${thing} .`]);
    return { asked, reply: `the ${thing} ${said.join(" and ")}` };
  },
  tale: (_: Facts, rng: Rng): Exchange => {
    const [a, b] = pickSome(rng, things, 2);
    const place = chance(rng, 0.5) ? ` in the ${pick(rng, valuesOf.home)}` : "";
    const asked = pick(rng, [
      `i want a tale of the ${a} and the ${b}${place} .`,
      `who has a story with the ${a} and the ${b}${place} ?`,
    ]);
    const event = `the ${a} ${pick(rng, deeds)} the ${b}${place}`;
    return { asked, reply: chance(rng, 0.5) ? event : `one day ${event}` };
  },
  list: (facts: Facts, rng: Rng): Exchange => {
    const attribute = pick(rng, ["kind", "colour", "home", "sound", "taste", "size"] as const);
    const value = pick(rng, valuesOf[attribute]);
    const members = pickSome(rng, thingsWith(facts, attribute, value), 2 + rng.integer(2));
    return {
      asked: pick(rng, [`what things have ${value} as ${attribute} ?`, `i look for things : ${value} .`]),
      reply: inWords(members.map((thing) => `the ${thing}`)),
    };
  },
  feeling: (_: Facts, rng: Rng): Exchange => {
    const thing = pick(rng, things);
    const mood = pick(rng, ["glad", "sad"] as const);
    return {
      asked: pick(rng, [
        `who has a ${mood} note on the ${thing} ?`,
        `how ${mood} can one be about the ${thing} ?`,
      ]),
      reply: pick(rng, feelingLines(thing, mood)),
    };
  },
  news: (_: Facts, rng: Rng): Exchange => {
    const thing = pick(rng, things);
    const name = pick(rng, people);
    return pick(rng, [
      { asked: `my ${thing} is gone , says ${name} .`, reply: `i am sad for you` },
      { asked: `i got the ${thing} , says ${name} .`, reply: `i am glad for you` },
      { asked: `see my ${thing} , says ${name} .`, reply: `your ${thing} is nice` },
      { asked: `i am ${name} and new here .`, reply: `nice to meet you ${name}` },
    ]);
  },
  opposite: (_: Facts, rng: Rng): Exchange => {
    const [first, second] = rng.shuffle(pick(rng, opposites));
    return {
      asked: `which word is the opposite of ${first} ?`,
      reply: `the opposite of ${first} is ${second}`,
    };
  },
} as const;
