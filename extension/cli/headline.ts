import type { MetricsLine, Stage } from "../protocol/runFormat";

/** A stage's outcome in a few words, from its lines of metrics. */
export function headline(stage: Stage, lines: readonly MetricsLine[]): string {
  const series = (name: string): number[] =>
    lines.map((line) => line.values[name]).filter((value) => value !== undefined && !Number.isNaN(value));
  const change = (name: string, digits = 2): string => {
    const values = series(name);
    if (values.length === 0) return "–";
    const [first, last] = [values[0], values[values.length - 1]];
    return values.length === 1 ? last.toFixed(digits) : `${first.toFixed(digits)} → ${last.toFixed(digits)}`;
  };
  const last = (name: string, digits = 2): string => series(name).at(-1)?.toFixed(digits) ?? "–";
  const percent = (name: string): string => {
    const value = series(name).at(-1);
    return value === undefined ? "–" : `${(100 * value).toFixed(1)} %`;
  };
  /** "72.4 % (70.1 % to 74.6 %", for more to stand in the parentheses. */
  const interval = (name: string): string =>
    `${percent(name)} (${percent(`${name}Low`)} to ${percent(`${name}High`)}`;
  const ofHeldOut =
    series("accuracy/heldOutLabelers").length > 0
      ? `, on held-out labelers ${interval("accuracy/heldOutLabelers")})`
      : "";
  switch (stage) {
    case "pretrain":
    case "sft":
      return `validation loss ${change("loss/validation")} nats/token`;
    case "rm":
      return `accuracy ${interval("accuracy/validation")}; ceiling of the labels' noise ${percent("accuracy/noiseCeiling")})${ofHeldOut}`;
    case "ppo":
      return `score ${change("objective/score")}, KL ${last("objective/klPolicyReference")} nats, end of text in ${percent("response/endRate")}`;
    case "evaluate":
      return `win rate against SFT ${percent("winRate/versusSft")} (${percent("winRate/versusSftLow")} to ${percent("winRate/versusSftHigh")})`;
    case "dpo":
      return "";
  }
}
