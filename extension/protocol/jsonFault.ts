/** Where a text stops being JSON, in a person's counting: line and column begin at 1. */
export interface JsonFault {
  readonly line: number;
  readonly column: number;
  /** What stands there, in words. */
  readonly found: string;
}

const tokens =
  /[ \t\n\r]*(?:([{}[\],:])|"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*(")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/y;

type Expected = "value" | "valueOrEnd" | "key" | "keyOrEnd" | "colon" | "commaOrEnd" | "nothing";

/**
 * The first place where a text breaks the grammar of JSON (RFC 8259), or null when it does not. Engines word and place their messages
 * differently, and some give no place at all; this one is the same everywhere.
 */
export function jsonFault(text: string): JsonFault | null {
  const open: ("{" | "[")[] = [];
  let expected: Expected = "value";
  let at = 0;
  for (;;) {
    tokens.lastIndex = at;
    const match = tokens.exec(text);
    const next: Expected | null =
      match === null ? null : follow(match[1] ?? match[2] ?? "value", expected, open);
    if (next === null) {
      while (at < text.length && " \t\n\r".includes(text[at])) at++;
      const isWhole = expected === "nothing" && at === text.length;
      return isWhole ? null : placeOf(text, at, match === null);
    }
    expected = next;
    at = tokens.lastIndex;
  }
}

/** What is expected after a token (a sign, `"` for a text, "value" for any other value); null where the token may not stand. */
function follow(token: string, expected: Expected, open: ("{" | "[")[]): Expected | null {
  const done = (): Expected => (open.length === 0 ? "nothing" : "commaOrEnd");
  const wantsValue = expected === "value" || expected === "valueOrEnd";
  const wantsKey = expected === "key" || expected === "keyOrEnd";
  if (token === '"' && wantsKey) return "colon";
  if ((token === '"' || token === "value") && wantsValue) return done();
  if ((token === "{" || token === "[") && wantsValue) {
    open.push(token);
    return token === "{" ? "keyOrEnd" : "valueOrEnd";
  }
  if (token === ":" && expected === "colon") return "value";
  if (token === "," && expected === "commaOrEnd") return open.at(-1) === "{" ? "key" : "value";
  const inner = open.at(-1) === "{" ? "keyOrEnd" : "valueOrEnd";
  const mayEnd = open.length > 0 && (expected === "commaOrEnd" || expected === inner);
  if (!mayEnd || token !== (open.at(-1) === "{" ? "}" : "]")) return null;
  open.pop();
  return done();
}

function placeOf(text: string, at: number, isBroken: boolean): JsonFault {
  const before = text.slice(0, at);
  const line = before.split("\n").length;
  const column = at - before.lastIndexOf("\n");
  if (at >= text.length) return { line, column, found: "the text ends too early" };
  const sign = String.fromCodePoint(text.codePointAt(at) ?? 0);
  if (sign === '"' && isBroken)
    return { line, column, found: "a text that does not end, or holds what must be escaped" };
  return { line, column, found: `unexpected ${sign === '"' ? "text" : JSON.stringify(sign)}` };
}
