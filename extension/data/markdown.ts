/** A text of unknown origin for Markdown that shows it as it is: no markup, no links, no line breaks. */
export function markdownText(text: string): string {
  return text
    .replace(/[\\`*_{}[\]()#+\-.!~|<>&$:@/]/g, (mark) => `&#${mark.charCodeAt(0)};`)
    .replace(/\s+/g, " ")
    .trim();
}

/** A table of texts of unknown origin; a dash where there are no rows. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "–";
  const line = (cells: readonly string[]): string => `| ${cells.map(markdownText).join(" | ")} |`;
  return [line(head), `| ${head.map(() => "---").join(" | ")} |`, ...rows.map(line)].join("\n");
}
