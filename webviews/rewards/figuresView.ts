import type {
  AccuracyRow,
  Inspection,
  InspectionFigures,
  InspectionGroup,
} from "../../extension/protocol/inspectionFormat";
import { element, fill } from "../shared/dom";
import { dataTable, drawPlot, figure, legend } from "../shared/plots";
import { percent, shown } from "./state";
import type { Texts } from "./texts";

/** A group's name in words; anything else is a name of its own. */
export function groupName(texts: Texts, name: string): string {
  const names: Readonly<Record<InspectionGroup, string>> = {
    ...{ training: texts.training, validation: texts.validation, heldOut: texts.heldOut },
  };
  return Object.hasOwn(names, name) ? names[name as InspectionGroup] : name;
}

/** Of all groups together, then of one of them by what its pairs have in common. */
export function accuracyTable(texts: Texts, { byGroup }: Inspection): HTMLElement {
  return tableOf(texts, texts.accuracy, byGroup, (name) => groupName(texts, name));
}

export function breakdowns(texts: Texts, figures: InspectionFigures): HTMLElement[] {
  const same = (name: string): string => name;
  const parts: readonly (readonly [string, readonly AccuracyRow[], (name: string) => string])[] = [
    [texts.byLabeler, figures.byLabeler, same],
    [texts.byDistance, figures.byDistance, (name) => fill(texts.distance, name)],
    [texts.byPromptKind, figures.byPromptKind, same],
    [texts.byUseCase, figures.byUseCase, same],
  ];
  return parts
    .filter(([, rows]) => rows.length > 0)
    .map(([title, rows, nameOf]) =>
      element("section", { class: "breakdown" }, [
        element("h3", { text: title }),
        tableOf(texts, title, rows, nameOf),
      ]),
    );
}

function tableOf(
  texts: Texts,
  caption: string,
  rows: readonly AccuracyRow[],
  nameOf: (name: string) => string,
): HTMLElement {
  const head = ["", texts.share, texts.ceiling, texts.interval, texts.pairs];
  return dataTable(
    caption,
    head,
    rows.map(({ name, pairs, value, low, high, ceiling, opinions }) => {
      const title = opinions === 0 ? texts.noCeiling : fill(texts.ceilingHint, opinions);
      return [
        ...[nameOf(name), percent(value)],
        element("span", { text: percent(ceiling), attributes: { title } }),
        ...[`${percent(low)} – ${percent(high)}`, String(pairs)],
      ];
    }),
  );
}

/** What may be done with the pictures of a group. */
export interface PlotOptions {
  /** What lists the responses, and the pairs, of a bin; where they are not known the pictures are only looked at. */
  readonly lists?: { readonly answers: BinList; readonly pairs: BinList };
  /** Scores and margins that pictures side by side have room for. */
  readonly frame?: Frame;
  /** Whose the pictures are, where there are several of a kind. */
  readonly of?: string;
}

/** A place under a picture where what lies in a bin of it is listed. */
export interface BinList {
  readonly root: HTMLElement;
  readonly show: (bin: number) => void;
}

type Extent = { readonly from: number; readonly to: number };

export interface Frame {
  readonly scores: Extent;
  readonly margins: Extent;
}

/** Room for the scores and margins of several models, so that their pictures can be compared. */
export function frameOf(all: readonly InspectionFigures[]): Frame {
  const around = (edges: readonly number[]): Extent => ({ from: Math.min(...edges), to: Math.max(...edges) });
  return {
    scores: around(all.flatMap(({ edges }) => [edges[0], edges[edges.length - 1]])),
    margins: around([
      0,
      ...all.flatMap(({ margins: { histogram } }) => Object.values(extent(histogram.edges))),
    ]),
  };
}

/** The pictures of one group. */
export function plots(texts: Texts, figures: InspectionFigures, options: PlotOptions = {}): HTMLElement[] {
  return [
    distributionFigure(texts, figures, options),
    calibrationFigure(texts, figures, options),
    marginFigure(texts, figures, options),
    lengthFigure(texts, figures, options),
  ];
}

/** What a table is called, which is unlike the names of all others of the page. */
const captionOf = (title: string, { of }: PlotOptions): string =>
  of === undefined ? title : `${title}, ${of}`;

/** The bins of a histogram to look into. */
function binsOf(
  texts: Texts,
  edges: readonly number[],
  counts: readonly number[],
  list: BinList | undefined,
): Pick<Parameters<typeof drawPlot>[0], "bins"> {
  if (list === undefined) return {};
  const names = counts.map((count, bin) =>
    count === 0 ? null : fill(texts.bin, rangeOf(edges, bin), count),
  );
  return { bins: { label: texts.binsHint, names, onPick: list.show } };
}

export function rangeOf(edges: readonly number[], bin: number): string {
  return `${shown(edges[bin])} – ${shown(edges[bin + 1])}`;
}

const extent = (edges: readonly number[]): Extent => ({
  from: edges[0],
  to: edges[edges.length - 1],
});

/** Room above the highest point. */
const roomAbove = (values: readonly number[]): number =>
  1.05 * values.reduce((most, value) => Math.max(most, value), 0) || 1;

const wholePercent = (share: number): string => `${Math.round(100 * share)} %`;

