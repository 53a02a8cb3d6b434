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

/** Draws again only when one of the parts that it depends on is another than at the last time. */
export function whenChanged(): (parts: readonly unknown[], draw: () => void) => void {
  let before: readonly unknown[] | null = null;
  return (parts, draw) => {
    if (before !== null && parts.every((part, i) => part === before?.[i])) return;
    before = parts;
    draw();
  };
}
