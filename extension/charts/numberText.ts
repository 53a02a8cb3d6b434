/** A value as people read it: four digits, powers of ten where it is tiny or huge. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size >= 1e6 || size < 1e-3 ? value.toExponential(2) : String(Number(value.toPrecision(4)));
  return text.replace("e+", "e").replaceAll("-", "−");
}

/** The same as a factor: in brackets where it has a sign. */
export const factorText = (value: number): string =>
  value < 0 ? `(${numberText(value)})` : numberText(value);
