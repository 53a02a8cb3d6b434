import type { Field } from "./configField";
import { expectedOf } from "./fieldValue";
import { configBlocks, rootFields } from "./runConfig";

/** Every setting of rlhf.json in Markdown: one table for the root and one for each block. */
export function configMarkdown(): string {
  const blocks = Object.entries(configBlocks).map(([name, fields]) => section(name, fields));
  return [section("At the root", rootFields), ...blocks].join("\n");
}

function section(title: string, fields: Readonly<Record<string, Field>>): string {
  const rows = Object.entries(fields).map(([key, field]) => row(key, field));
  return [
    `## ${title}`,
    "",
    "| Setting | Default | Takes | Meaning | The paper |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

function row(key: string, field: Field): string {
  const cells = [`\`${key}\``, shownDefault(field), expectedOf(field), field.doc, field.paper];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
}

function shownDefault(field: Field): string {
  if (field.type === "text" && field.default === "") return "none";
  return `\`${field.type === "list" ? JSON.stringify(field.default) : String(field.default)}\``;
}
