import type { MetricsAction } from "../../extension/protocol/metricsMessages";
import type { Chart } from "./chart";
import { csvOf } from "./csv";
import { chartSvg } from "./svg";

/** Gives a chart to the host as a file: the picture as drawn, the same as lines, or its values. */
export function exportChart(
  chart: Pick<Chart, "name" | "drawing" | "canvas">,
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
