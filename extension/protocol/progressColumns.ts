import { isObject } from "./codec";
import { absent, appendColumns, noColumns, type MetricColumns } from "./metricColumns";
import type { RunManifest } from "./runFormat";

/**
 * What a run's axes count besides iterations, worked out from what it reports: episodes so far, tokens trained on or sampled so far, and seconds
 * of training so far, without pauses, validation and checkpoints. An axis whose numbers the stage does not report is left out. The first `kept`
 * rows are those of `before`, and are not counted again.
 */
export function progressOf(
  { stage, config }: Pick<RunManifest, "stage" | "config">,
  { iterations, values }: MetricColumns,
  before: MetricColumns = noColumns,
  kept = 0,
): MetricColumns {
  const block = config[stage];
  const setting = (name: string): number => (isObject(block) ? Number(block[name]) : NaN);
  const row = (name: string) => (i: number) => values[name][i];
  const isPpo = stage === "ppo";
  /** Sums up to each new row; rows that reported nothing add nothing. */
  const sum = (axis: string, names: readonly string[], of: (i: number) => number): Float64Array | null => {
    if (!names.every((name) => name in values)) return null;
    let total = kept > 0 ? (before.values[axis]?.[kept - 1] ?? 0) : 0;
    return Float64Array.from({ length: iterations.length - kept }, (_, i) => {
      const value = of(kept + i);
      if (Number.isFinite(value) && value > absent / 1e6) total += value;
      return total;
    });
  };
  const times = ["time/rolloutSeconds", "time/scoringSeconds", "time/updateSeconds"];
  const axes: Readonly<Record<string, Float64Array | null>> = {
    "progress/episodes": isPpo
      ? iterations.subarray(kept).map((iteration) => iteration * setting("episodes"))
      : null,
    "progress/tokens": isPpo
      ? sum("progress/tokens", ["response/length"], (i) =>
          iterations[i] > 0 ? row("response/length")(i) * setting("episodes") : 0,
        )
      : sum("progress/tokens", ["data/tokens"], row("data/tokens")),
    "time/wallSeconds": isPpo
      ? sum("time/wallSeconds", times, (i) => times.reduce((seconds, name) => seconds + row(name)(i), 0))
      : sum(
          "time/wallSeconds",
          ["time/stepSeconds"],
          (i) => row("time/stepSeconds")(i) * setting("stepsPerIteration"),
        ),
  };
  const known = Object.entries(axes).filter((each): each is [string, Float64Array] => each[1] !== null);
  const added = { iterations: iterations.subarray(kept), values: Object.fromEntries(known) };
  return appendColumns(before, kept, added);
}
