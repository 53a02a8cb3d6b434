import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeTextArea,
  vsCodeTextField,
  type Button,
  type TextArea,
  type TextField,
} from "@vscode/webview-ui-toolkit";
import { keyHint, shortcutOf } from "./keyHint";

// The one place that knows the toolkit; pages get their controls from here.

/** Defines the controls' elements; called once, before a page is built. */
export function useToolkit(): void {
  provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeTextArea(), vsCodeTextField());
}

export type { Button, TextArea, TextField };

export interface ButtonOptions {
  /** What a screen reader says in place of the text. */
  readonly label?: string;
  readonly title?: string;
  readonly primary?: boolean;
  /** The key of the editor that does the same, shown beside the text. */
  readonly key?: string;
  /** Other keys of the page that do the same, in the words of `aria-keyshortcuts`. */
  readonly shortcut?: string;
}

export function button(text: string, onClick: () => void, options: ButtonOptions = {}): Button {
  const made = document.createElement("vscode-button") as Button;
  made.appearance = options.primary === true ? "primary" : "secondary";
  made.textContent = text;
  if (options.label !== undefined) made.setAttribute("aria-label", options.label);
  if (options.title !== undefined) made.title = options.title;
  if (options.key !== undefined) made.append(keyHint(options.key));
  // As a property: of attributes the toolkit hands on to the button inside, which has the focus, only the label and whether it is off.
  const shortcut = options.shortcut ?? (options.key === undefined ? null : shortcutOf(options.key));
  if (shortcut !== null) made.ariaKeyshortcuts = shortcut;
  made.addEventListener("click", onClick);
  return made;
}

/** Says of a button that stays on or off which it is. */
export function setPressed(made: Button, isPressed: boolean): void {
  if (made.ariaPressed !== String(isPressed)) made.ariaPressed = isPressed ? "true" : "false";
}

export function textField(label: string, hint: string): TextField {
  const made = document.createElement("vscode-text-field") as TextField;
  made.textContent = label;
  made.title = hint;
  return made;
}

export function textArea(label: string, placeholder: string): TextArea {
  const made = document.createElement("vscode-text-area") as TextArea;
  made.textContent = label;
  made.setAttribute("placeholder", placeholder);
  made.setAttribute("rows", "3");
  return made;
}
