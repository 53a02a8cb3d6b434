import { lineSvg } from "../../extension/charts/lineSvg";
import { isScatter } from "../../extension/charts/series";
import type { Drawing } from "./drawing";
import { faultsOf, isBeside } from "./lines";

/** A drawing as SVG, with what its canvas shows. */
export function chartSvg(drawing: Drawing): string {
  const { name, axis, isLog, x, y, marks, palette } = drawing;
  const lines = drawing.lines.filter(({ role }) => !isBeside(role));
  return lineSvg({
    ...{ id: "chart", title: name, xLabel: axis, x, y, isLog, colors: palette, faults: faultsOf(lines) },
    marks: marks.map((mark) => mark.x),
    lines: lines.map(({ role, ...line }) => {
      const isFaint = role === "raw" || role === "low" || role === "high";
      const look = isScatter(axis) && role !== "curve" ? "dots" : isFaint ? "faint" : "line";
      return { ...line, look, isNamed: !isFaint };
    }),
  });
}