function distributionFigure(
  texts: Texts,
  { edges, distributions }: InspectionFigures,
  options: PlotOptions,
): HTMLElement {
  const { lists, frame } = options;
  const nameOf = ({ name }: (typeof distributions)[number]): string => texts[name];
  const order = ["demonstrations", "chosen", "rejected", "sft", "ppo"];
  const series = distributions.map((each) => ({
    name: nameOf(each),
    heights: each.counts.map((count) => count / each.n),
    style: order.indexOf(each.name),
  }));
  const ofDemonstrations = distributions.find(({ name }) => name === "demonstrations");
  const mark = ofDemonstrations && fill(texts.meanOfDemonstrations, shown(ofDemonstrations.mean));
  const isLogged = lists !== undefined && distributions.some(({ name }) => name === "ppo");
  const counts = edges
    .slice(1)
    .map((_, bin) => distributions.reduce((sum, each) => sum + each.counts[bin], 0));
  const means = distributions.map((each) => `${nameOf(each)} ${shown(each.mean)}`).join(", ");
  return figure({
    title: texts.distributions,
    hint: [texts.distributionsHint, mark, isLogged ? texts.loggedHint : ""].filter(Boolean).join(" "),
    plot: drawPlot({
      label: `${texts.distributions}: ${texts.mean} ${means}`,
      x: { label: texts.score, ...(frame?.scores ?? extent(edges)), format: shown },
      y: {
        label: "",
        from: 0,
        to: roomAbove(series.flatMap(({ heights }) => heights)),
        format: wholePercent,
      },
      ...{ edges, steps: series },
      marks: ofDemonstrations ? [{ x: ofDemonstrations.mean, text: mark ?? "" }] : [],
      ...binsOf(texts, edges, counts, lists?.answers),
    }),
    legend: legend(series),
    ...(lists && { below: lists.answers.root }),
    foldTitle: captionOf(texts.table, options),
    table: dataTable(
      captionOf(texts.distributions, options),
      ["", texts.count, texts.mean, texts.deviation, texts.least, texts.most, texts.source],
      distributions.map((each) => [
        ...[nameOf(each), String(each.n), shown(each.mean), shown(each.std), shown(each.least)],
        ...[shown(each.most), groupName(texts, each.source)],
      ]),
    ),
  });
}

function calibrationFigure(
  texts: Texts,
  { calibration: { bins, error } }: InspectionFigures,
  options: PlotOptions,
): HTMLElement {
  const filled = bins.filter(({ pairs }) => pairs > 0);
  const most = filled.reduce((largest, { pairs }) => Math.max(largest, pairs), 1);
  return figure({
    title: texts.calibration,
    hint: fill(texts.calibrationHint, percent(error)),
    plot: drawPlot({
      label: `${texts.calibration}: ${fill(texts.calibrationHint, percent(error))}`,
      x: { label: texts.predicted, from: 0.5, to: 1, format: wholePercent },
      y: { label: texts.observed, from: 0, to: 1, format: wholePercent },
      lines: [[0.5, 0.5, 1, 1]],
      points: filled.map(({ predicted, observed, pairs }) => ({
        ...{ x: predicted, y: observed, radius: 3 + 6 * Math.sqrt(pairs / most) },
        title: `${percent(predicted)}, ${percent(observed)}, ${pairs} ${texts.pairs}`,
      })),
    }),
    foldTitle: captionOf(texts.table, options),
    table: dataTable(
      captionOf(texts.calibration, options),
      [texts.range, texts.predicted, texts.observed, texts.pairs],
      bins.map(({ from, to, predicted, observed, pairs }) => [
        ...[
          `${wholePercent(from)} – ${wholePercent(to)}`,
          percent(predicted),
          percent(observed),
          String(pairs),
        ],
      ]),
    ),
  });
}

function marginFigure(texts: Texts, { margins }: InspectionFigures, options: PlotOptions): HTMLElement {
  const { lists, frame } = options;
  const { edges, counts } = margins.histogram;
  const hint = fill(texts.marginsHint, shown(margins.mean), shown(margins.median));
  const { from, to } = frame?.margins ?? extent(edges);
  return figure({
    title: texts.margins,
    hint,
    plot: drawPlot({
      label: `${texts.margins}: ${hint}`,
      x: { label: texts.margin, from: Math.min(from, 0), to: Math.max(to, 0), format: shown },
      y: { label: texts.pairs, from: 0, to: roomAbove(counts), format: shown },
      ...{ edges, steps: [{ name: texts.margin, heights: counts, style: 0 }] },
      marks: [{ x: 0, text: texts.zero }],
      ...binsOf(texts, edges, counts, lists?.pairs),
    }),
    ...(lists && { below: lists.pairs.root }),
    foldTitle: captionOf(texts.table, options),
    table: dataTable(
      captionOf(texts.margins, options),
      [texts.range, texts.pairs],
      counts.map((count, b) => [rangeOf(edges, b), String(count)]),
    ),
  });
}

function lengthFigure(texts: Texts, { length }: InspectionFigures, options: PlotOptions): HTMLElement {
  const { correlation, withinPrompt, modelPrefersLonger, peoplePreferLonger, pairs, points } = length;
  const shares = [percent(modelPrefersLonger), percent(peoplePreferLonger)];
  const hint = fill(texts.lengthHint, shown(correlation), shown(withinPrompt), ...shares, pairs);
  const longest = points.reduce((most, { tokens }) => Math.max(most, tokens), 1);
  const scores = points.map(({ score }) => score);
  return figure({
    title: texts.length,
    hint,
    plot: drawPlot({
      label: `${texts.length}: ${hint}`,
      x: { label: texts.tokens, from: 0, to: longest, format: shown },
      y: {
        label: texts.score,
        from: scores.reduce((least, x) => Math.min(least, x), 0),
        to: scores.reduce((most, x) => Math.max(most, x), 0),
        format: shown,
      },
      points: points.map(({ tokens, score }) => ({ x: tokens, y: score })),
    }),
    foldTitle: captionOf(texts.table, options),
    table: dataTable(
      captionOf(texts.length, options),
      [texts.tokens, texts.score],
      points.map(({ tokens, score }) => [String(tokens), shown(score)]),
    ),
  });
}
