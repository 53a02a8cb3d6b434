import {
  decodeText,
  nullable,
  object,
  parseJson,
  string,
  unexpected,
  type FieldsOf,
  type Place,
} from "./codec";
import { isProblem, type Problem } from "./problem";

/** What events a command of the command line says, by name, with their fields. */
type EventShapes = Readonly<Record<string, Parameters<typeof object>[0]>>;

export type EventOf<S extends EventShapes> = {
  readonly [N in keyof S]: { readonly event: N } & FieldsOf<S[N]>;
}[keyof S];

/** What the command line says in the end when it could not begin or go on. */
export interface ErrorEvent {
  readonly event: "error";
  readonly message: string;
}

const errorLine = object({ message: string });

/** A reader of a command's lines of standard output, untrusted; it gives null for lines that are no event, such as progress. */
export function eventLines<S extends EventShapes>(
  shapes: S,
  where: string,
): (text: string) => EventOf<S> | ErrorEvent | null | Problem {
  const place: Place = { where, path: "" };
  const names = Object.keys(shapes);
  const decoders = Object.fromEntries(names.map((name) => [name, object(shapes[name])]));
  return (text) => {
    const line = decodeText(object({ type: string, event: nullable(string) }), text, where);
    if (isProblem(line)) return line;
    const parsed = parseJson(text, where);
    if (isProblem(parsed)) return parsed;
    if (line.type === "error") {
      const error = errorLine(parsed.json, place);
      return isProblem(error) ? error : { event: "error", ...error };
    }
    if (line.type !== "event") return null;
    if (line.event === null || !Object.hasOwn(decoders, line.event))
      return unexpected(`one of ${names.join(", ")}`, line.event, { ...place, path: "event" });
    const fields = decoders[line.event](parsed.json, place);
    return isProblem(fields) ? fields : ({ event: line.event, ...fields } as unknown as EventOf<S>);
  };
}
