// The editor hears every key that leaves the page, and single keys mean something to it. What belongs to the page's own fields and controls
// therefore ends here.

/** Whether letters are text for the element that has the focus. */
export function isTextField(target: EventTarget | null): boolean {
  if (target instanceof HTMLTextAreaElement) return true;
  return target instanceof HTMLInputElement && target.type !== "checkbox" && target.type !== "radio";
}

/** Whether a key is the element's own: everything typed in a field, and what uses a button, a box or a link. */
export function isOwnKey(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || /^F\d+$/.test(event.key)) return false;
  const target = event.composedPath()[0];
  if (isTextField(target)) return true;
  const isControl =
    target instanceof HTMLElement && target.closest("button, vscode-button, summary, input, dialog") !== null;
  if (target instanceof HTMLElement && target.closest("dialog") !== null) return true;
  if (!isControl) return false;
  const isMove =
    target instanceof HTMLInputElement && target.type === "radio" && event.key.startsWith("Arrow");
  return event.key === "Enter" || event.key === " " || isMove;
}

/** The deepest element that has the focus, inside the toolkit's elements too. */
export function focusedElement(): Element | null {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active;
}
