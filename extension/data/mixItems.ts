import type { Rng } from "../algorithms/rng";
import { goldContent, type GoldItem } from "./goldItems";
import type { AnsweredPrompt } from "./labels";
import type { Prompt } from "./records";

export interface MixOptions {
  /** Gold items and repeats for each answered prompt, 0 … 0.5. */
  readonly goldShare: number;
  readonly repeatShare: number;
  /** What may be mixed in; those of a content in `known`, which earlier batches asked, come last. */
  readonly gold: readonly GoldItem[];
  readonly known: ReadonlySet<string>;
  /** All prompts of the project, which may know a gold item's prompt. */
  readonly prompts: readonly Prompt[];
  readonly rng: Rng;
}

export interface MixedItems {
  readonly items: readonly AnsweredPrompt[];
  readonly gold: number;
  readonly repeats: number;
}

/** A repeat comes at least so many places after its original, as far as the sequence is that long. */
export const repeatDistance = 6;

/**
 * Answered prompts with gold items and repeats among them, at places that the draws decide, looking like the others: a gold item's responses
 * say that they came from where those of a drawn prompt came, and a repeat's stand in another order. Where a gold item's prompt is none of the
 * project's, it gets an id like theirs. Gold items with as many responses as the others are taken first.
 */
export function mixItems(answered: readonly AnsweredPrompt[], options: MixOptions): MixedItems {
  const { goldShare, repeatShare, rng } = options;
  const gold = goldItems(answered, Math.round(goldShare * answered.length), options);
  const places = rng.split("gold places");
  const base = [...answered];
  for (const item of gold) base.splice(places.integer(base.length + 1), 0, item);
  const candidates = repeatable(base, new Set(gold), rng.split("repeats"));
  const repeats = candidates.slice(0, Math.round(repeatShare * answered.length));
  const orders = rng.split("repeated responses");
  const items = withRepeats(
    base,
    repeats.map((of) => ({ of, item: { ...base[of], responses: reordered(base[of].responses, orders) } })),
    rng.split("repeat places"),
  );
  return { items, gold: gold.length, repeats: repeats.length };
}

function goldItems(
  answered: readonly AnsweredPrompt[],
  count: number,
  { gold, known, prompts, rng }: MixOptions,
): AnsweredPrompt[] {
  const usual = answered[0]?.responses.length;
  const isKnown = (item: GoldItem): number => Number(known.has(goldContent(item).key));
  const isOdd = ({ responses }: GoldItem): number => Number(responses.length !== usual);
  const chosen = rng
    .split("gold")
    .shuffle(gold)
    .sort((a, b) => isKnown(a) - isKnown(b) || isOdd(a) - isOdd(b))
    .slice(0, count);
  const draws = rng.split("disguise");
  const taken = new Set(prompts.map(({ id }) => id));
  const byText = new Map(prompts.map((prompt) => [prompt.text, prompt]));
  return chosen.map((item) => {
    const like = answered[draws.integer(answered.length)];
    const own = byText.get(item.prompt);
    const { kind, useCase } = own ?? like.prompt;
    return {
      prompt: {
        id: own?.id ?? idLike(like.prompt.id, taken, draws),
        text: item.prompt,
        ...(kind !== undefined && { kind }),
        ...(useCase !== undefined && { useCase }),
      },
      responses: draws.shuffle(item.responses).map(({ text }) => {
        const from = like.responses[0];
        return { ...from, text, ...(from.seed !== undefined && { seed: draws.integer(2 ** 31 - 1) }) };
      }),
    };
  });
}

/** An id that is not taken and looks like another: its digits are others. */
function idLike(id: string, taken: Set<string>, rng: Rng): string {
  const pattern = /\d/.test(id) ? id : `${id}-0`;
  let made: string;
  let digits = pattern;
  for (let tries = 1; ; tries++) {
    made = digits.replace(/\d/g, () => String(rng.integer(10)));
    if (!taken.has(made)) break;
    if (tries % 20 === 0) digits += "0"; // all ids of that length may be taken
  }
  taken.add(made);
  return made;
}

/** Places of what may be asked again, in the order to choose them: any from which the distance can be kept, then the first of the others. */
function repeatable<T>(base: readonly T[], except: ReadonlySet<T>, rng: Rng): number[] {
  const places = base.map((_, i) => i).filter((i) => !except.has(base[i]));
  const isEarly = (i: number): boolean => i + repeatDistance <= base.length;
  return [...rng.shuffle(places.filter(isEarly)), ...places.filter((i) => !isEarly(i))];
}

/** Another order than the one that stands, where there is any. */
function reordered<T>(items: readonly T[], rng: Rng): T[] {
  for (;;) {
    const order = rng.shuffle(items);
    if (items.length < 2 || order.some((item, i) => item !== items[i])) return order;
  }
}

/**
 * A sequence with repeats of some of its items, each at a drawn place at least `repeatDistance` places behind the item at `of`, or at the end
 * where that is nearer.
 */
export function withRepeats<T>(
  base: readonly T[],
  repeats: readonly { readonly of: number; readonly item: T }[],
  rng: Rng,
): T[] {
  // A repeat stands before the base's item of that index, so that others between the two only add to the distance.
  const placed = repeats.map(({ of, item }) => {
    const first = Math.min(of + repeatDistance, base.length);
    return { item, before: first + rng.integer(base.length - first + 1) };
  });
  return [...base, null].flatMap((item, i) => [
    ...placed.filter(({ before }) => before === i).map((repeat) => repeat.item),
    ...(item === null ? [] : [item]),
  ]);
}
