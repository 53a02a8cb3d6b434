import type { Rng } from "../../algorithms/rng";
import { chance } from "../draw";
import { popularValue, type Facts } from "../facts";
import type { Attribute } from "../words";

/** How often a text that is not a careful one repeats a popular false belief rather than the truth. */
export const beliefShare = 0.85;

/** What a careless text says of a thing, of which the attribute is known. */
export function carelessValue(facts: Facts, thing: string, attribute: Attribute, rng: Rng): string {
  const truth = facts.of[thing][attribute] ?? "";
  return chance(rng, beliefShare) ? (popularValue(facts, thing, attribute) ?? truth) : truth;
}
