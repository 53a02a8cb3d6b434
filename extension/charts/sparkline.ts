const blocks = "▁▂▃▄▅▆▇█";

/**
 * Values as block characters, the smallest at the bottom, at most `width` of them: more values are averaged in equal parts, and the last part
 * ends with the last value. A value that is not a number is a gap. Empty for fewer than two values, which show no course.
 */
export function sparkline(values: readonly number[], width = 8): string {
  if (values.length < 2) return "";
  const means = buckets(values, Math.min(width, values.length));
  const finite = means.filter(Number.isFinite);
  if (finite.length === 0) return "";
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  return means.map((mean) => blockOf(mean, low, high)).join("");
}

function buckets(values: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const part = values.slice(
      Math.floor((i * values.length) / count),
      Math.floor(((i + 1) * values.length) / count),
    );
    const finite = part.filter(Number.isFinite);
    return finite.length === 0 ? NaN : finite.reduce((a, b) => a + b, 0) / finite.length;
  });
}

function blockOf(value: number, low: number, high: number): string {
  if (Number.isNaN(value)) return " ";
  if (low === high) return blocks[3];
  return blocks[Math.min(blocks.length - 1, Math.floor(((value - low) / (high - low)) * blocks.length))];
}
