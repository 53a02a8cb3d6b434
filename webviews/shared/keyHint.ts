import { element } from "./dom";
import { keyName } from "./keyNames";

/** A key as it stands on this machine's keyboard. */
export function keyCap(key: string): HTMLElement {
  return element("kbd", { text: keyName(key, navigator.platform.startsWith("Mac")) });
}

/** A key beside the text of a control; screen readers hear of keys in the list of keys. */
export function keyHint(key: string): HTMLElement {
  const made = keyCap(key);
  made.setAttribute("aria-hidden", "true");
  return made;
}
