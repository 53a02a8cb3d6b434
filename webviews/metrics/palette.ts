import type { Palette } from "./drawing";

const lineColors = ["blue", "orange", "green", "purple", "foreground"];

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const foreground = style.getPropertyValue("--vscode-foreground").trim() || "CanvasText";
  const color = (...names: readonly string[]): string =>
    names.map((name) => style.getPropertyValue(`--vscode-${name}`).trim()).find((value) => value !== "") ??
    foreground;
  return {
    lines: lineColors.map((name) => color(`charts-${name}`)),
    text: foreground,
    quiet: color("descriptionForeground"),
    grid: color("charts-lines", "widget-border", "contrastBorder"),
    fault: color("charts-red", "errorForeground"),
    mark: color("charts-yellow", "editorWarning-foreground"),
    background: color("editor-background"),
  };
}
