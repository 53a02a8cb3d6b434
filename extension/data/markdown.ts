/** A text of unknown origin for Markdown that shows it as it is: no markup, no links, no line breaks, nothing that turns the text beside it round. */
export function markdownText(text: string): string {
  return text
    .replace(/[\\`*_{}[\]()#+\-.!~|<>&$:@/]/g, (mark) => `&#${mark.charCodeAt(0)};`)
    .replace(/[\u202a-\u202e]/g, "\ufffd")
    .replace(/\s+/g, " ")
    .trim();
}

/** A table of texts of unknown origin, whose first cells may be links; a dash where there are no rows. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  links: readonly string[] = [],
): string {
  if (rows.length === 0) return "–";
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const body = rows.map((row, i) => {
    const [first, ...others] = row.map(markdownText);
    return line([links[i] === undefined ? first : `[${first}](${linkTarget(links[i])})`, ...others]);
  });
  return [line(head.map(markdownText)), line(head.map(() => "---")), ...body].join("\n");
}

/** An address between the round brackets of a link: nothing in it ends them, a cell or the line. */
function linkTarget(address: string): string {
  return address.replace(/[()<>|\\\s]/g, (mark) => `%${mark.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
