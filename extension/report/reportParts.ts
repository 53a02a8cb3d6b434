import type { LineChart } from "../charts/lineSvg";
import type { Say } from "../protocol/fieldValue";

// A report as what it says, before it is Markdown or HTML. Its texts may hold anything that files and models hold: whoever writes it escapes them.

export interface Report {
  readonly title: string;
  readonly sections: readonly Section[];
}

export interface Section {
  readonly title: string;
  readonly blocks: readonly Block[];
  readonly sections?: readonly Section[];
}

export type Block =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly string[] }
  | TableBlock
  | ChartBlock
  | SampleBlock;

export interface TableBlock {
  readonly kind: "table";
  readonly head: readonly string[];
  /** The first cell names its row. */
  readonly rows: readonly (readonly string[])[];
  /** The words on a fold that it is behind, where it is long and few want it. */
  readonly fold?: string;
}

/** A chart with what it says in words, and the table that says the same. */
export interface ChartBlock {
  readonly kind: "chart";
  readonly chart: Omit<LineChart, "id" | "colors" | "style" | "description">;
  readonly description: string;
  readonly table: Omit<TableBlock, "kind"> & { readonly fold: string };
}

/** A prompt and how it was answered. */
export interface SampleBlock {
  readonly kind: "sample";
  readonly prompt: string;
  readonly answers: readonly { readonly by: string; readonly text: string }[];
}

/** How a report speaks. */
export interface Words {
  readonly t: Say;
  /** A finished English sentence of another process in the reader's language. */
  readonly problem: (message: string) => string;
  /** As HTML names languages: "en". */
  readonly language: string;
}

export const text = (words: string): Block => ({ kind: "text", text: words });

/** A table; null, which `blocksOf` leaves out, where there are no rows. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  fold?: string,
): TableBlock | null {
  return rows.length === 0 ? null : { kind: "table", head, rows, ...(fold !== undefined && { fold }) };
}

/** A section of the parts that are there; none where there are none. */
export function section(
  title: string,
  blocks: readonly (Block | null)[],
  sections: readonly Section[] = [],
): Section[] {
  const there = blocks.filter((block) => block !== null);
  return there.length === 0 && sections.length === 0 ? [] : [{ title, blocks: there, sections }];
}
