/** A key as it stands on a keyboard: "Ctrl+S" is "⌘S" on a Mac, and redo has another letter there. */
export function keyName(key: string, isMac: boolean): string {
  if (!isMac) return key;
  return key === "Ctrl+Y" ? "⇧⌘Z" : key.replace("Ctrl+", "⌘").replace("Alt+", "⌥").replace("Shift+", "⇧");
}

/** The same key as `aria-keyshortcuts` has it: "Alt+←" is "Alt+ArrowLeft". */
export function keyShortcut(key: string, isMac: boolean): string {
  return key
    .replace("Ctrl+", isMac ? "Meta+" : "Control+")
    .replace("←", "ArrowLeft")
    .replace("→", "ArrowRight")
    .replace(/^Esc$/, "Escape");
}
