// uPlot makes a formatter of the browser's language when it loads, and where that is a name such as en-US@posix, as a computer without a locale
// has it, loading would end with an error. Imported before uPlot.
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en-US" });
}
export {};
