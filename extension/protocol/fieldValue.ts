import type { Field } from "./configField";
import { nearestWord } from "./nearest";

export type FieldValue = number | boolean | string | readonly string[];

/** A setting by its full name, "seed" or "ppo.klCoef", and a value its field takes. */
export interface Setting {
  readonly path: string;
  readonly value: FieldValue;
}

/** What a field takes, in words: "a whole number from 1 to 64 (tokens)". */
export function expectedOf(field: Field, say: Say = inEnglish): string {
  const { unit } = field;
  switch (field.type) {
    case "integer":
      return unit === undefined
        ? say("a whole number from {0} to {1}", field.min, field.max)
        : say("a whole number from {0} to {1} ({2})", field.min, field.max, say(unit));
    case "number":
      return unit === undefined
        ? say("a number from {0} to {1}", field.min, field.max)
        : say("a number from {0} to {1} ({2})", field.min, field.max, say(unit));
    case "flag":
      return say("true or false");
    case "choice":
      return say("one of {0}", field.choices.join(", "));
    case "text":
      return say("text");
    case "list":
      return say("a list of texts");
  }
}

/** A text in a person's language; {0}, {1}… take the values. */
export type Say = (text: string, ...values: readonly (string | number)[]) => string;

export const inEnglish: Say = (text, ...values) =>
  text.replace(/\{(\d)\}/g, (_, place: string) => String(values[Number(place)]));

/** Whether a value of unknown origin is one the field takes. */
export function accepts(field: Field, value: unknown): value is FieldValue {
  switch (field.type) {
    case "integer":
      return Number.isSafeInteger(value) && inRange(field, value);
    case "number":
      return inRange(field, value);
    case "flag":
      return typeof value === "boolean";
    case "choice":
      return typeof value === "string" && field.choices.includes(value);
    case "text":
      return typeof value === "string";
    case "list":
      return Array.isArray(value) && value.every((item) => typeof item === "string");
  }
}

function inRange(bounds: { readonly min: number; readonly max: number }, value: unknown): boolean {
  return typeof value === "number" && value >= bounds.min && value <= bounds.max;
}

/**
 * The value a person most likely meant by one that the field refuses: the nearest in range, the nearest word, the number in a text.
 * Null where nothing suggests itself.
 */
export function nearestValue(field: Field, value: unknown): FieldValue | null {
  const meant = typeof value === "string" ? valueOfText(field, value) : value;
  const candidate = nearestOf(field, meant);
  return accepts(field, candidate) ? candidate : null;
}

function nearestOf(field: Field, value: unknown): unknown {
  switch (field.type) {
    case "integer":
    case "number": {
      if (typeof value !== "number") return null;
      const inside = Math.min(Math.max(value, field.min), field.max);
      return field.type === "integer" ? Math.round(inside) : inside;
    }
    case "choice":
      return typeof value === "string" ? nearestWord(value, field.choices) : null;
    case "list":
      return typeof value === "string" ? [value] : value;
    case "flag":
    case "text":
      return value;
  }
}

/**
 * The value that a text of the command line stands for, not yet checked: a number, true or false, the text itself; a list is either JSON
 * or texts with commas between them.
 */
export function valueOfText(field: Field, text: string): unknown {
  switch (field.type) {
    case "integer":
    case "number":
      return text.trim() === "" ? text : numberOrText(text);
    case "flag":
      return text === "true" ? true : text === "false" ? false : text;
    case "choice":
    case "text":
      return text;
    case "list":
      return listOfText(text);
  }
}

function numberOrText(text: string): number | string {
  const value = Number(text);
  return Number.isNaN(value) ? text : value;
}

function listOfText(text: string): unknown {
  if (!text.trim().startsWith("[")) return text === "" ? [] : text.split(",").map((item) => item.trim());
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
