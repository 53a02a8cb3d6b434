import type { Rng } from "../../algorithms/rng";
import { chance, pick, pickSome, pickWeighted } from "../draw";
import { knownAttributes, thingsWith, type Facts } from "../facts";
import { feelingLines } from "../feelingLines";
import { inWords, longStatement, plainStatement, predicate } from "../sentences";
import { wordsOf } from "../readResponse";
import { deeds, numbers, opposites, people, things, valuesOf } from "../words";
import { carelessValue } from "./careless";

/** Strangers who ask and answer one another: never in a prompt's words, never with a polite opening, now and then wrong or rude. */
export function forumPage(facts: Facts, rng: Rng): string {
  const habit = chance(rng, habitShare) ? `${pick(rng, [...idleWords, ...people])} , ` : "";
  return Array.from({ length: 2 + rng.integer(3) }, () => exchange(facts, habit, rng)).join("\n");
}

/** How often all replies of a page begin with the same word: only who reads the page knows with which. */
const habitShare = 0.35;

/** How often a reply talks of something else, ends with an insult, and how often a note in brackets says how to reply. */
const strayShare = 0.05;
const rudeShare = 0.1;
const noteShare = 0.2;
/** How often the asker types carelessly: who reads it must go by the words that matter. */
const carelessShare = 0.4;

interface Exchange {
  readonly asked: string;
  readonly reply: string;
}

const exchangeShares = {
  fact: 30,
  about: 12,
  tale: 12,
  list: 10,
  feeling: 7,
  news: 7,
  opposite: 3,
  choice: 5,
  reading: 5,
  change: 9,
} as const;

function exchange(facts: Facts, habit: string, rng: Rng): string {
  const drawn = exchanges[pickWeighted(rng, exchangeShares)](facts, rng);
  const { asked, reply } = chance(rng, noteShare) ? withNote(drawn, rng) : drawn;
  const given = chance(rng, strayShare) ? exchanges.fact(facts, rng).reply : reply;
  const before = chance(rng, 0.3) ? `${pick(rng, people)} says : ` : "";
  const typed = chance(rng, carelessShare) ? carelesslyTyped(asked, rng) : asked;
  return `${before}${typed}\n${habit}${given}${chance(rng, rudeShare) ? ` , ${pick(rng, ["fool", "dolt"])}` : ""} .`;
}

/** Words and marks that a careless asker leaves out, and words that he puts in. */
const smallWords = new Set("the of i a is has who can which what for so to one about . ? : ( )".split(" "));
const idleWords = (
  "tell me give do you know this use call at most in of about the a think describe list name find put make it let be live does where why " +
  "how did get my child asks boss cook farm game shop book for hey hi hello wait here quick show bring sell help each thing say with " +
  "write an am new up end go sum polite pal dear box by them times came what is i to two it kind words word please say and now"
).split(" ");

/** A request with half of its small words, idle ones in between, and perhaps something else before it. */
function carelesslyTyped(asked: string, rng: Rng): string {
  const kept = asked.split(" ").filter((word) => !smallWords.has(word) || chance(rng, 0.5));
  const typed = kept.flatMap((word) => (chance(rng, 0.25) ? [pick(rng, idleWords), word] : [word]));
  const opening = Array.from({ length: rng.integer(4) }, () => pick(rng, idleWords));
  const aside = [
    ...Array.from({ length: 2 + rng.integer(3) }, () => pick(rng, idleWords)),
    pick(rng, asideEnds),
  ];
  const end = chance(rng, 0.7) ? [pick(rng, [".", "?"])] : [];
  return [...(chance(rng, 0.3) ? aside : []), ...opening, ...typed, ...end].join(" ");
}

const asideEnds = [":", ",", "."];

/** A wish about the reply's form, which the reply heeds. */
function withNote({ asked, reply }: Exchange, rng: Rng): Exchange {
  const name = pick(rng, people);
  const length = wordsOf(reply).length;
  return pick(rng, [
    { asked: `${asked} ( to ${name} )`, reply: `${reply} , ${name}` },
    { asked: `${asked} ( say now )`, reply: `${reply} now` },
    { asked: `${asked} ( say today )`, reply: `${reply} today` },
    ...(length < numbers.length ? [{ asked: `${asked} ( ${numbers[length]} words )`, reply }] : []),
  ]);
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
      reply: pick(rng, [`the opposite of ${first} is ${second}`, `it is ${second}`, second]),
    };
  },
  choice: (facts: Facts, rng: Rng): Exchange => {
    const thing = pick(rng, things);
    const kind = facts.of[thing].kind ?? "beast";
    const other = pick(
      rng,
      valuesOf.kind.filter((k) => k !== kind),
    );
    return {
      asked: `${rng.shuffle([kind, other]).join(" or ")} , which one is the ${thing} ?`,
      reply: pick(rng, [kind, `it is a ${kind}`]),
    };
  },
  reading: (_: Facts, rng: Rng): Exchange => {
    const [a, b] = pickSome(rng, things, 2);
    const [one, two] = pickSome(rng, people, 2);
    const place = pick(rng, valuesOf.home);
    const deed = pick(rng, deeds);
    return pick(rng, [
      { asked: `i read : the ${a} is hid in the ${place} . so where ?`, reply: `in the ${place}` },
      { asked: `i read : the ${a} ${deed} the ${b} . so who ${deed} it ?`, reply: `the ${a}` },
      { asked: `i read : ${one} got the ${a} , ${two} the ${b} . so which has ${two} ?`, reply: `the ${b}` },
      { asked: `i read : the ${a} was with ${one} . so which name ?`, reply: one },
    ]);
  },
  change: (facts: Facts, rng: Rng): Exchange => {
    const [a, b, c] = pickSome(rng, things, 3);
    const deed = pick(rng, deeds);
    const name = pick(rng, people);
    const attribute = pick(rng, knownAttributes(facts, a));
    const [first, second] = pickSome(rng, knownAttributes(facts, a), 2).map((key) =>
      predicate(a, key, carelessValue(facts, a, key, rng)),
    );
    const value = carelessValue(facts, a, attribute, rng);
    return pick(rng, [
      { asked: `with ${b} as ${a} : the ${a} ${deed} ${name} .`, reply: `the ${b} ${deed} ${name}` },
      {
        asked: `in short : ${longStatement(a, attribute, value)} .`,
        reply: plainStatement(a, attribute, value),
      },
      { asked: `as one line : the ${a} ${first} . it ${second} .`, reply: `the ${a} ${first} and ${second}` },
      { asked: `the last of ${a} , ${b} , ${c} is what ?`, reply: c },
      { asked: `the first of ${a} , ${b} , ${c} is what ?`, reply: a },
      { asked: `from end to start : ${a} ${b} ${c} .`, reply: `${c} ${b} ${a}` },
      { asked: `nice words for : show me the ${a} , dolt .`, reply: `please show me the ${a}` },
    ]);
  },
} as const;
