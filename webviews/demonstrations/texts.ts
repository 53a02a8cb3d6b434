import type { DemonstrationTextKey } from "../../extension/protocol/demonstrationMessages";

export type Texts = Readonly<Record<DemonstrationTextKey, string>>;

/** A use case in words; those of the project's own are their own words. */
export function useCaseText(texts: Texts, useCase: string): string {
  const key = `useCase${useCase.slice(0, 1).toUpperCase()}${useCase.slice(1)}`;
  return Object.hasOwn(texts, key) ? texts[key as DemonstrationTextKey] : useCase;
}

/** The key of commands as the keyboard at hand has it. */
export const control = /Mac/.test(navigator.userAgent) ? "⌘" : "Ctrl+";
