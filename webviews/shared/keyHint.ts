import { element } from "./dom";
import { keyName, keyShortcut } from "./keyNames";

const isMac = (): boolean => navigator.platform.startsWith("Mac");

/** A key as it stands on this machine's keyboard. */
export function keyCap(key: string): HTMLElement {
  return element("kbd", { text: keyName(key, isMac()) });
}

/** A key as screen readers want to hear of it. */
export const shortcutOf = (key: string): string => keyShortcut(key, isMac());

/** A key beside the text of a control, which says it to screen readers itself. */
export function keyHint(key: string): HTMLElement {
  const made = keyCap(key);
  made.setAttribute("aria-hidden", "true");
  return made;
}
