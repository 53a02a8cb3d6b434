import { thinned, type Curve } from "../../extension/algorithms/thinning";
import { faultsOf, isScatter } from "./lines";
import { numberText } from "./numbers";
import { colorOf, dashOf, type Drawing } from "./drawing";

const size = { width: 720, height: 360, left: 70, right: 20, top: 34, bottom: 36 };

/** A drawing as SVG, with what its canvas shows: lines, gaps, marks of values that are not finite, axes, and a key. */
export function chartSvg(drawing: Drawing): string {
  const { palette, name, axis } = drawing;
  const lines = drawing.lines.filter(({ role }) => role !== "coefficient");
  const xs = lines.flatMap(({ x }) => (x.length === 0 ? [] : [x[0], x[x.length - 1]]));
  const [x0, x1] = drawing.x ?? rangeOf(xs);
  const level = (value: number): number => (drawing.isLog ? Math.log10(value) : value);
  const seen = lines.flatMap(({ x, y }) =>
    [...y].filter((each, i) => Number.isFinite(each) && x[i] >= x0 && x[i] <= x1),
  );
  const [y0, y1] = (drawing.y ?? rangeOf(seen)).map(level);
  const { width, height, left, right, top, bottom } = size;
  const toX = (x: number): number => left + ((x - x0) / (x1 - x0)) * (width - left - right);
  const toY = (y: number): number =>
    height - bottom - ((level(y) - y0) / (y1 - y0)) * (height - top - bottom);
  const text = (x: number, y: number, anchor: string, words: string): string =>
    `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${escaped(palette.text)}">${escaped(words)}</text>`;
  const drawn = lines.flatMap((line) => {
    const color = escaped(colorOf(palette, line.slot));
    const opacity = line.role === "raw" || line.role === "low" || line.role === "high" ? 0.35 : 1;
    if (isScatter(axis) && line.role !== "curve")
      return [...line.x].flatMap((x, i) =>
        x < x0 || x > x1 || !Number.isFinite(line.y[i])
          ? []
          : [`<circle cx="${rounded(toX(x))}" cy="${rounded(toY(line.y[i]))}" r="2.5" fill="${color}"/>`],
      );
    const path = pathOf(thinned(line, x0, x1, width), toX, toY);
    return [
      `<path d="${path}" fill="none" stroke="${color}" stroke-width="1.5" stroke-opacity="${opacity}" stroke-dasharray="${dashOf(line.slot).join(" ")}"/>`,
    ];
  });
  const faults = faultsOf(lines)
    .filter((x) => x >= x0 && x <= x1)
    .map(
      (x) =>
        `<rect x="${rounded(toX(x)) - 1}" y="${top}" width="2" height="10" fill="${escaped(palette.fault)}"/>`,
    );
  const labels = lines.filter(({ role }) => role !== "raw" && role !== "low" && role !== "high");
  const key = labels.map(
    ({ label, slot }, i) =>
      `<text x="${width - right}" y="${top + 14 * i + 8}" text-anchor="end" fill="${escaped(colorOf(palette, slot))}">${escaped(label)}</text>`,
  );
  const unlevel = (y: number): number => (drawing.isLog ? 10 ** y : y);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(name)}</title>`,
    `<rect width="${width}" height="${height}" fill="${escaped(palette.background)}"/>`,
    `<clipPath id="plot"><rect x="${left}" y="${top}" width="${width - left - right}" height="${height - top - bottom}"/></clipPath>`,
    text(left, 20, "start", name),
    ...[0, 0.5, 1].map((share) =>
      text(
        left - 6,
        rounded(toY(unlevel(y0 + share * (y1 - y0)))) + 4,
        "end",
        numberText(unlevel(y0 + share * (y1 - y0))),
      ),
    ),
    ...[0, 0.5, 1].map((share) =>
      text(
        rounded(toX(x0 + share * (x1 - x0))),
        height - bottom + 16,
        "middle",
        numberText(x0 + share * (x1 - x0)),
      ),
    ),
    text(width / 2, height - 6, "middle", axis),
    `<path d="M${left} ${top}V${height - bottom}H${width - right}" fill="none" stroke="${escaped(palette.quiet)}"/>`,
    `<g clip-path="url(#plot)">${drawn.join("")}</g>`,
    ...faults,
    ...key,
    "</svg>",
    "",
  ].join("\n");
}

function rangeOf(values: readonly number[]): readonly [number, number] {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  if (high > low) return [low, high];
  return Number.isFinite(low) ? [low - 0.5, high + 0.5] : [0, 1];
}

function pathOf({ x, y }: Curve, toX: (x: number) => number, toY: (y: number) => number): string {
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
const escaped = (text: string): string => text.replace(/[<>&"]/g, (sign) => entities[sign]);
