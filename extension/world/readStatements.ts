import { attributes, deeds, things, valuesOf, type Attribute } from "./words";

export interface Claim {
  readonly thing: string;
  readonly attribute: Attribute;
  readonly value: string;
}

export interface Deed {
  readonly doer: string;
  readonly receiver: string;
  readonly place: string | null;
}

/** The sentences that a text holds, as far as they are ones of the tiny world's language. */
export interface Statements {
  readonly claims: readonly Claim[];
  /** "… is red , not blue" denies blue. */
  readonly denials: readonly Claim[];
  readonly deeds: readonly Deed[];
  /** Words that belong to a recognised sentence. */
  readonly covered: number;
}

const attributeOfValue = new Map<string, Attribute>(
  (["kind", "colour", "size", "home", "sound", "taste"] as const).flatMap((attribute) =>
    valuesOf[attribute].map((value): [string, Attribute] => [value, attribute]),
  ),
);
const isAttribute = (word: string | undefined): word is Attribute =>
  word !== undefined && (attributes as readonly string[]).includes(word);
const marks = new Set([",", ".", ";", ":", "!", "?"]);
export const fillers = new Set(["today", "now", "here", "too"]);

/**
 * Reads words and punctuation from left to right; what fits no sentence is skipped and stays uncovered.
 * `subject` is what "it" stands for before a thing was named.
 */
export function readStatements(words: readonly string[], subject: string | null): Statements {
  const claims: Claim[] = [];
  const denials: Claim[] = [];
  const deedsFound: Deed[] = [];
  const covered = new Set<number>();
  let topic = subject;
  let at = 0;
  const is = (offset: number, word: string): boolean => words[at + offset] === word;
  const take = (count: number): void => {
    for (let i = at; i < at + count; i++) if (!marks.has(words[i])) covered.add(i);
    at += count;
  };
  /** How many words at `offset` name a thing ("the fox", "it"), and which. */
  const nounAt = (offset: number): { thing: string; length: number } | null => {
    if (is(offset, "it") && topic !== null) return { thing: topic, length: 1 };
    if (is(offset, "the") && things.includes(words[at + offset + 1]))
      return { thing: words[at + offset + 1], length: 2 };
    return null;
  };
  const claim = (thing: string, value: string, list: Claim[] = claims): void => {
    const attribute = attributeOfValue.get(value);
    if (attribute !== undefined) list.push({ thing, attribute, value });
  };
  const valueAt = (offset: number, wanted: readonly Attribute[]): string | null => {
    const attribute = attributeOfValue.get(words[at + offset]);
    return attribute !== undefined && wanted.includes(attribute) ? words[at + offset] : null;
  };

  /** "is red", "is a big red beast", "lives in the wood", "goes hum", "tastes sweet"; false where there is none. */
  const readPredicate = (thing: string): boolean => {
    const home = is(0, "lives") ? 1 : is(0, "is") && is(1, "found") ? 2 : 0;
    if (home > 0 && is(home, "in") && is(home + 1, "the") && valueAt(home + 2, ["home"])) {
      claim(thing, words[at + home + 2]);
      take(home + 3);
      return true;
    }
    const simple = is(0, "goes") ? "sound" : is(0, "tastes") ? "taste" : null;
    if (simple !== null && valueAt(1, [simple])) {
      claim(thing, words[at + 1]);
      take(2);
      return true;
    }
    return is(0, "is") && readQualities(thing, 1);
  };
  /** Values after "is": "red", "a big beast", "red and big", "red , not blue". */
  const readQualities = (thing: string, verb: number): boolean => {
    let length = verb + (is(verb, "a") || is(verb, "not") ? 1 : 0);
    const negative = is(verb, "not");
    const start = length;
    while (valueAt(length, ["kind", "colour", "size"])) {
      claim(thing, words[at + length], negative ? denials : claims);
      length++;
    }
    if (length === start) return false;
    take(length);
    const more = is(0, "and") ? 1 : is(0, ",") && is(1, "not") ? 1 : 0;
    if (more > 0 && (is(more, "not") || valueAt(more, ["colour", "size"]))) readQualities(thing, more);
    return true;
  };
  /** Predicates joined by "and" or a comma, then a filler such as "today". */
  const readPredicates = (thing: string): void => {
    while (readPredicate(thing)) {
      if (fillers.has(words[at])) take(1);
      const joint = is(0, ",") && is(1, "and") ? 2 : is(0, ",") || is(0, "and") ? 1 : 0;
      if (joint === 0 || !["is", "lives", "goes", "tastes"].includes(words[at + joint])) return;
      take(joint);
    }
  };
  /** "the colour of the fox is red" */
  const readLong = (): boolean => {
    const attribute = words[at + 1];
    if (!is(0, "the") || !isAttribute(attribute) || !is(2, "of")) return false;
    const noun = nounAt(3);
    if (noun === null || !is(3 + noun.length, "is")) return false;
    const value = 4 + noun.length + (is(4 + noun.length, "the") ? 1 : 0);
    if (!valueAt(value, [attribute])) return false;
    claim(noun.thing, words[at + value]);
    topic = noun.thing;
    take(value + 1);
    return true;
  };
  /** "the fox met the owl in the wood" */
  const readDeed = (noun: { thing: string; length: number }): boolean => {
    if (!(deeds as readonly string[]).includes(words[at + noun.length])) return false;
    const other = nounAt(noun.length + 1);
    if (other === null) return false;
    const end = noun.length + 1 + other.length;
    const placed = is(end, "in") && is(end + 1, "the") && valueAt(end + 2, ["home"]) !== null;
    deedsFound.push({
      doer: noun.thing,
      receiver: other.thing,
      place: placed ? words[at + end + 2] : null,
    });
    take(placed ? end + 3 : end);
    return true;
  };

  while (at < words.length) {
    const before = at;
    if (is(0, "one") && is(1, "day") && nounAt(2)) take(2);
    const noun = nounAt(0);
    if (readLong()) continue;
    if (noun !== null && !readDeed(noun)) {
      const start = at;
      at += noun.length;
      readPredicates(noun.thing);
      if (at > start + noun.length) for (let i = start; i < start + noun.length; i++) covered.add(i);
      topic = noun.thing;
    }
    if (at > before && (is(0, "and") || fillers.has(words[at]))) take(1);
    if (at === before) at++;
  }
  return { claims, denials, deeds: deedsFound, covered: covered.size };
}
