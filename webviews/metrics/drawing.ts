import type { XAxis } from "../../extension/protocol/metricsMessages";
import type { Line } from "./lines";
import type { Range } from "./state";

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

export const colorOf = (palette: Palette, slot: number): string => palette.lines[slot % palette.lines.length];

/** A vertical mark at a place of the axis: a live change of a setting, a pinned note, or where to stop. */
export interface Mark {
  readonly x: number;
  readonly kind: "change" | "pin" | "stop";
}

/** All that a drawing of a chart depends on. */
export interface Drawing {
  readonly name: string;
  readonly lines: readonly Line[];
  readonly axis: XAxis;
  /** Asked for and possible: every drawn value is above 0. */
  readonly isLog: boolean;
  readonly ignoreOutliers: boolean;
  readonly x: Range | null;
  readonly y: Range | null;
  readonly marks: readonly Mark[];
  readonly palette: Palette;
}
