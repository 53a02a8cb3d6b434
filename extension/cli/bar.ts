export interface Progress {
  readonly what: string;
  readonly done: number;
  readonly total: number;
  readonly note: string;
  /** Since it began. */
  readonly seconds: number;
}

const barWidth = 24;

/** "sft  ████········  12/36  8 s, 16 s to go  loss 2.1": with the bar itself in a terminal, without elsewhere. */
export function barText({ what, done, total, note, seconds }: Progress, withBar: boolean): string {
  const share = total > 0 ? Math.min(1, done / total) : 1;
  const filled = Math.floor(share * barWidth);
  const bar = "█".repeat(filled) + "·".repeat(barWidth - filled);
  const left =
    share > 0.02 && share < 1 && seconds >= 1 ? `, ${duration((seconds * (1 - share)) / share)} to go` : "";
  const parts = [what, ...(withBar ? [bar] : []), `${done}/${total}`, `${duration(seconds)}${left}`, note];
  return parts.filter((part) => part !== "").join("  ");
}

/** "8 s", "3 min 05 s", "2 h 10 min". */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (n: number): string => String(n).padStart(2, "0");
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** How many cells of a terminal a text takes: East Asian letters and pictures take two, combining marks none. */
export function textWidth(text: string): number {
  let width = 0;
  for (const sign of text)
    width += /\p{M}/u.test(sign)
      ? 0
      : /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u.test(
            sign,
          )
        ? 2
        : 1;
  return width;
}

/** The text on one line of at most `columns` cells. */
export function fit(text: string, columns: number): string {
  const line = text.replace(/\s*\n\s*/g, " ");
  if (textWidth(line) <= columns) return line;
  let kept = "";
  for (const sign of line) {
    if (textWidth(kept + sign) > columns - 1) break;
    kept += sign;
  }
  return `${kept}…`;
}

/** The text with blanks behind it up to a width. */
export function padTo(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - textWidth(text)));
}
