import { lineSvg } from "../charts/lineSvg";
import { markdownTable, markdownText } from "../data/markdown";
import type { Block, ChartBlock, Report, SampleBlock, Section, Words } from "./reportParts";
import { chartColors, chartStyle } from "./reportStyle";

/** A chart as a picture of its own. */
export interface ReportImage {
  /** Plain ASCII, another for each chart of a report. */
  readonly name: string;
  readonly svg: string;
}

/** Where a picture is found from the report. */
export type ImageAddress = (image: ReportImage) => string;

/** The picture itself as its address, for a preview of a text that is no file: VS Code shows it, GitHub does not. */
export const inlineImage: ImageAddress = ({ svg }) =>
  `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;

/** The report as Markdown; whatever comes out of files or models is text in it. */
export function reportMarkdown({ title, sections }: Report, { t }: Words, addressOf: ImageAddress): string {
  let charts = 0;
  const numberOf = (): number => ++charts;
  const parts = sections.map((section) => sectionMarkdown(section, 2, { t, addressOf, numberOf }));
  return `${[`# ${markdownText(title)}`, ...parts].join("\n\n")}\n`;
}

interface Ports {
  readonly t: Words["t"];
  readonly addressOf: ImageAddress;
  readonly numberOf: () => number;
}

function sectionMarkdown({ title, blocks, sections = [] }: Section, level: number, ports: Ports): string {
  return [
    `${"#".repeat(Math.min(level, 6))} ${markdownText(title)}`,
    ...blocks.map((block) => blockMarkdown(block, ports)),
    ...sections.map((inner) => sectionMarkdown(inner, level + 1, ports)),
  ].join("\n\n");
}

function blockMarkdown(block: Block, ports: Ports): string {
  switch (block.kind) {
    case "text":
      return markdownText(block.text);
    case "list":
      return block.items.map((item) => `- ${markdownText(item)}`).join("\n");
    case "table": {
      const table = markdownTable(block.head, block.rows);
      if (block.fold === undefined) return table;
      return `<details><summary>${markdownText(block.fold)}</summary>\n\n${table}\n\n</details>`;
    }
    case "chart":
      return chartMarkdown(block, ports);
    case "sample":
      return sampleMarkdown(block, ports);
  }
}

/** A picture and what it says; its numbers stand in the table of metrics. */
function chartMarkdown({ chart, description }: ChartBlock, { addressOf, numberOf }: Ports): string {
  const svg = lineSvg({ ...chart, id: "chart", description, colors: chartColors, style: chartStyle });
  const words = chart.title.replace(/[^A-Za-z0-9]+/g, "-").replace(/^-|-$/g, "");
  const name = [String(numberOf()).padStart(2, "0"), words].filter((part) => part !== "").join("-");
  return `![${plain(chart.title)}](${addressOf({ name: `${name}.svg`, svg })})\n\n${markdownText(description)}`;
}

/** Words for a screen reader. Where they hold entities, markdown-it, which VS Code shows Markdown by, leaves these out: so nothing is left to escape. */
const plain = (title: string): string => title.replace(/[\\`*_[\]<>&!~\s]+/g, " ");

function sampleMarkdown({ prompt, answers }: SampleBlock, { t }: Ports): string {
  return markdownTable(
    [t("prompt"), prompt],
    answers.map(({ by, text }) => [by, text === "" ? "–" : text]),
  );
}
