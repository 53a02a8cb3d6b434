import { l10n } from "vscode";

/** A user-facing text in the editor's language; {0}, {1}… take the values. Every text of the host goes through here, and a test finds those without a translation. */
export const t = (text: string, ...values: readonly (string | number)[]): string => l10n.t(text, ...values);
