import { element } from "../shared/dom";
import { keyCap } from "../shared/keyHint";
import { button } from "../shared/toolkit";
import { keyList } from "./keys";
import type { PartOptions } from "./parts";

/** The list of keys, in a dialog that keeps the focus until it is closed. */
export function createHelp({ texts, dispatch }: PartOptions) {
  const toggle = (): void => dispatch({ type: "command", command: "help", argument: "" });
  const rows = keyList.flatMap(([keys, text]) => [
    element(
      "dt",
      {},
      keys.split("  ").map((key) => keyCap(key)),
    ),
    element("dd", { text: texts[text] }),
  ]);
  const close = button(texts.close, toggle, { key: "Esc" });
  const list = element("dl", { attributes: { tabindex: "0", "aria-label": texts.keys } }, rows);
  const heading = element("h2", { text: texts.keys, attributes: { id: "keys" } });
  const dialog = element("dialog", { class: "keys", attributes: { "aria-labelledby": "keys" } }, [
    element("header", {}, [heading, close]),
    element("p", { class: "quiet", text: texts.keysHint }),
    list,
  ]);
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    toggle();
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Tab") {
      // Two places take the focus, so each is before and after the other.
      (document.activeElement === list ? close : list).focus();
    } else if (event.key === "Escape" || event.key === "?") toggle();
    else return;
    event.preventDefault();
  });
  return {
    root: dialog,
    update: (isOpen: boolean): void => {
      if (isOpen === dialog.open) return;
      if (!isOpen) return dialog.close();
      dialog.showModal();
      list.focus();
    },
  };
}
