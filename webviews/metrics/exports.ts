import type { MetricsAction } from "../../extension/protocol/metricsMessages";
import type { Chart } from "./chart";
import { unionOf, type Line } from "./lines";
import { chartSvg } from "./svg";

/** Gives a chart to the host as a file: the picture as drawn, the same as lines, or its values. */
export function exportChart(
  chart: Chart,
  kind: "png" | "svg" | "csv",
  send: (action: MetricsAction) => void,
): void {
  const drawing = chart.drawing();
  const canvas = chart.canvas();
  if (drawing === null || canvas === null) return;
  const { name } = chart;
  switch (kind) {
    case "png":
      return send({ type: "save", name, kind, content: pictureOf(canvas, drawing.palette.background) });
    case "svg":
      return send({ type: "save", name, kind, content: chartSvg(drawing) });
    case "csv":
      return send({ type: "save", name, kind, content: csvOf(drawing.axis, drawing.lines) });
  }
}

/** The canvas alone is transparent: on another page its text would be lost. */
function pictureOf(canvas: HTMLCanvasElement, background: string): string {
  const copy = document.createElement("canvas");
  copy.width = canvas.width;
  copy.height = canvas.height;
  const context = copy.getContext("2d");
  if (context === null) return canvas.toDataURL("image/png");
  context.fillStyle = background;
  context.fillRect(0, 0, copy.width, copy.height);
  context.drawImage(canvas, 0, 0);
  return copy.toDataURL("image/png");
}

/** All values of a chart's lines, a column each (RFC 4180); empty where a line has none. */
export function csvOf(axis: string, lines: readonly Pick<Line, "label" | "role" | "x" | "y">[]): string {
  const x = unionOf(lines.map((line) => line.x));
  const columns = lines.map((line) => {
    const cells = new Array<string>(x.length).fill("");
    let at = 0;
    for (let i = 0; i < line.x.length; i++) {
      while (x[at] < line.x[i]) at++;
      cells[at] = String(line.y[i]);
    }
    return cells;
  });
  const names = lines.map(({ label, role }) => (role === "values" ? label : `${label} ${role}`));
  const rows = [...x].map((place, i) => [String(place), ...columns.map((cells) => cells[i])]);
  return [[axis, ...names], ...rows].map((cells) => `${cells.map(csvCell).join(",")}\r\n`).join("");
}

const csvCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
