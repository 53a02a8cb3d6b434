import type { Palette } from "./drawing";

// Without charts-orange, which the editor takes from a highlight that one looks through. Red is for values that are not finite.
const lineColors = ["blue", "green", "purple", "yellow", "foreground"];

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const foreground = style.getPropertyValue("--vscode-foreground").trim() || "CanvasText";
  const color = (...names: readonly string[]): string =>
    names.map((name) => style.getPropertyValue(`--vscode-${name}`).trim()).find((value) => value !== "") ??
    foreground;
  const quiet = color("descriptionForeground");
  return {
    lines: lineColors.map((name) => color(`charts-${name}`)),
    text: foreground,
    quiet,
    grid: color("charts-lines", "widget-border", "contrastBorder"),
    fault: color("charts-red", "errorForeground"),
    mark: quiet,
    background: color("editor-background"),
  };
}
