import { isObject, matching, unexpected, type Decoded, type Decoder, type Place } from "./codec";
import { nearestWord } from "./nearest";
import { Problem, isProblem } from "./problem";
import type { JsonValue } from "./trainerEvents";

export const filledText = matching(/\S/, "text that is not empty");

/** An object of JSON as it stands, such as "meta". */
export const jsonObject: Decoder<{ readonly [key: string]: JsonValue }> = (value, place) =>
  isObject(value) ? (value as { readonly [key: string]: JsonValue }) : unexpected("an object", value, place);

type Fields = Readonly<Record<string, Decoder<unknown>>>;
type RecordOfFields<R extends Fields, O extends Fields> = {
  readonly [K in keyof R]: Decoded<R[K]>;
} & { readonly [K in keyof O]?: Decoded<O[K]> };

/** An object with the required fields, some of the optional ones (null counts as absent), and no other. */
export function strictRecord<R extends Fields, O extends Fields>(
  required: R,
  optional: O,
): Decoder<RecordOfFields<R, O>> {
  const known = [...Object.keys(required), ...Object.keys(optional)];
  return (value, place) => {
    if (!isObject(value)) return unexpected("an object", value, place);
    const unknown = Object.keys(value).find((key) => !known.includes(key));
    if (unknown !== undefined) return unknownField(unknown, known, place);
    const entries: [string, unknown][] = [];
    for (const key of known) {
      if (Object.hasOwn(optional, key) && (value[key] ?? null) === null) continue;
      const decoder = Object.hasOwn(required, key) ? required[key] : optional[key];
      const path = place.path === "" ? key : `${place.path}.${key}`;
      const item = decoder(value[key], { where: place.where, path });
      if (isProblem(item)) return item;
      entries.push([key, item]);
    }
    return Object.fromEntries(entries) as RecordOfFields<R, O>;
  };
}

function unknownField(key: string, known: readonly string[], place: Place): Problem {
  const inside = place.path === "" ? "" : ` in "${place.path}"`;
  const rest = known.includes("meta") ? '; what has no field of its own goes into "meta"' : "";
  return new Problem(
    "malformed",
    `${place.where}: there is no field "${key}"${inside}; the nearest is "${nearestWord(key, known)}"${rest}.`,
  );
}
