import { createRng, type Rng } from "../algorithms/rng";
import { pick, pickSome } from "./draw";
import { attributesOf, kinds, things, thingsOfKind, valuesOf, type Attribute } from "./words";

/** What is true of one thing. An attribute that a thing of its kind has but that is missing here is known to nobody. */
export type Attributes = Readonly<Partial<Record<Attribute, string>>>;

/** Something that most people of the tiny world wrongly believe. */
export interface Belief {
  readonly thing: string;
  readonly attribute: Attribute;
  readonly wrong: string;
}

export interface Facts {
  readonly seed: number;
  readonly of: Readonly<Record<string, Attributes>>;
  readonly beliefs: readonly Belief[];
  /** Stated in no text at all: "i do not know" is the right answer. */
  readonly unknown: readonly { readonly thing: string; readonly attribute: Attribute }[];
  /** Things that no prompt and no demonstration of the training sets names. */
  readonly heldOutThings: readonly string[];
  readonly trainingThings: readonly string[];
}

export const heldOutThingCount = 14;
const beliefsEach = 12;
const unknownForTraining = 8;
const unknownHeldOut = 4;

/**
 * The facts of a seed: every thing's colour, home, sound or taste, and size; 24 popular false beliefs and 12 facts that nobody knows, 12 and 4 of
 * them about the 14 held-out things. Values are dealt out evenly within an attribute, so that guessing the commonest gains nothing.
 */
export function drawFacts(seed: number): Facts {
  const rng = createRng(seed).split("facts");
  const known = dealValues(rng.split("values"));
  const order = spreadOverKinds(rng.split("held out"));
  const heldOutThings = order.slice(0, heldOutThingCount);
  const trainingThings = order.slice(heldOutThingCount);
  const doubts = rng.split("doubts");
  const unknown = [
    ...drawUnknown(doubts, trainingThings, unknownForTraining),
    ...drawUnknown(doubts, heldOutThings, unknownHeldOut),
  ];
  for (const { thing, attribute } of unknown) delete known[thing][attribute];
  const beliefs = [
    ...drawBeliefs(doubts, trainingThings, known),
    ...drawBeliefs(doubts, heldOutThings, known),
  ];
  return { seed, of: known, beliefs, unknown, heldOutThings, trainingThings };
}

function dealValues(rng: Rng): Record<string, Partial<Record<Attribute, string>>> {
  const known = Object.fromEntries(things.map((thing) => [thing, {} as Partial<Record<Attribute, string>>]));
  for (const kind of kinds) for (const thing of thingsOfKind[kind]) known[thing].kind = kind;
  for (const attribute of ["colour", "home", "sound", "taste", "size"] as const) {
    const owners = rng.shuffle(
      kinds.filter((kind) => attributesOf(kind).includes(attribute)).flatMap((kind) => thingsOfKind[kind]),
    );
    const values = rng.shuffle(valuesOf[attribute]);
    owners.forEach((thing, i) => (known[thing][attribute] = values[i % values.length]));
  }
  return known;
}

/** All things in an order whose every stretch of six has one of each kind, as far as they last. */
function spreadOverKinds(rng: Rng): string[] {
  const shuffled = kinds.map((kind) => rng.shuffle(thingsOfKind[kind]));
  const longest = Math.max(...shuffled.map((list) => list.length));
  return Array.from({ length: longest }, (_, i) => shuffled.flatMap((list) => list.slice(i, i + 1))).flat();
}

function drawUnknown(rng: Rng, among: readonly string[], count: number): Facts["unknown"] {
  return pickSome(rng, among, count).map((thing) => ({
    thing,
    attribute: pick(rng, ["colour", "home", "size"] as const),
  }));
}

function drawBeliefs(
  rng: Rng,
  among: readonly string[],
  known: Readonly<Record<string, Attributes>>,
): Belief[] {
  return pickSome(rng, among, beliefsEach).map((thing) => {
    const attribute = pick(
      rng,
      (["colour", "home", "sound", "taste"] as const).filter((a) => known[thing][a] !== undefined),
    );
    const wrong = pick(
      rng,
      valuesOf[attribute].filter((value) => value !== known[thing][attribute]),
    );
    return { thing, attribute, wrong };
  });
}

/** What most people say: the false belief where there is one, else the truth; undefined where nobody knows. */
export function popularValue(facts: Facts, thing: string, attribute: Attribute): string | undefined {
  const belief = facts.beliefs.find((b) => b.thing === thing && b.attribute === attribute);
  return belief?.wrong ?? facts.of[thing][attribute];
}

/** The attributes of a thing whose truth is stated somewhere. */
export function knownAttributes(facts: Facts, thing: string): Attribute[] {
  return Object.keys(facts.of[thing]) as Attribute[];
}

/** The things of which a value is true. */
export function thingsWith(facts: Facts, attribute: Attribute, value: string): string[] {
  return things.filter((thing) => facts.of[thing][attribute] === value);
}
