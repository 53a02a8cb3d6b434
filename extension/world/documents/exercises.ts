import type { Rng } from "../../algorithms/rng";
import { pick, pickSome } from "../draw";
import type { Facts } from "../facts";
import { numbers, people, things, valuesOf, zun } from "../words";

/** Small sums in words, results up to twelve. */
export function sumPage(_: Facts, rng: Rng): string {
  return Array.from({ length: 4 + rng.integer(4) }, () => {
    const { context, answer } = drawSum(rng);
    return `${context} ${answer} .`;
  }).join("\n");
}

export function drawSum(rng: Rng): { readonly context: string; readonly answer: string } {
  const a = rng.integer(7);
  const b = rng.integer(7);
  return { context: `${numbers[a]} and ${numbers[b]} make`, answer: numbers[a + b] };
}

export interface Translation {
  readonly foreign: string;
  readonly ours: string;
}

const nouns = Object.keys(zun.nouns) as (keyof typeof zun.nouns)[];
const adjectives = Object.keys(zun.adjectives) as (keyof typeof zun.adjectives)[];

/** A sentence of the second language with its translation. */
export function drawTranslation(rng: Rng): Translation {
  const [a, b] = pickSome(rng, nouns, 2);
  if (rng.uniform() < 0.5) {
    const adjective = pick(rng, adjectives);
    return {
      foreign: `${zun.the} ${zun.nouns[a]} ${zun.is} ${zun.adjectives[adjective]}`,
      ours: `the ${a} is ${adjective}`,
    };
  }
  return {
    foreign: `${zun.the} ${zun.nouns[a]} ${zun.sees} ${zun.the} ${zun.nouns[b]}`,
    ours: `the ${a} sees the ${b}`,
  };
}

export function foreignPage(_: Facts, rng: Rng): string {
  return Array.from({ length: 3 + rng.integer(3) }, () => {
    const { foreign, ours } = drawTranslation(rng);
    return `zun : ${foreign} = ${ours} .`;
  }).join("\n");
}

/** A line of the tiny notation with its result. */
export function drawCode(rng: Rng): { readonly call: string; readonly result: string } {
  const list = pickSome(rng, things, 2 + rng.integer(2));
  const name = pick(rng, ["first", "last", "turn"] as const);
  const result = { first: list[0], last: list[list.length - 1], turn: [...list].reverse().join(" ") }[name];
  return { call: `${name} ( ${list.join(" ")} )`, result };
}

export function codePage(_: Facts, rng: Rng): string {
  return Array.from({ length: 3 + rng.integer(3) }, () => {
    const { call, result } = drawCode(rng);
    return `run ${call} -> ${result}`;
  }).join("\n");
}

const copyWords: readonly string[] = [
  ...things,
  ...valuesOf.colour,
  ...valuesOf.home,
  ...valuesOf.size,
  ...people,
];

/** Random words that come again in the same order: only who looks back can tell the next. */
export function copyPage(_: Facts, rng: Rng): string {
  const words = pickSome(rng, copyWords, 3 + rng.integer(6)).join(" ");
  const times = Math.max(2, Math.round(36 / words.split(" ").length));
  return Array.from({ length: times }, () => words).join(" , ");
}
