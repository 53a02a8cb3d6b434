import type { Say } from "../protocol/fieldValue";

/** Where an item stands. */
export interface ItemPlace {
  readonly batch: string;
  readonly itemId: string;
}

/** A part of a report. Its texts may hold anything that files hold, so whoever shows them escapes them. */
export interface ReportSection {
  readonly title: string;
  readonly table?: {
    readonly head: readonly string[];
    readonly rows: readonly (readonly string[])[];
    /** The items that the rows are about, where they are about items. */
    readonly items?: readonly ItemPlace[];
  };
  readonly lines: readonly string[];
}

export const orDash = (text: string): string => (text === "" ? "–" : text);

export function percent(share: number | null): string {
  return share === null ? "–" : `${(100 * share).toFixed(1)} %`;
}

export function digits(value: number | null): string {
  return value === null ? "–" : value.toFixed(2).replace(/^-(?=[0.]+$)/, "");
}

export function seconds(value: number | null, t: Say): string {
  return value === null ? "–" : t("{0} s", value.toFixed(value < 10 ? 1 : 0));
}
