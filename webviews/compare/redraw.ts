/** Children in place of those that were there; the focus stays on what has the same `data-focus`, and where that is gone it goes to the root. */
export function redraw(root: HTMLElement, children: readonly Node[]): void {
  const focused = document.activeElement;
  const isInside = focused instanceof HTMLElement && root.contains(focused) && focused !== root;
  const key = isInside ? focused.closest<HTMLElement>("[data-focus]")?.dataset.focus : undefined;
  const scrolled = root.querySelector(".wide")?.scrollLeft ?? 0;
  root.replaceChildren(...children);
  const wide = root.querySelector(".wide");
  if (wide !== null) wide.scrollLeft = scrolled;
  if (!isInside) return;
  const same = [...root.querySelectorAll<HTMLElement | SVGElement>("[data-focus]")].find(
    (each) => each.dataset.focus === key,
  );
  (same ?? root.querySelector<HTMLElement>("[tabindex], button, vscode-button, input"))?.focus();
}

/** Draws again only what depends on other values than at the last time. */
export function whenChanged<T extends readonly unknown[]>(
  draw: (...values: T) => void,
): (...values: T) => void {
  let before: T | null = null;
  return (...values) => {
    if (before !== null && values.every((value, i) => value === before?.[i])) return;
    before = values;
    draw(...values);
  };
}
