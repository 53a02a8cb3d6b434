import type { EditorWindow } from "./editorWindow";

/**
 * Waits until single keys belong to the ranking page, and leaves answer A in focus. The editor hears of the page's focus a moment later, so
 * keys that do no harm twice are pressed until they work.
 */
export async function keysArePages(window: EditorWindow): Promise<void> {
  const cards = window.webview().locator("section.card");
  await cards.first().waitFor();
  for (const [key, index] of [
    ["b", 1],
    ["a", 0],
  ] as const)
    for (
      let i = 0;
      i < 40 && !(await cards.nth(index).evaluate("(card) => card.matches('.focused:focus')"));
      i++
    ) {
      await window.page.keyboard.press(key);
      await window.page.waitForTimeout(100);
    }
}
