import { log } from "../algorithms/exactMath";
import { numberText } from "./numberText";
import type { Series } from "./series";
import { thinned } from "./thinning";

/** A line of a chart as it is drawn: whole, faint behind another, or as points that no line joins. */
export interface SvgLine extends Series {
  readonly label: string;
  /** Which colour and dash pattern. */
  readonly slot: number;
  readonly look: "line" | "faint" | "dots";
  /** Whether the key has it. */
  readonly isNamed: boolean;
}

/** Colours as CSS writes them. */
export interface SvgColors {
  readonly lines: readonly string[];
  readonly text: string;
  readonly quiet: string;
  readonly background: string;
  readonly fault: string;
}

export interface LineChart {
  /** Begins the ids in the picture, so that several stand in one document. */
  readonly id: string;
  readonly title: string;
  /** What a person hears who does not see it. */
  readonly description?: string;
  readonly lines: readonly SvgLine[];
  readonly xLabel: string;
  /** What is seen; null is everything. */
  readonly x: readonly [min: number, max: number] | null;
  readonly y: readonly [min: number, max: number] | null;
  readonly isLog: boolean;
  /** Places whose values are no finite numbers. */
  readonly faults: readonly number[];
  /** Places of upright lines, such as those where a setting changed. */
  readonly marks: readonly number[];
  readonly colors: SvgColors;
  /** CSS for a picture that is a file of its own. */
  readonly style?: string;
}

/** Beside the colours, so that lines are told apart without them; another number of patterns makes more pairs of both. */
export const dashes: readonly (readonly number[])[] = [[], [8, 4], [2, 3], [10, 3, 2, 3]];
export const dashOf = (slot: number): readonly number[] => dashes[slot % dashes.length];

const size = { width: 720, height: 360, left: 70, right: 20, top: 34, bottom: 36 };

/** A chart of lines as SVG: lines with gaps and marks where values are not finite, axes with least, middle and most, and a key. */
export function lineSvg(chart: LineChart): string {
  const { colors, title, isLog, id } = chart;
  const { width, height, left, right, top, bottom } = size;
  const [x0, x1] = chart.x ?? rangeOf(chart.lines.flatMap(({ x }) => endsOf(x)));
  const level = (value: number): number => (isLog ? log(value) / Math.LN10 : value);
  const unlevel = (value: number): number => (isLog ? 10 ** value : value);
  const [y0, y1] = (chart.y ?? seenRange(chart.lines, x0, x1)).map(level);
  const toX = (x: number): number => left + ((x - x0) / (x1 - x0)) * (width - left - right);
  const toY = (y: number): number =>
    height - bottom - ((level(y) - y0) / (y1 - y0)) * (height - top - bottom);
  const text = (x: number, y: number, anchor: string, words: string): string =>
    `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${escaped(colors.text)}">${escaped(words)}</text>`;
  const inside = (places: readonly number[]): readonly number[] =>
    places.filter((x) => x >= x0 && x <= x1).map((x) => rounded(toX(x)));
  const drawn = chart.lines.map((line) => drawLine(line, colors, { x0, x1, toX, toY }));
  const marks = inside(chart.marks).map(
    (x) =>
      `<path d="M${x} ${top}V${height - bottom}" stroke="${escaped(colors.quiet)}" stroke-dasharray="4 3"/>`,
  );
  const faults = inside(chart.faults).map(
    (x) => `<rect x="${x - 1}" y="${top}" width="2" height="10" fill="${escaped(colors.fault)}"/>`,
  );
  const key = chart.lines
    .filter(({ isNamed }) => isNamed)
    .map(
      ({ label, slot }, i) =>
        `<text x="${width - right}" y="${top + 14 * i + 8}" text-anchor="end" fill="${escaped(colorOf(colors, slot))}">${escaped(beginning(label))}</text>`,
    );
  const [shares, yAt, xAt] = [
    [0, 0.5, 1],
    (share: number) => unlevel(y0 + share * (y1 - y0)),
    (share: number) => x0 + share * (x1 - x0),
  ];
  const { description } = chart;
  const about = `${id}-title${description === undefined ? "" : ` ${id}-desc`}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${about}" font-family="sans-serif" font-size="12">`,
    `<title id="${id}-title">${escaped(title)}</title>`,
    ...(description === undefined ? [] : [`<desc id="${id}-desc">${escaped(description)}</desc>`]),
    ...(chart.style === undefined ? [] : [`<style>${escaped(chart.style)}</style>`]),
    `<rect width="${width}" height="${height}" fill="${escaped(colors.background)}"/>`,
    `<clipPath id="${id}-plot"><rect x="${left}" y="${top}" width="${width - left - right}" height="${height - top - bottom}"/></clipPath>`,
    text(left, 20, "start", title),
    ...shares.map((share) => text(left - 6, rounded(toY(yAt(share))) + 4, "end", numberText(yAt(share)))),
    ...shares.map((share) =>
      text(rounded(toX(xAt(share))), height - bottom + 16, "middle", numberText(xAt(share))),
    ),
    text(width / 2, height - 6, "middle", chart.xLabel),
    `<path d="M${left} ${top}V${height - bottom}H${width - right}" fill="none" stroke="${escaped(colors.quiet)}"/>`,
    ...marks,
    `<g clip-path="url(#${id}-plot)">${drawn.join("")}</g>`,
    ...faults,
    ...key,
    "</svg>",
    "",
  ].join("\n");
}

