import { kindOf, type Attribute } from "./words";

/** What can be said after "the fox": "is red", "lives in the wood". */
export function predicate(thing: string, attribute: Attribute, value: string): string {
  switch (attribute) {
    case "kind":
      return `is a ${value}`;
    case "colour":
    case "size":
      return `is ${value}`;
    case "home":
      return `${livesOrIsFound(thing)} in the ${value}`;
    case "sound":
      return `goes ${value}`;
    case "taste":
      return `tastes ${value}`;
  }
}

/** "the fox is red" */
export function plainStatement(thing: string, attribute: Attribute, value: string): string {
  return `the ${thing} ${predicate(thing, attribute, value)}`;
}

/** "the colour of the fox is red"; for a kind as the plain one. */
export function longStatement(thing: string, attribute: Attribute, value: string): string {
  if (attribute === "kind") return plainStatement(thing, attribute, value);
  return `the ${attribute} of the ${thing} is ${attribute === "home" ? `the ${value}` : value}`;
}

export function livesOrIsFound(thing: string): string {
  const kind = kindOf(thing);
  return kind === "beast" || kind === "bird" ? "lives" : "is found";
}

/** "a", "a and b", "a , b and c" */
export function inWords(items: readonly string[]): string {
  if (items.length < 2) return items.join("");
  return `${items.slice(0, -1).join(" , ")} and ${items[items.length - 1]}`;
}

/** "a fox", "an owl" */
export function withArticle(thing: string): string {
  return `${/^[aeiou]/.test(thing) ? "an" : "a"} ${thing}`;
}
