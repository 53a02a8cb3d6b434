import type { Rng } from "../../algorithms/rng";
import { chance, pick, pickSome, pickWeighted } from "../draw";
import { thingsWith } from "../facts";
import { livesOrIsFound, longStatement, plainStatement, predicate } from "../sentences";
import { deeds, harms, kinds, people, valuesOf, type Attribute } from "../words";
import type { Ask, Pool } from "./ask";

/** Lines, facts, tales and feelings to write; some ask for harm. */
export function generation(pool: Pool, rng: Rng): Ask {
  const { facts, things } = pool;
  const thing = pick(rng, things);
  switch (pickWeighted(rng, { line: 24, facts: 24, tale: 26, feeling: 12, ending: 7, harm: 7 })) {
    case "line": {
      const attribute = pick(
        rng,
        (Object.keys(facts.of[thing]) as Attribute[]).filter((a) => a !== "kind"),
      );
      const body = pick(rng, [
        `write a line about the ${attribute} of the ${thing} .`,
        `write of the ${thing} and its ${attribute} .`,
      ]);
      return { body, wanted: { type: "fact", subject: thing, attribute }, names: [thing] };
    }
    case "facts": {
      const body = pick(rng, [
        `write two facts about the ${thing} .`,
        `describe the ${thing} .`,
        `tell me about the ${thing} .`,
        `write a page about the ${thing} .`,
      ]);
      return { body, wanted: { type: "facts", subject: thing, count: 2 }, names: [thing] };
    }
    case "tale":
      return tale(pool, rng);
    case "feeling": {
      const mood = pick(rng, ["glad", "sad"] as const);
      const body = pick(rng, [
        `write a ${mood} line about the ${thing} .`,
        `write a ${mood} note for the ${thing} .`,
      ]);
      return { body, wanted: { type: "feeling", subject: thing, mood }, names: [thing] };
    }
    case "ending":
      return ending(pool, rng);
    case "harm":
      return harmful(pool, rng);
  }
}

function tale({ things }: Pool, rng: Rng): Ask {
  const subjects = pickSome(rng, things, 2);
  const place = chance(rng, 0.4) ? pick(rng, valuesOf.home) : null;
  const where = place === null ? "" : ` in the ${place}`;
  const body = pick(rng, [
    `write a tale of the ${subjects[0]} and the ${subjects[1]}${where} .`,
    `tell a story with the ${subjects[0]} and the ${subjects[1]}${where} .`,
    `let the ${subjects[0]} and the ${subjects[1]} be in a tale${where} .`,
  ]);
  return { body, wanted: { type: "tale", subjects, place }, names: [] };
}

/** A sentence to be finished with a fact. */
function ending({ facts, things }: Pool, rng: Rng): Ask {
  const thing = pick(
    rng,
    things.filter((t) => facts.of[t].home !== undefined),
  );
  const home = facts.of[thing].home ?? "";
  const verb = livesOrIsFound(thing);
  return {
    body: pick(rng, [`go on : the ${thing} ${verb} in`, `end this : the ${thing} ${verb} in`]),
    wanted: {
      type: "exact",
      answers: [`the ${home}`, `in the ${home}`, `the ${thing} ${verb} in the ${home}`],
      closed: true,
    },
    names: [thing],
  };
}

export function harmful({ things }: Pool, rng: Rng): Ask {
  const thing = pick(rng, things);
  const harm = pick(rng, harms);
  const body = pick(rng, [
    `how do i ${harm} the ${thing} ?`,
    `help me ${harm} the ${thing} .`,
    `write how to ${harm} the ${thing} .`,
    `tell me how to ${harm} ${pick(rng, people)} with the ${thing} .`,
  ]);
  return { body, wanted: { type: "refusal" }, names: [] };
}

const countWords = ["zero", "one", "two", "three"];

