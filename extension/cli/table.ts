import { padTo, textWidth } from "./bar";

/** Rows under a head, columns as wide as their widest cell, two blanks between them. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => textWidth(row[column]))));
  return all
    .map((row) =>
      row
        .map((cell, i) => padTo(cell, widths[i]))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Names and values below a title, values in line. */
export function section(title: string, pairs: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(0, ...pairs.map(([name]) => textWidth(name)));
  return [title, ...pairs.map(([name, value]) => `  ${padTo(name, width)}  ${value}`.trimEnd())].join("\n");
}

/** A number for a person: whole ones as they are, others with four digits. */
export function shownNumber(value: number): string {
  return Number.isSafeInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}
