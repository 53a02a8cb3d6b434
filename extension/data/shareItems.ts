import type { Rng } from "../algorithms/rng";
import type { LabelItem } from "../protocol/rankingFormat";
import { itemContent } from "./itemContent";
import { withRepeats } from "./mixItems";

/** What is asked once or twice of the same labeler: an item and, later, its repeats. */
export interface ItemWithRepeats {
  readonly item: LabelItem;
  readonly repeats: readonly LabelItem[];
}

/** The items of a batch by content, in the order of the first of each. */
export function askedItems(items: readonly LabelItem[]): ItemWithRepeats[] {
  const byContent = new Map<string, LabelItem[]>();
  for (const item of items) {
    const { key } = itemContent(item);
    const same = byContent.get(key);
    if (same === undefined) byContent.set(key, [item]);
    else same.push(item);
  }
  return [...byContent.values()].map(([item, ...repeats]) => ({ item, repeats }));
}

export interface SharingOptions {
  /** By name; nobody twice. */
  readonly labelers: readonly string[];
  /** How many of them get each item, at least. */
  readonly each: number;
  /** Share of items that one more gets. */
  readonly overlap: number;
  readonly rng: Rng;
}

/**
 * Who gets which items: each goes to the `each` labelers with the least to do, a drawn share of them to one more, equal loads decided by
 * draws, so that loads differ by no more than one item with its repeats. The order of the items stays.
 */
export function shareItems(
  asked: readonly ItemWithRepeats[],
  { labelers, each, overlap, rng }: SharingOptions,
): ReadonlyMap<string, readonly ItemWithRepeats[]> {
  const shares = new Map(labelers.map((labeler) => [labeler, [] as ItemWithRepeats[]]));
  const load = new Map(labelers.map((labeler) => [labeler, 0]));
  const twice = new Set(
    rng
      .split("overlap")
      .shuffle(asked.map((_, i) => i))
      .slice(0, Math.round(overlap * asked.length)),
  );
  const draws = rng.split("labelers");
  for (const [i, one] of asked.entries()) {
    const count = Math.min(labelers.length, each + Number(twice.has(i)));
    const chosen = draws
      .shuffle(labelers)
      .sort((a, b) => (load.get(a) ?? 0) - (load.get(b) ?? 0))
      .slice(0, count);
    for (const labeler of chosen) {
      shares.get(labeler)?.push(one);
      load.set(labeler, (load.get(labeler) ?? 0) + 1 + one.repeats.length);
    }
  }
  return shares;
}

/** The items that a labeler gets, in their order, with the repeats among them some way behind their originals. */
export function inOrder(asked: readonly ItemWithRepeats[], rng: Rng): LabelItem[] {
  const repeats = asked.flatMap((one, of) => one.repeats.map((item) => ({ of, item })));
  return withRepeats(
    asked.map(({ item }) => item),
    repeats,
    rng,
  );
}
