import type { Field } from "./configField";
import { expectedOf, inEnglish, type Say } from "./fieldValue";
import { configBlocks, configFormatVersion, rootFields } from "./runConfig";
import type { JsonValue } from "./trainerEvents";

/** The JSON schema (draft 7) of rlhf.json, for editors: every description says what a setting does, its range and the paper's value. */
export function jsonSchema(say: Say = inEnglish): { readonly [key: string]: JsonValue } {
  const blocks = Object.entries(configBlocks).map(([name, fields]): [string, JsonValue] => [
    name,
    { ...objectSchema(propertiesOf(fields, say)), defaultSnippets: [snippetOf(fields, say)] },
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
        description: say("Version of this file's format."),
      },
      ...propertiesOf(rootFields, say),
      ...Object.fromEntries(blocks),
    }),
  };
}

type Properties = { readonly [key: string]: JsonValue };

function objectSchema(properties: Properties): Properties {
  return { type: "object", additionalProperties: false, properties };
}

function propertiesOf(fields: Readonly<Record<string, Field>>, say: Say): Properties {
  return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, fieldSchema(field, say)]));
}

function fieldSchema(field: Field, say: Say): JsonValue {
  return {
    ...valueSchema(field),
    default: field.default,
    description: describe(field, say),
    markdownDescription: describeInMarkdown(field, say),
  };
}

const snippetSettings = 4;

/** What completion offers for a whole block: its first settings, which are the ones most often changed, at their defaults. */
function snippetOf(fields: Readonly<Record<string, Field>>, say: Say): JsonValue {
  const first = Object.entries(fields).slice(0, snippetSettings);
  return {
    label: "{ … }",
    description: say("{0}, at their defaults", first.map(([key]) => key).join(", ")),
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
function describe(field: Field, say: Say): string {
  return say("{0} Takes {1}. Paper: {2}.", say(field.doc), expectedOf(field, say), say(field.paper));
}

/** The same for editors that render Markdown: a line each for what it does, what it takes, its default, and the paper. */
function describeInMarkdown(field: Field, say: Say): string {
  const shownDefault = `\`${JSON.stringify(field.default)}\``;
  return [
    escapeMarkdown(say(field.doc)),
    say("**Takes** {0} · **Default** {1}", escapeMarkdown(expectedOf(field, say)), shownDefault),
    say("**Paper** {0}", escapeMarkdown(say(field.paper))),
  ].join("\n\n");
}

/** Texts of the catalogue are plain: nothing in them is meant as markup. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|~]/g, "\\$&");
}

/** For the build, which makes a schema a language out of this one module. */
export { inEnglish };
