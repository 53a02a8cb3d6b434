import type { Field } from "./configField";
import { expectedOf } from "./fieldValue";
import { configBlocks, configFormatVersion, rootFields } from "./runConfig";
import type { JsonValue } from "./trainerEvents";

/** The JSON schema (draft 7) of rlhf.json, for editors: every description says what a setting does, its range and the paper's value. */
export function jsonSchema(): { readonly [key: string]: JsonValue } {
  const blocks = Object.entries(configBlocks).map(([name, fields]): [string, JsonValue] => [
    name,
    { ...objectSchema(propertiesOf(fields)), defaultSnippets: [snippetOf(fields)] },
  ]);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "RLHF Workbench project",
    ...objectSchema({
      $schema: { type: "string" },
      formatVersion: {
        type: "integer",
        minimum: 1,
        maximum: configFormatVersion,
        default: configFormatVersion,
        description: "Version of this file's format.",
      },
      ...propertiesOf(rootFields),
      ...Object.fromEntries(blocks),
    }),
  };
}

type Properties = { readonly [key: string]: JsonValue };

function objectSchema(properties: Properties): Properties {
  return { type: "object", additionalProperties: false, properties };
}

function propertiesOf(fields: Readonly<Record<string, Field>>): Properties {
  return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, fieldSchema(field)]));
}

function fieldSchema(field: Field): JsonValue {
  return {
    ...valueSchema(field),
    default: field.default,
    description: describe(field),
    markdownDescription: describeInMarkdown(field),
  };
}

const snippetSettings = 4;

/** What completion offers for a whole block: its first settings, which are the ones most often changed, at their defaults. */
function snippetOf(fields: Readonly<Record<string, Field>>): JsonValue {
  const first = Object.entries(fields).slice(0, snippetSettings);
  return {
    label: "{ … }",
    description: `${first.map(([key]) => key).join(", ")}, at their defaults`,
    body: Object.fromEntries(first.map(([key, field]) => [key, field.default])),
  };
}

function valueSchema(field: Field): Properties {
  switch (field.type) {
    case "integer":
    case "number":
      return { type: field.type, minimum: field.min, maximum: field.max };
    case "flag":
      return { type: "boolean" };
    case "choice":
      return { type: "string", enum: field.choices };
    case "text":
      return { type: "string" };
    case "list":
      return { type: "array", items: { type: "string" } };
  }
}

/** The text of a setting's hover: what it does, what it takes, and the paper's value. */
function describe(field: Field): string {
  const expected = expectedOf(field);
  return `${field.doc} Takes ${expected}. Paper: ${field.paper}.`;
}

/** The same for editors that render Markdown: a line each for what it does, what it takes, its default, and the paper. */
function describeInMarkdown(field: Field): string {
  const shownDefault = `\`${JSON.stringify(field.default)}\``;
  return [
    escapeMarkdown(field.doc),
    `**Takes** ${escapeMarkdown(expectedOf(field))} · **Default** ${shownDefault}`,
    `**Paper** ${escapeMarkdown(field.paper)}`,
  ].join("\n\n");
}

/** Texts of the catalogue are plain: nothing in them is meant as markup. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|~]/g, "\\$&");
}
