import {
  addPairCounts,
  agreementRate,
  agreementRateWithTies,
  allPairs,
  comparePairs,
  kendallTau,
  type PairCounts,
} from "../algorithms/agreement";
import { createRng } from "../algorithms/rng";
import { bootstrapInterval, groupBy, mean } from "../algorithms/statistics";
import { firstJudgements, orNull, type LabelJudgement } from "./labelJudgements";

/** How often labelers order the same two responses alike. */
export interface AgreementFigure {
  /** Of the pairs that both ordered, the share ordered alike: the paper's figure. Chance gives 1/2. */
  readonly rate: number | null;
  /** 95 % bootstrap interval of `rate`, items drawn with replacement; null below five items, or where all say the same. */
  readonly interval: readonly [low: number, high: number] | null;
  /** Pairs of responses that two labelers both ordered, and the items, repeats counted once, that they stand in. */
  readonly pairs: number;
  readonly items: number;
  /** Of all pairs, the share on which both say the same of three things: first, second, tie. */
  readonly rateWithTies: number | null;
  readonly pairsWithTies: number;
  /** Mean of Kendall's τ-b over the pairs of rankings for which it is defined, and their number. */
  readonly tau: number | null;
  readonly rankings: number;
}

export interface ContestedItem {
  readonly batch: string;
  readonly itemId: string;
  readonly prompt: string;
  readonly labelers: number;
  /** Of the pairs that two labelers ordered, those that they ordered oppositely. */
  readonly opposite: number;
  readonly pairs: number;
}

/** Agreement on one axis; axes are never mixed. */
export interface AxisQuality {
  readonly axis: string;
  readonly all: AgreementFigure;
  /** Among the labelers who label for training, and among those who are held out. */
  readonly training: AgreementFigure;
  readonly heldOut: AgreementFigure;
  readonly byPair: readonly {
    readonly labelers: readonly [string, string];
    readonly figure: AgreementFigure;
  }[];
  /** Each labeler against all others. */
  readonly byLabeler: readonly { readonly labeler: string; readonly figure: AgreementFigure }[];
  /** Labelers against their own earlier judgements, from repeated items. */
  readonly self: {
    readonly all: AgreementFigure;
    readonly byLabeler: readonly { readonly labeler: string; readonly figure: AgreementFigure }[];
  };
  /** The items with the greatest share of opposite pairs, greatest first; of equal ones those of more pairs. */
  readonly contested: readonly ContestedItem[];
}

export interface AgreementOptions {
  readonly heldOut: ReadonlySet<string>;
  readonly resamples: number;
  /** How many contested items to name. */
  readonly contested: number;
}

/** Of fewer items the percentile bootstrap's intervals are far too narrow. Our choice. */
const minItemsForInterval = 5;

/** Two rankings of one content. */
interface Overlap {
  readonly content: string;
  readonly labelers: readonly [string, string];
  readonly counts: PairCounts;
}

/** Agreement of submitted judgements on one axis. */
export function axisQuality(
  judged: readonly LabelJudgement[],
  axis: string,
  options: AgreementOptions,
): AxisQuality {
  const onAxis = judged.filter(({ places }) => places.has(axis));
  const first = firstJudgements(onAxis);
  const between = overlaps(first, axis);
  const within = [...groupBy(onAxis, ({ labeler }) => labeler).values()].flatMap((own) =>
    overlaps(own, axis),
  );
  const figure = (some: readonly Overlap[]): AgreementFigure => figureOf(some, options);
  const labelers = [...new Set(onAxis.map(({ labeler }) => labeler))].sort();
  const countHeldOut = (overlap: Overlap): number =>
    overlap.labelers.filter((labeler) => options.heldOut.has(labeler)).length;
  const byLabeler = (some: readonly Overlap[]): AxisQuality["byLabeler"] =>
    labelers.flatMap((labeler) => {
      const own = some.filter((overlap) => overlap.labelers.includes(labeler));
      return own.length > 0 ? [{ labeler, figure: figure(own) }] : [];
    });
  const byPair = [...groupBy(between, (overlap) => JSON.stringify(overlap.labelers))].sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  return {
    axis,
    all: figure(between),
    training: figure(between.filter((overlap) => countHeldOut(overlap) === 0)),
    heldOut: figure(between.filter((overlap) => countHeldOut(overlap) === 2)),
    byPair: byPair.map(([, own]) => ({ labelers: own[0].labelers, figure: figure(own) })),
    byLabeler: byLabeler(between),
    self: { all: figure(within), byLabeler: byLabeler(within) },
    contested: contestedItems(first, between).slice(0, options.contested),
  };
}

