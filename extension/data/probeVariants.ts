import type { ProbeVariant } from "../protocol/probeProtocol";

/** Leave-one-out asks for a score a word; longer responses are explained by their first words alone. */
const mostWords = 120;

/** The words of a text, each with the white space behind it, so that they join to the text again. */
export function wordsOf(text: string): string[] {
  return (text.match(/^\s+|\S+\s*/g) ?? []).slice(0, mostWords);
}

/** The text without its i-th word; what stands behind moves up. */
export function withoutWord(text: string, i: number): string {
  const words = text.match(/^\s+|\S+\s*/g) ?? [];
  return words
    .filter((_, j) => j !== i)
    .join("")
    .trimEnd();
}

/**
 * A response changed in a way whose effect on a good reward model is known: politeness and padding add nothing, a repetition adds nothing, a
 * flipped fact is worse, and so is a refusal where there is nothing to refuse. English, in the plain style that models this small read; null
 * where there is nothing to change.
 */
export function changedResponse(response: string, how: ProbeVariant): string | null {
  const text = response.trimEnd();
  switch (how) {
    case "polite":
      return joined(text, "thank you for asking , i am happy to help .");
    case "padded":
      return joined(text, "there is more to say about this , and it is as it is .");
    case "repeated":
      return text === "" ? null : joined(text, text.trimStart());
    case "flipped":
      return flipped(text);
    case "refused":
      return "i am sorry , but i cannot help with that .";
  }
}

const joined = (before: string, after: string): string => (before === "" ? after : `${before} ${after}`);

/** Says the opposite: the first "not" behind a verb goes, or one is put there; else the first number is another one. */
function flipped(text: string): string | null {
  const verb = /\b(is|are|was|were|can|could|will|would|does|do|did|has|have|should|must)\b/i;
  if (new RegExp(`${verb.source} not\\b`, "i").test(text))
    return text.replace(new RegExp(`${verb.source} not\\b`, "i"), "$1");
  if (verb.test(text)) return text.replace(verb, "$1 not");
  if (/\d+/.test(text)) return text.replace(/\d+/, (digits) => String(BigInt(digits) + 1n));
  return null;
}
