import { jsonFault } from "./jsonFault";
import { Problem, isProblem } from "./problem";

/**
 * The one codec for files and sockets: JSON in which non-finite numbers are the strings "NaN", "Infinity" and "-Infinity".
 * Those strings are read as numbers only where a decoder expects a number, so the text "NaN" of a response stays text.
 * Decoders describe a shape once; its TypeScript type is derived with `Decoded`.
 */

/** JSON text of a value: every number reads back to the same bits (−0 too), properties that are undefined are left out. */
export function encodeJson(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "number") return encodeNumber(value);
  if (typeof value === "string" || typeof value === "boolean") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(encodeJson).join(",")}]`;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return `[${Array.from(value as Float32Array, encodeNumber).join(",")}]`;
  if (typeof value === "object") {
    const pairs = Object.entries(value).filter(([, inner]) => inner !== undefined);
    return `{${pairs.map(([key, inner]) => `${JSON.stringify(key)}:${encodeJson(inner)}`).join(",")}}`;
  }
  throw new Error(`only JSON values can be encoded, got a ${typeof value}`);
}

function encodeNumber(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? "-0" : String(value);
  return `"${value}"`;
}

/** Any value out of JSON text. `where` names the file or line in the sentence, which says at which column, and line where there are several. */
export function parseJson(text: string, where: string): { readonly json: unknown } | Problem {
  try {
    return { json: JSON.parse(text) as unknown };
  } catch {
    return new Problem("malformed", `${where} is not valid JSON${placeOfFault(text)}.`);
  }
}

/** Where and why a text is no JSON, as the end of a sentence. */
export function placeOfFault(text: string): string {
  const fault = jsonFault(text);
  if (fault === null) return "";
  const { line, column, found } = fault;
  return text.trim().includes("\n")
    ? ` at line ${line}, column ${column}: ${found}`
    : ` at column ${column}: ${found}`;
}

/** A checked value out of JSON text; unknown properties are dropped. */
export function decodeText<T>(decoder: Decoder<T>, text: string, where: string): T | Problem {
  const parsed = parseJson(text, where);
  return isProblem(parsed) ? parsed : decoder(parsed.json, { where, path: "" });
}

/**
 * The same of a file with a "formatVersion": a format newer than `newest`, the newest known, is named before its content can confuse anyone.
 */
export function decodeVersioned<T>(
  decoder: Decoder<T>,
  newest: number,
  text: string,
  where: string,
): T | Problem {
  const parsed = parseJson(text, where);
  if (isProblem(parsed)) return parsed;
  const version = isObject(parsed.json) ? parsed.json.formatVersion : undefined;
  if (typeof version === "number" && version > newest)
    return new Problem(
      "newerFormat",
      `${where} has format ${version}, newer than ${newest}, the newest that this version of RLHF Workbench knows: update it.`,
    );
  return decoder(parsed.json, { where, path: "" });
}

/** Where a value stands: a file, line or message, and the path inside it. */
export interface Place {
  readonly where: string;
  readonly path: string;
}

export type Decoder<T> = (value: unknown, place: Place) => T | Problem;
export type Decoded<D> = D extends Decoder<infer T> ? T : never;

/** The sentence of a value that is not what its decoder expected. */
export function unexpected(expected: string, value: unknown, place: Place): Problem {
  const field = place.path === "" ? "the value" : `"${place.path}"`;
  return new Problem("malformed", `${place.where}: ${field} must be ${expected}, but is ${shown(value)}.`);
}

function shown(value: unknown): string {
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  // Messages of web pages may hold values that JSON has not, such as 1n.
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

const inside = (place: Place, key: string): Place => ({
  where: place.where,
  path: place.path === "" ? key : key.startsWith("[") ? place.path + key : `${place.path}.${key}`,
});

export const string: Decoder<string> = (value, place) =>
  typeof value === "string" ? value : unexpected("text", value, place);

export const boolean: Decoder<boolean> = (value, place) =>
  typeof value === "boolean" ? value : unexpected("true or false", value, place);

const nonFinite: Readonly<Record<string, number>> = { NaN: NaN, Infinity: Infinity, "-Infinity": -Infinity };

/** A number, which may be "NaN", "Infinity" or "-Infinity". */
export const anyNumber: Decoder<number> = (value, place) => {
  if (typeof value === "number") return value;
  if (typeof value === "string" && Object.hasOwn(nonFinite, value)) return nonFinite[value];
  return unexpected("a number", value, place);
};

export const finiteNumber: Decoder<number> = (value, place) =>
  typeof value === "number" && Number.isFinite(value) ? value : unexpected("a finite number", value, place);

/** A whole number from `min` to `max`. */
export function integerFrom(min: number, max = Number.MAX_SAFE_INTEGER): Decoder<number> {
  const expected =
    max === Number.MAX_SAFE_INTEGER
      ? `a whole number of at least ${min}`
      : `a whole number from ${min} to ${max}`;
  return (value, place) =>
    typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max
      ? value
      : unexpected(expected, value, place);
}

/** A text that matches a pattern, described in words. */
export function matching(pattern: RegExp, expected: string): Decoder<string> {
  return (value, place) =>
    typeof value === "string" && pattern.test(value) ? value : unexpected(expected, value, place);
}

export function oneOf<const C extends readonly string[]>(choices: C): Decoder<C[number]> {
  return (value, place) =>
    typeof value === "string" && choices.includes(value)
      ? value
      : unexpected(`one of ${choices.join(", ")}`, value, place);
}

/** The value, or null where it is null or absent. */
export function nullable<T>(decoder: Decoder<T>): Decoder<T | null> {
  return (value, place) => (value === null || value === undefined ? null : decoder(value, place));
}

/** The value, or `fallback` where it is absent. */
export function withDefault<T>(decoder: Decoder<T>, fallback: T): Decoder<T> {
  return (value, place) => (value === undefined ? fallback : decoder(value, place));
}

export function listOf<T>(decoder: Decoder<T>): Decoder<readonly T[]> {
  return (value, place) => {
    if (!Array.isArray(value)) return unexpected("a list", value, place);
    const items: T[] = [];
    for (let i = 0; i < value.length; i++) {
      const item = decoder(value[i], inside(place, `[${i}]`));
      if (isProblem(item)) return item;
      items.push(item);
    }
    return items;
  };
}

/** A column of numbers: as it is when it came by structured cloning, from a list when it came as JSON. */
export const numberColumn: Decoder<Float64Array> = (value, place) => {
  if (value instanceof Float64Array) return value;
  const numbers = listOf(anyNumber)(value, place);
  return isProblem(numbers) ? numbers : Float64Array.from(numbers);
};

/** An object whose keys are free and whose values are alike. */
export function recordOf<T>(decoder: Decoder<T>): Decoder<Readonly<Record<string, T>>> {
  return (value, place) => {
    if (!isObject(value)) return unexpected("an object", value, place);
    const entries: [string, T][] = [];
    for (const [key, inner] of Object.entries(value)) {
      const item = decoder(inner, inside(place, key));
      if (isProblem(item)) return item;
      entries.push([key, item]);
    }
    return Object.fromEntries(entries);
  };
}

type Fields = Readonly<Record<string, Decoder<unknown>>>;
export type FieldsOf<F extends Fields> = { readonly [K in keyof F]: Decoded<F[K]> };

/** An object with these fields; others are dropped, so that a file may say more than this version knows. */
export function object<F extends Fields>(fields: F): Decoder<FieldsOf<F>> {
  return (value, place) => {
    if (!isObject(value)) return unexpected("an object", value, place);
    const entries: [string, unknown][] = [];
    for (const [key, decoder] of Object.entries(fields)) {
      const own = Object.hasOwn(value, key) ? value[key] : undefined;
      const item = decoder(own, inside(place, key));
      if (isProblem(item)) return item;
      entries.push([key, item]);
    }
    return Object.fromEntries(entries) as FieldsOf<F>;
  };
}

/** An object whose `type` says which of the shapes it has. */
export function union<U extends Readonly<Record<string, Fields>>>(
  shapes: U,
): Decoder<{ readonly [K in keyof U]: { readonly type: K } & FieldsOf<U[K]> }[keyof U]> {
  type Value = { readonly [K in keyof U]: { readonly type: K } & FieldsOf<U[K]> }[keyof U];
  const decoders = Object.fromEntries(Object.entries(shapes).map(([key, fields]) => [key, object(fields)]));
  const typeField = oneOf(Object.keys(shapes));
  return (value, place) => {
    if (!isObject(value)) return unexpected("an object", value, place);
    const type = typeField(value.type, inside(place, "type"));
    if (isProblem(type)) return type;
    const rest = decoders[type](value, place);
    return isProblem(rest) ? rest : ({ type, ...(rest as object) } as Value);
  };
}

/** Any JSON value as it stands. */
export const anything: Decoder<unknown> = (value, place) =>
  value === undefined ? unexpected("present", value, place) : value;

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
