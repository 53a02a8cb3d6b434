/** A text of unknown origin for Markdown that shows it as it is: no markup, no links, no line breaks. */
export function markdownText(text: string): string {
  return text
    .replace(/[\\`*_{}[\]()#+\-.!~|<>&$:@/]/g, (mark) => `&#${mark.charCodeAt(0)};`)
    .replace(/\s+/g, " ")
    .trim();
}
