export { fill } from "./fill";

/** An element with a class, text and children. Text is text: nothing that a model or a file says becomes markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  options: {
    readonly class?: string;
    readonly text?: string;
    readonly attributes?: Readonly<Record<string, string>>;
  } = {},
  children: readonly Node[] = [],
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (options.class !== undefined) made.className = options.class;
  if (options.text !== undefined) made.textContent = options.text;
  for (const [name, value] of Object.entries(options.attributes ?? {})) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Text that stands already is left alone, so that a selection in it stays. */
export function setText(node: HTMLElement, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** An attribute that stands already is left alone, so that nothing is laid out or said again. */
export function setAttribute(node: HTMLElement, name: string, value: string): void {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}
