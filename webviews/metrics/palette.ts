/** What the charts are drawn in: the theme's own colours, read again when the theme changes, because a canvas knows no variables. */
export interface Palette {
  readonly lines: readonly string[];
  readonly text: string;
  readonly quiet: string;
  readonly grid: string;
  readonly fault: string;
  readonly mark: string;
  readonly background: string;
}

const lineColors = ["blue", "orange", "green", "purple", "foreground"];

/** Beside the colours, so that lines are told apart without them; another number of patterns makes more pairs of both. */
export const dashes: readonly (readonly number[])[] = [[], [8, 4], [2, 3], [10, 3, 2, 3]];

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

export const colorOf = (palette: Palette, slot: number): string => palette.lines[slot % palette.lines.length];
export const dashOf = (slot: number): readonly number[] => dashes[slot % dashes.length];
