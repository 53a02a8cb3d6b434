import { isObject } from "./codec";
import { absent, type MetricColumns } from "./metricColumns";
import type { RunManifest } from "./runFormat";

/**
 * A run's columns with what its axes count besides iterations, worked out from what it reports: episodes so far, tokens trained on or sampled so
 * far, and seconds of training so far, without pauses, validation and checkpoints. An axis whose numbers the stage does not report is left out.
 */
export function withProgress(
  { stage, config }: Pick<RunManifest, "stage" | "config">,
  columns: MetricColumns,
): MetricColumns {
  const { iterations, values } = columns;
  const block = config[stage];
  const setting = (name: string): number => (isObject(block) ? Number(block[name]) : NaN);
  const row = (name: string) => (i: number) => values[name][i];
  const sum = (names: readonly string[], of: (i: number) => number): Float64Array | null =>
    names.every((name) => name in values) ? running(iterations.length, of) : null;
  const isPpo = stage === "ppo";
  const times = ["time/rolloutSeconds", "time/scoringSeconds", "time/updateSeconds"];
  const added: Readonly<Record<string, Float64Array | null>> = {
    "progress/episodes": isPpo ? iterations.map((iteration) => iteration * setting("episodes")) : null,
    "progress/tokens": isPpo
      ? sum(["response/length"], (i) =>
          iterations[i] > 0 ? row("response/length")(i) * setting("episodes") : 0,
        )
      : sum(["data/tokens"], row("data/tokens")),
    "time/wallSeconds": isPpo
      ? sum(times, (i) => times.reduce((seconds, name) => seconds + row(name)(i), 0))
      : sum(["time/stepSeconds"], (i) => row("time/stepSeconds")(i) * setting("stepsPerIteration")),
  };
  const known = Object.entries(added).filter((each): each is [string, Float64Array] => each[1] !== null);
  return { iterations, values: { ...values, ...Object.fromEntries(known) } };
}

/** Sums up to each row; rows that reported nothing add nothing. */
function running(rows: number, of: (i: number) => number): Float64Array {
  let sum = 0;
  return Float64Array.from({ length: rows }, (_, i) => {
    const value = of(i);
    if (Number.isFinite(value) && value > absent / 1e6) sum += value;
    return sum;
  });
}
