import type { RolloutToken, TokenAlternative } from "../../extension/protocol/rolloutMessages";
import { visible } from "../shared/words";

/** A number for people: five significant digits, a real minus sign. Example: −0.0123456 is "−0.012346" */
export function numberText(value: number, digits = 5): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const rounded = Number(value.toPrecision(digits));
  return (Object.is(rounded, -0) ? "0" : String(rounded)).replace(/^-/, "−").replace("e-", "e−");
}

/** The same with a sign that is always there, for differences. */
export const signedText = (value: number): string =>
  value > 0 ? `+${numberText(value)}` : numberText(value);

/** A number as a factor or term: in brackets where it has a sign. */
export const termText = (value: number): string =>
  value < 0 || Object.is(value, -0) ? `(${numberText(value)})` : numberText(value);

/** What a token looks like: white space as signs, bytes in brackets, and nothing hidden. */
export function tokenLabel({ text, kind }: Pick<RolloutToken | TokenAlternative, "text" | "kind">): string {
  if (kind === "bytes") return `⟨${text}⟩`;
  if (kind !== "text") return text;
  const signs = text
    .replace(/\r\n|\n/g, "⏎")
    .replace(/\t/g, "⇥")
    .replace(/ /g, "·");
  return visible(signs);
}
