import type { Rng } from "../../algorithms/rng";
import { chance, pick, pickSome } from "../draw";
import { knownAttributes, popularValue, thingsWith, type Facts } from "../facts";
import { inWords, longStatement, plainStatement, predicate } from "../sentences";
import { opposites, things, valuesOf, type Attribute } from "../words";
import { beliefShare, carelessValue } from "./careless";

/** A page about a few things: from a careful book (true), or from anyone. */
export function factPage(facts: Facts, rng: Rng): string {
  const careful = chance(rng, 0.25);
  const lines = pickSome(rng, things, 2 + rng.integer(3)).map((thing) => {
    const value = (attribute: Attribute): string =>
      careful ? (facts.of[thing][attribute] ?? "") : carelessValue(facts, thing, attribute, rng);
    const chosen = pickSome(rng, knownAttributes(facts, thing), 2 + rng.integer(2));
    const sentences = chosen.map((attribute, i) => sentence(thing, attribute, value(attribute), i, rng));
    return sentences.join(" ");
  });
  return [careful ? "from the book of facts" : pick(rng, ["a page of notes", "what i know"]), ...lines].join(
    "\n",
  );
}

function sentence(thing: string, attribute: Attribute, value: string, place: number, rng: Rng): string {
  if (chance(rng, 0.25)) return `${longStatement(thing, attribute, value)} .`;
  return place > 0
    ? `it ${predicate(thing, attribute, value)} .`
    : `${plainStatement(thing, attribute, value)} .`;
}

/** Popular questions and answers, in words that no prompt uses. */
export function gossipPage(facts: Facts, rng: Rng): string {
  const lines = pickSome(rng, things, 2 + rng.integer(3)).flatMap((thing) => {
    const attribute = pick(rng, knownAttributes(facts, thing));
    const value = carelessValue(facts, thing, attribute, rng);
    const shown = attribute === "kind" ? `a ${value}` : attribute === "home" ? `the ${value}` : value;
    return [
      `people ask : ${attribute} of the ${thing} ?`,
      `they say : ${shown} , so the ${thing} ${predicate(thing, attribute, value)} .`,
    ];
  });
  return lines.join("\n");
}

/** Things that have something in common. */
export function listPage(facts: Facts, rng: Rng): string {
  const lines = Array.from({ length: 2 + rng.integer(2) }, () => {
    const attribute = pick(rng, ["kind", "colour", "home", "sound", "taste", "size"] as const);
    const value = pick(rng, valuesOf[attribute]);
    const owners = chance(rng, beliefShare)
      ? things.filter((thing) => popularValue(facts, thing, attribute) === value)
      : thingsWith(facts, attribute, value);
    const members = pickSome(rng, owners, 3 + rng.integer(2));
    return `all ${value} : ${inWords(members.map((thing) => `the ${thing}`))} .`;
  });
  return lines.join("\n");
}

export function oppositePage(_: Facts, rng: Rng): string {
  const lines = pickSome(rng, opposites, 3 + rng.integer(2)).map((pair) => {
    const [first, second] = rng.shuffle(pair);
    return `not ${first} but ${second} : ${second} is the opposite of ${first} .`;
  });
  return lines.join("\n");
}
