// What the editor gives its pages as style variables: of its default themes, those that the pages use.

type Colors = Readonly<Record<string, string>>;

const fonts: Colors = {
  "font-family": "system-ui, sans-serif",
  "font-size": "13px",
  "editor-font-family": "monospace",
  "editor-font-size": "13px",
};

function chartColors(
  ...[blue, red, green, purple, yellow, foreground]: readonly [string, string, string, string, string, string]
): Colors {
  const colors = { blue, red, green, purple, yellow, foreground, lines: `${foreground}80` };
  return Object.fromEntries(Object.entries(colors).map(([name, color]) => [`charts-${name}`, color]));
}

/** By the class that the editor puts on the page's body. */
export const themeVariables: Readonly<Record<string, Colors>> = {
  "vscode-dark": {
    ...fonts,
    ...chartColors("#59a4f9", "#f14c4c", "#89d185", "#b180d7", "#cca700", "#cccccc"),
    ...{ foreground: "#cccccc", descriptionForeground: "#9d9d9d", "editor-background": "#1f1f1f" },
    ...{ focusBorder: "#0078d4", "badge-background": "#616161", "badge-foreground": "#f8f8f8" },
    ...{ "button-background": "#0078d4", "button-foreground": "#ffffff", "button-border": "#ffffff1a" },
    ...{ "button-secondaryBackground": "#313131", "button-secondaryForeground": "#cccccc" },
    ...{ "button-hoverBackground": "#026ec1", "button-secondaryHoverBackground": "#3c3c3c" },
    ...{ "input-background": "#313131", "input-foreground": "#cccccc", "input-border": "#3c3c3c" },
    ...{ "input-placeholderForeground": "#989898", "widget-border": "#313131", "panel-border": "#2b2b2b" },
    ...{ "textBlockQuote-background": "#2b2b2b", "textBlockQuote-border": "#616161" },
    ...{ "textLink-foreground": "#4daafc", errorForeground: "#f85149", "widget-shadow": "#0000005c" },
    ...{ "progressBar-background": "#0078d4", "scrollbarSlider-background": "#79797966" },
    ...{ "list-hoverBackground": "#2a2d2e", "list-dropBackground": "#383b3d" },
    ...{ "diffEditor-insertedTextBackground": "#9ccc2c33", "diffEditor-removedTextBackground": "#ff000033" },
    ...{ "editorWarning-foreground": "#cca700", "inputValidation-infoBorder": "#007acc" },
  },
  "vscode-light": {
    ...fonts,
    ...chartColors("#1a85ff", "#e51400", "#388a34", "#652d90", "#bf8803", "#3b3b3b"),
    ...{ foreground: "#3b3b3b", descriptionForeground: "#3b3b3b", "editor-background": "#ffffff" },
    ...{ focusBorder: "#005fb8", "badge-background": "#cccccc", "badge-foreground": "#3b3b3b" },
    ...{ "button-background": "#005fb8", "button-foreground": "#ffffff", "button-border": "#0000001a" },
    ...{ "button-secondaryBackground": "#e5e5e5", "button-secondaryForeground": "#3b3b3b" },
    ...{ "button-hoverBackground": "#0258a8", "button-secondaryHoverBackground": "#cccccc" },
    ...{ "input-background": "#ffffff", "input-foreground": "#3b3b3b", "input-border": "#cecece" },
    ...{ "input-placeholderForeground": "#767676", "widget-border": "#e5e5e5", "panel-border": "#e5e5e5" },
    ...{ "textBlockQuote-background": "#f8f8f8", "textBlockQuote-border": "#e5e5e5" },
    ...{ "textLink-foreground": "#005fb8", errorForeground: "#c72e0f", "widget-shadow": "#00000029" },
    ...{ "progressBar-background": "#005fb8", "scrollbarSlider-background": "#64646466" },
    ...{ "list-hoverBackground": "#f2f2f2", "list-dropBackground": "#d6ebff" },
    ...{ "diffEditor-insertedTextBackground": "#9ccc2c40", "diffEditor-removedTextBackground": "#ff000033" },
    ...{ "editorWarning-foreground": "#bf8803", "inputValidation-infoBorder": "#007acc" },
  },
  "vscode-high-contrast": {
    ...fonts,
    ...chartColors("#59a4f9", "#f48771", "#89d185", "#b180d7", "#ffd370", "#ffffff"),
    ...{ foreground: "#ffffff", descriptionForeground: "#ffffffb3", "editor-background": "#000000" },
    ...{ focusBorder: "#f38518", contrastBorder: "#6fc3df", "widget-border": "#6fc3df" },
    ...{ "badge-background": "#000000", "badge-foreground": "#ffffff", "button-background": "#000000" },
    ...{
      "button-foreground": "#ffffff",
      "button-border": "#6fc3df",
      "button-secondaryForeground": "#ffffff",
    },
    ...{ "input-background": "#000000", "input-foreground": "#ffffff", "input-border": "#6fc3df" },
    ...{ "input-placeholderForeground": "#ffffffb3", "panel-border": "#6fc3df" },
    ...{ "textBlockQuote-border": "#ffffff", "textLink-foreground": "#21a6ff", errorForeground: "#f48771" },
    ...{ "progressBar-background": "#6fc3df", "scrollbarSlider-background": "#6fc3df99" },
    ...{ "list-hoverBackground": "#ffffff1a", "editorWarning-foreground": "#ffd370" },
    ...{ "diffEditor-insertedTextBorder": "#33ff2e", "diffEditor-removedTextBorder": "#ff008f" },
    ...{ "inputValidation-infoBorder": "#6fc3df" },
  },
  "vscode-high-contrast-light": {
    ...fonts,
    ...chartColors("#1a85ff", "#b5200d", "#374e06", "#652d90", "#895503", "#292929"),
    ...{ foreground: "#292929", descriptionForeground: "#292929b3", "editor-background": "#ffffff" },
    ...{ focusBorder: "#006bbd", contrastBorder: "#0f4a85", "widget-border": "#0f4a85" },
    ...{ "badge-background": "#0f4a85", "badge-foreground": "#ffffff", "button-background": "#0f4a85" },
    ...{
      "button-foreground": "#ffffff",
      "button-border": "#0f4a85",
      "button-secondaryForeground": "#292929",
    },
    ...{
      "button-secondaryBackground": "#ffffff",
      "input-background": "#ffffff",
      "input-foreground": "#292929",
    },
    ...{ "input-border": "#0f4a85", "input-placeholderForeground": "#292929b3", "panel-border": "#0f4a85" },
    ...{ "textBlockQuote-background": "#f2f2f2", "textBlockQuote-border": "#292929" },
    ...{ "textLink-foreground": "#0f4a85", errorForeground: "#b5200d", "progressBar-background": "#0f4a85" },
    ...{ "scrollbarSlider-background": "#0f4a8566", "list-hoverBackground": "#0f4a851a" },
    ...{ "diffEditor-insertedTextBorder": "#374e06", "diffEditor-removedTextBorder": "#ad0707" },
    ...{ "editorWarning-foreground": "#895503", "inputValidation-infoBorder": "#0f4a85" },
  },
};

/** The variables as the attribute that the editor sets on the root element. */
export const styleOf = (theme: string): string =>
  Object.entries(themeVariables[theme])
    .map(([name, value]) => `--vscode-${name}: ${value}`)
    .join("; ");