interface Scales {
  readonly x0: number;
  readonly x1: number;
  readonly toX: (x: number) => number;
  readonly toY: (y: number) => number;
}

function drawLine(line: SvgLine, colors: SvgColors, { x0, x1, toX, toY }: Scales): string {
  const color = escaped(colorOf(colors, line.slot));
  // A single value makes no line.
  if (line.look === "dots" || line.x.length === 1)
    return [...line.x]
      .flatMap((x, i) =>
        x < x0 || x > x1 || !Number.isFinite(line.y[i])
          ? []
          : [`<circle cx="${rounded(toX(x))}" cy="${rounded(toY(line.y[i]))}" r="2.5" fill="${color}"/>`],
      )
      .join("");
  const path = pathOf(thinned(line, x0, x1, size.width), toX, toY);
  return `<path d="${path}" fill="none" stroke="${color}" stroke-width="1.5" stroke-opacity="${line.look === "faint" ? 0.35 : 1}" stroke-dasharray="${dashOf(line.slot).join(" ")}"/>`;
}

/** As much of a name as the key has room for. */
const beginning = (label: string): string =>
  [...label].length > 60 ? `${[...label].slice(0, 59).join("")}…` : label;

const colorOf = ({ lines }: SvgColors, slot: number): string => lines[slot % lines.length];
const endsOf = (x: Float64Array): number[] => (x.length === 0 ? [] : [x[0], x[x.length - 1]]);

function seenRange(lines: readonly SvgLine[], x0: number, x1: number): readonly [number, number] {
  return rangeOf(
    lines.flatMap(({ x, y }) =>
      [...y].filter((each, i) => Number.isFinite(each) && x[i] >= x0 && x[i] <= x1),
    ),
  );
}

function rangeOf(values: readonly number[]): readonly [number, number] {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  if (high > low) return [low, high];
  return Number.isFinite(low) ? [low - 0.5, high + 0.5] : [0, 1];
}

function pathOf({ x, y }: Series, toX: (x: number) => number, toY: (y: number) => number): string {
  let isOn = false;
  return Array.from(x, (place, i) => {
    if (!Number.isFinite(y[i])) {
      isOn = false;
      return "";
    }
    const step = `${isOn ? "L" : "M"}${rounded(toX(place))} ${rounded(toY(y[i]))}`;
    isOn = true;
    return step;
  }).join("");
}

const rounded = (value: number): number => Math.round(100 * value) / 100;
const entities: Readonly<Record<string, string>> = { "<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;" };
/** XML has no place for most control characters, however they are written. */
const escaped = (text: string): string =>
  text
    .replace(/[<>&"]/g, (sign) => entities[sign])
    .replace(/[^\P{Cc}\t\n\r]|[\ufffe\uffff]|\p{Cs}/gu, "\ufffd");
