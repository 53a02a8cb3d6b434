import { l10n } from "vscode";
import { problemTranslator } from "./problemTexts";

/** A user-facing text in the editor's language; {0}, {1}… take the values. Every text of the host goes through here, and a test finds those without a translation. */
export const t = (text: string, ...values: readonly (string | number)[]): string => l10n.t(text, ...values);

/** Keeps the translations of problems apart from the host's own texts: VS Code looks a text with a comment up as "text/comment". */
const comment = "problem";
let translate: ((message: string) => string) | null = null;

/**
 * A finished English sentence of another process or of a parser, such as a problem's message, in the editor's language; as it is where there is
 * no translation. Called once, where the sentence is shown: logs, files and what programs compare keep the English.
 */
export function problemText(message: string): string {
  translate ??= problemTranslator(problemTemplates(), (template, values) =>
    l10n.t({ message: template, args: [...values], comment }),
  );
  return translate(message);
}

/** The templates that the editor's language has translations of; none in English. */
function problemTemplates(): string[] {
  const ending = `/${comment}`;
  const keys = Object.keys(l10n.bundle ?? {});
  return keys.filter((key) => key.endsWith(ending)).map((key) => key.slice(0, -ending.length));
}
