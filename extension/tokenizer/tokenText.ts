import type { Vocabulary } from "./tokenizer";

/** How a token is shown by itself. */
export interface TokenText {
  readonly text: string;
  /** `bytes`: no UTF-8 by themselves, such as a part of an emoji, as hexadecimal digits; `unknown`: no token of this vocabulary. */
  readonly kind: "text" | "bytes" | "special" | "unknown";
}

/** One token for people to read; whatever its id, it never throws. Example: the bytes F0 9F give "F0 9F". */
export function tokenText({ tokens, special }: Vocabulary, id: number): TokenText {
  const name = special.get(id);
  if (name !== undefined) return { text: name, kind: "special" };
  const bytes = tokens[id];
  if (bytes === undefined) return { text: `#${id}`, kind: "unknown" };
  try {
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes), kind: "text" };
  } catch {
    const digits = Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, "0"));
    return { text: digits.join(" "), kind: "bytes" };
  }
}