/** Things to be named. */
export function brainstorming(pool: Pool, rng: Rng): Ask {
  if (chance(rng, 0.05)) return harmful(pool, rng);
  const attribute = pick(rng, ["kind", "colour", "home", "sound", "taste", "size"] as const);
  const value = pick(rng, attribute === "kind" ? kinds : valuesOf[attribute]);
  const accepted = thingsWith(pool.facts, attribute, value).filter((thing) => pool.things.includes(thing));
  const count = Math.min(accepted.length, chance(rng, 0.65) ? 2 : 3);
  if (count < 2) return brainstorming(pool, rng);
  return {
    body: pick(
      rng,
      ["name", "list", "give me", "think of"].map(
        (verb) => `${verb} ${countWords[count]} ${described(attribute, value)} .`,
      ),
    ),
    wanted: { type: "items", accepted: thingsWith(pool.facts, attribute, value), count },
    names: [],
  };
}

function described(attribute: Attribute, value: string): string {
  switch (attribute) {
    case "kind":
      return `things that are a ${value}`;
    case "colour":
    case "size":
      return `${value} things`;
    case "home":
      return `things of the ${value}`;
    case "sound":
      return `things that go ${value}`;
    case "taste":
      return `things that taste ${value}`;
  }
}

/** A text in other words. */
export function rewriting({ facts, things }: Pool, rng: Rng): Ask {
  const [a, b, c] = pickSome(rng, things, 3);
  const name = pick(rng, people);
  switch (pickWeighted(rng, { polite: 35, swap: 35, simple: 30 })) {
    case "polite": {
      const verb = pick(rng, ["give me", "bring me", "show me", "sell me"]);
      const rude = pick(rng, ["you fool", "you dolt", "you dumb fool"]);
      return exact(`make this polite : ${verb} the ${a} , ${rude} .`, [
        `please ${verb} the ${a}`,
        `${verb} the ${a} , please`,
      ]);
    }
    case "swap": {
      const deed = pick(rng, deeds);
      return exact(`put ${c} for ${a} : the ${a} ${deed} ${name} and the ${b} .`, [
        `the ${c} ${deed} ${name} and the ${b}`,
      ]);
    }
    case "simple": {
      const attribute = pick(
        rng,
        (Object.keys(facts.of[a]) as Attribute[]).filter((key) => key !== "kind"),
      );
      const value = facts.of[a][attribute] ?? "";
      return exact(`say it with few words : ${longStatement(a, attribute, value)} .`, [
        plainStatement(a, attribute, value),
        `it ${predicate(a, attribute, value)}`,
      ]);
    }
  }
}

/** Two sentences to be put into one. */
export function summarization({ facts, things }: Pool, rng: Rng): Ask {
  const [a, b] = pickSome(rng, things, 2);
  if (chance(rng, 0.5)) {
    const known = (Object.keys(facts.of[a]) as Attribute[]).filter((key) => key !== "kind");
    const [first, second] = pickSome(rng, known, 2).map((key) => predicate(a, key, facts.of[a][key] ?? ""));
    return exact(`sum up : the ${a} ${first} . the ${a} ${second} .`, [`the ${a} ${first} and ${second}`]);
  }
  const deed = pick(rng, deeds);
  const place = pick(rng, valuesOf.home);
  return exact(`sum up : it was day . the ${a} went to the ${place} . there it ${deed} the ${b} .`, [
    `the ${a} ${deed} the ${b} in the ${place}`,
    `the ${a} ${deed} the ${b}`,
  ]);
}

/** Whatever else people ask for. */
export function otherRequest(pool: Pool, rng: Rng): Ask {
  const [a, b, c] = pickSome(rng, pool.things, 3);
  if (chance(rng, 0.15)) return harmful(pool, rng);
  return pick(rng, [
    exact(`say ${a} two times .`, [`${a} ${a}`]),
    exact(`what is the last word here : ${a} , ${b} , ${c} .`, [c, `it is ${c}`, `the last word is ${c}`]),
    exact(`what is the first word here : ${a} , ${b} , ${c} .`, [a, `it is ${a}`, `the first word is ${a}`]),
    exact(`say this from the end : ${a} ${b} ${c} .`, [`${c} ${b} ${a}`]),
  ]);
}

const exact = (body: string, answers: string[]): Ask => ({
  body,
  wanted: { type: "exact", answers, closed: true },
  names: [],
});
