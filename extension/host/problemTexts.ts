/** Says a template, "{0} is missing.", with its values in another language. */
export type SayTemplate = (template: string, values: readonly string[]) => string;

/** What stands between a template's values, and which value stands at each place between. */
interface Template {
  readonly text: string;
  readonly literals: readonly string[];
  readonly places: readonly number[];
}

/** A value may be a sentence that has values that are sentences; deeper ones stay as they are. */
const mostDeep = 5;

/**
 * Translates finished English sentences, as processes and parsers give them, by the templates they were made from: a sentence is matched with
 * them, the most specific first, its values are taken out and translated where they are a template's text as a whole, and `say` puts it
 * together again. Also lines and sentences that stand one after the other, and a sentence behind a place, "rlhf.json: …". What matches nothing
 * stays as it is. Time: linear in the length of the message, times the number of templates; never throws.
 */
export function problemTranslator(
  templates: readonly string[],
  say: SayTemplate,
): (message: string) => string {
  const parsed = templates.map(parseTemplate).sort((a, b) => specificity(b) - specificity(a));

  /** The one text, or null where no template gives it. */
  const whole = (text: string, depth: number): string | null => {
    for (const template of parsed) {
      const values = valuesIn(text, template);
      if (values === null) continue;
      const inner = values.map((value) => (depth === 0 ? value : (composed(value, depth - 1) ?? value)));
      return say(template.text, inner);
    }
    return null;
  };

  /** One text, or several sentences if each is known: else a value of the first could hold all the others. */
  const sentences = (text: string, depth: number): string | null => {
    const parts = text.split(/(?<=\.) /);
    const said = parts.length === 1 ? [] : parts.map((part) => whole(part, depth));
    const known = said.filter((part) => part !== null);
    return known.length > 0 && known.length === parts.length ? known.join(" ") : whole(text, depth);
  };

  const composed = (text: string, depth: number): string | null => {
    const said = sentences(text, depth);
    const colon = text.indexOf(": ");
    if (said !== null || colon < 0) return said;
    const [place, rest] = [text.slice(0, colon), sentences(text.slice(colon + 2), depth)];
    return rest === null ? null : `${whole(place, depth) ?? place}: ${rest}`;
  };

  return (message) => {
    if (parsed.length === 0) return message;
    const lines = message.split("\n");
    const said = lines.map((line) => composed(line, mostDeep));
    // A value may hold line ends, and then no line alone is known.
    if (said.every((line) => line === null)) return composed(message, mostDeep) ?? message;
    return said.map((line, i) => line ?? lines[i]).join("\n");
  };
}

function parseTemplate(text: string): Template {
  const parts = text.split(/\{(\d)\}/);
  return {
    text,
    literals: parts.filter((_, i) => i % 2 === 0),
    places: parts.filter((_, i) => i % 2 === 1).map(Number),
  };
}

function specificity({ literals }: Template): number {
  return literals.join("").length;
}

/** The values by which the template gives the text, each as short as those before allow; null where there are none. */
function valuesIn(text: string, { literals, places }: Template): readonly string[] | null {
  const [first] = literals;
  const last = literals[literals.length - 1];
  if (places.length === 0) return text === first ? [] : null;
  const end = text.length - last.length;
  if (first.length > end || !text.startsWith(first) || !text.endsWith(last)) return null;
  const values: string[] = [];
  let at = first.length;
  for (const [i, place] of places.entries()) {
    const next = i === places.length - 1 ? end : text.indexOf(literals[i + 1], at);
    if (next < at) return null;
    values[place] = text.slice(at, next);
    at = next + literals[i + 1].length;
  }
  return values;
}
