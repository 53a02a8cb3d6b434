import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeTextArea,
  vsCodeTextField,
  type Button,
  type TextArea,
  type TextField,
} from "@vscode/webview-ui-toolkit";

// The one place that knows the toolkit; pages get their controls from here.

/** Defines the controls' elements; called once, before a page is built. */
export function useToolkit(): void {
  provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeTextArea(), vsCodeTextField());
}

export type { Button, TextArea, TextField };

export function button(
  text: string,
  onClick: () => void,
  options: { readonly label?: string; readonly title?: string; readonly primary?: boolean } = {},
): Button {
  const made = document.createElement("vscode-button") as Button;
  made.appearance = options.primary === true ? "primary" : "secondary";
  made.textContent = text;
  if (options.label !== undefined) made.setAttribute("aria-label", options.label);
  if (options.title !== undefined) made.title = options.title;
  made.addEventListener("click", onClick);
  return made;
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