/** Every two of these judgements that are of one content, the labelers of each in the order of their names. */
function overlaps(judged: readonly LabelJudgement[], axis: string): Overlap[] {
  return [...groupBy(judged, ({ content }) => content)].flatMap(([content, group]) => {
    const ofContent = [...group].sort((a, b) => (a.labeler < b.labeler ? -1 : a.labeler > b.labeler ? 1 : 0));
    return ofContent.flatMap((a, i) =>
      ofContent.slice(i + 1).map((b): Overlap => {
        const counts = comparePairs(a.places.get(axis) ?? [], b.places.get(axis) ?? []);
        return { content, labelers: [a.labeler, b.labeler], counts };
      }),
    );
  });
}

function figureOf(some: readonly Overlap[], { resamples }: AgreementOptions): AgreementFigure {
  const total = addPairCounts(some.map(({ counts }) => counts));
  const taus = some.map(({ counts }) => kendallTau(counts)).filter((tau) => !Number.isNaN(tau));
  const items = countsByContent(some).filter(({ alike, opposite }) => alike + opposite > 0);
  // What is drawn depends on the figures alone, not on names, ids or the order of files: the same labels give the same report.
  items.sort((a, b) => a.alike - b.alike || a.opposite - b.opposite);
  const rng = createRng(0).split("agreement");
  const rateOf = (sample: readonly PairCounts[]): number => {
    let [alike, pairs] = [0, 0];
    for (const counts of sample) {
      alike += counts.alike;
      pairs += counts.alike + counts.opposite;
    }
    return alike / pairs;
  };
  const [low, high] =
    items.length < minItemsForInterval ? [NaN, NaN] : bootstrapInterval(items, rateOf, { rng, resamples });
  return {
    rate: orNull(agreementRate(total)),
    interval: low < high ? [low, high] : null,
    pairs: total.alike + total.opposite,
    items: items.length,
    rateWithTies: orNull(agreementRateWithTies(total)),
    pairsWithTies: allPairs(total),
    tau: orNull(mean(taus)),
    rankings: taus.length,
  };
}

function countsByContent(some: readonly Overlap[]): PairCounts[] {
  return [...groupBy(some, ({ content }) => content).values()].map((group) =>
    addPairCounts(group.map(({ counts }) => counts)),
  );
}

function contestedItems(first: readonly LabelJudgement[], between: readonly Overlap[]): ContestedItem[] {
  const judgements = groupBy(first, ({ content }) => content);
  return [...groupBy(between, ({ content }) => content)]
    .flatMap(([content, group]): ContestedItem[] => {
      const { alike, opposite } = addPairCounts(group.map(({ counts }) => counts));
      const own = judgements.get(content) ?? [];
      if (opposite === 0 || own.length === 0) return [];
      const { batch, item } = own[0];
      const { id: itemId, prompt } = item;
      return [{ batch, itemId, prompt, labelers: own.length, opposite, pairs: alike + opposite }];
    })
    .sort(
      (a, b) =>
        b.opposite / b.pairs - a.opposite / a.pairs ||
        b.pairs - a.pairs ||
        (`${a.batch}/${a.itemId}` < `${b.batch}/${b.itemId}` ? -1 : 1),
    );
}
