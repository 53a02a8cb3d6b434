import { createHash } from "node:crypto";
import { lineSvg } from "../charts/lineSvg";
import type { Block, ChartBlock, Report, SampleBlock, Section, TableBlock, Words } from "./reportParts";
import { chartColors, pageStyle } from "./reportStyle";

/**
 * The report as one file of HTML: no script, nothing from elsewhere, and a policy that holds the browser to both. Whatever comes out of files or
 * models is text in it.
 */
export function reportHtml({ title, sections }: Report, { t, language }: Words): string {
  const sum = createHash("sha256").update(pageStyle).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${sum}'; base-uri 'none'; form-action 'none'`;
  const links = sections.map((section, i) => `<li><a href="#s${i + 1}">${escaped(section.title)}</a></li>`);
  return [
    "<!DOCTYPE html>",
    `<html lang="${escaped(language)}">`,
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${escaped(title)}</title>`,
    `<style>${pageStyle}</style>`,
    "</head>",
    "<body>",
    "<main>",
    `<h1>${escaped(title)}</h1>`,
    `<nav aria-label="${escaped(t("Contents"))}"><ul>${links.join("")}</ul></nav>`,
    ...sections.map((section, i) => sectionHtml(section, 2, `s${i + 1}`, t)),
    "</main>",
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

function sectionHtml(section: Section, level: number, id: string, t: Words["t"]): string {
  const { title, blocks, sections = [] } = section;
  const heading = `h${Math.min(level, 6)}`;
  return [
    `<section aria-labelledby="${id}">`,
    `<${heading} id="${id}">${escaped(title)}</${heading}>`,
    ...blocks.map((block, i) => blockHtml(block, `${id}b${i + 1}`, title, t)),
    ...sections.map((inner, i) => sectionHtml(inner, level + 1, `${id}-${i + 1}`, t)),
    "</section>",
  ].join("\n");
}

function blockHtml(block: Block, id: string, title: string, t: Words["t"]): string {
  switch (block.kind) {
    case "text":
      return `<p>${escaped(block.text)}</p>`;
    case "list":
      return `<ul>${block.items.map((item) => `<li>${escaped(item)}</li>`).join("")}</ul>`;
    case "table":
      return tableHtml(block, title);
    case "chart":
      return chartHtml(block, id);
    case "sample":
      return sampleHtml(block, t);
  }
}

/** A table scrolls by itself where it is wider than the page, with the keyboard too. */
function tableHtml({ head, rows, fold }: Omit<TableBlock, "kind">, title: string): string {
  const columns = head.map((text) => (text === "" ? "<td></td>" : `<th scope="col">${escaped(text)}</th>`));
  const body = rows.map(([first, ...cells]) => {
    const others = cells.map((cell) => `<td>${escaped(cell)}</td>`);
    return `<tr><th scope="row">${escaped(first)}</th>${others.join("")}</tr>`;
  });
  const label = escaped(fold ?? `${title}: ${head.filter((text) => text !== "").join(", ")}`);
  const table = `<div class="wide" role="group" aria-label="${label}" tabindex="0"><table><thead><tr>${columns.join("")}</tr></thead><tbody>\n${body.join("\n")}\n</tbody></table></div>`;
  return fold === undefined ? table : `<details><summary>${label}</summary>${table}</details>`;
}

function chartHtml({ chart, description, table }: ChartBlock, id: string): string {
  const picture = lineSvg({ ...chart, id, description, colors: chartColors });
  return `<figure>\n${picture}<figcaption>${escaped(description)}</figcaption>\n${tableHtml(table, chart.title)}\n</figure>`;
}

function sampleHtml({ prompt, answers }: SampleBlock, t: Words["t"]): string {
  const parts = [{ by: t("prompt"), text: prompt }, ...answers].map(
    ({ by, text }) => `<dt>${escaped(by)}</dt><dd>${escaped(text === "" ? "–" : text)}</dd>`,
  );
  return `<dl>${parts.join("")}</dl>`;
}

const entities: Readonly<Record<string, string>> = {
  ...{ "<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;", "'": "&#39;" },
};
/** Control characters other than white space are no text of HTML; those that turn the direction round would turn what stands beside them too. */
const escaped = (text: string): string =>
  text
    .replace(/[<>&"']/g, (sign) => entities[sign])
    .replace(/[^\P{Cc}\t\n\r]|\p{Cs}|[\u202a-\u202e]/gu, "\ufffd");
