import { absent } from "../protocol/metricColumns";
import { mean, standardDeviation } from "./statistics";

/**
 * Named rules that see illnesses of a PPO run in its metrics, before a person does. Each compares means of a few iterations, so that one
 * noisy iteration is no illness, and says which metric and iterations are its evidence. Thresholds are ours, set so that the recorded healthy
 * runs of test/golden/health.json are silent and the recorded ill ones are not.
 */
export interface HealthColumns {
  /** [n] iteration numbers, ascending; 0 is the start, before any update. */
  readonly iterations: ArrayLike<number>;
  /** [n] values of each metric; `absent` where an iteration reported none. */
  readonly values: Readonly<Record<string, ArrayLike<number> | undefined>>;
}

export const healthRules = [
  "notANumber",
  "firstRatio",
  "klRunaway",
  "klNegative",
  "clipFraction",
  "entropyCollapse",
  "endRateFalling",
  "lengthDrift",
  "valueLossExplosion",
  "overOptimisation",
] as const;
export type HealthRule = (typeof healthRules)[number];

export interface HealthFinding {
  readonly rule: HealthRule;
  readonly severity: "warning" | "error";
  readonly metric: string;
  /** First and last iteration of the evidence. */
  readonly from: number;
  readonly to: number;
  /** What it was in the beginning, or may be at most, and what it is. */
  readonly before: number;
  readonly now: number;
}

/** The illnesses of a run as far as it has come; none while there are fewer than six iterations, but for what no iteration may do. */
export function healthFindings(columns: HealthColumns): readonly HealthFinding[] {
  return rules.flatMap((rule) => rule(columns) ?? []);
}

type Rule = (columns: HealthColumns) => HealthFinding | null;

/** A metric's finite values with their iterations. */
interface Line {
  readonly metric: string;
  readonly at: readonly number[];
  readonly values: readonly number[];
}

function lineOf({ iterations, values }: HealthColumns, metric: string): Line {
  const column = values[metric] ?? [];
  const rows: number[] = [];
  for (let i = 0; i < column.length; i++)
    if (Number.isFinite(column[i]) && column[i] !== absent) rows.push(i);
  return { metric, at: rows.map((i) => iterations[i]), values: rows.map((i) => column[i]) };
}

/** How many iterations a mean is over: a tenth of the run, three at least. */
const windowOf = ({ values }: Line): number => Math.max(3, Math.ceil(values.length / 10));
const isLong = ({ values }: Line): boolean => values.length >= 6;
const startOf = (line: Line): number => mean(line.values.slice(0, windowOf(line)));
const endOf = (line: Line): number => mean(line.values.slice(-windowOf(line)));

function finding(
  rule: HealthRule,
  severity: HealthFinding["severity"],
  line: Line,
  before: number,
  now: number,
  from = line.at[Math.max(0, line.at.length - windowOf(line))],
): HealthFinding {
  return { rule, severity, metric: line.metric, from, to: line.at[line.at.length - 1], before, now };
}

/** A score or loss of an update that is not a number. Iteration 0 has no update. */
const notANumber: Rule = ({ iterations, values }) => {
  for (const metric of ["objective/score", "policy/loss", "value/loss"]) {
    const column = values[metric] ?? [];
    const bad = Array.from(column, (_, i) => i).find((i) => iterations[i] > 0 && !Number.isFinite(column[i]));
    if (bad === undefined) continue;
    const at = iterations[bad];
    return { rule: "notANumber", severity: "error", metric, from: at, to: at, before: NaN, now: column[bad] };
  }
  return null;
};

/** Before the first update of an iteration π is π_old, so that every ratio is 1; else sampling and training disagree. */
const firstRatio: Rule = (columns) => {
  const line = lineOf(columns, "check/firstRatioDeviation");
  const worst = line.values.findIndex((value) => value > 1e-4);
  if (worst < 0) return null;
  return finding("firstRatio", "error", line, 1e-4, line.values[worst], line.at[worst]);
};

/** More than a nat a token, or 25 a response, from the reference: the penalty does not hold the policy. */
const klRunaway: Rule = (columns) => {
  const line = lineOf(columns, "objective/klPolicyReference");
  const length = lineOf(columns, "response/length");
  if (!isLong(line)) return null;
  const limit = isLong(length) ? Math.min(25, Math.max(1, endOf(length))) : 25;
  return endOf(line) > limit ? finding("klRunaway", "warning", line, limit, endOf(line)) : null;
};

/** A divergence is not negative; a mean of samples far below 0 says that log-probs of sampling and scoring differ. */
const klNegative: Rule = (columns) => {
  const line = lineOf(columns, "objective/klPolicyReference");
  return isLong(line) && endOf(line) < -0.5 ? finding("klNegative", "error", line, 0, endOf(line)) : null;
};

/** Where a third of the tokens are clipped, updates are too large for their rollout. */
const clipFraction: Rule = (columns) => {
  const line = lineOf(columns, "policy/clipFraction");
  return isLong(line) && endOf(line) > 0.3
    ? finding("clipFraction", "warning", line, 0.3, endOf(line))
    : null;
};

/** Less than a sixth of the start's entropy: the policy says nearly the same each time. */
const entropyCollapse: Rule = (columns) => {
  const line = lineOf(columns, "policy/entropy");
  if (!isLong(line) || endOf(line) >= startOf(line) / 6) return null;
  return finding("entropyCollapse", "warning", line, startOf(line), endOf(line));
};

/** Fewer responses than before come to their end, by a tenth of all. */
const endRateFalling: Rule = (columns) => {
  const line = lineOf(columns, "response/endRate");
  if (!isLong(line) || startOf(line) - endOf(line) <= 0.1) return null;
  return finding("endRateFalling", "warning", line, startOf(line), endOf(line));
};

/** Half as long again as in the beginning, or half as long, and by two tokens at least. */
const lengthDrift: Rule = (columns) => {
  const line = lineOf(columns, "response/length");
  if (!isLong(line)) return null;
  const [start, end] = [startOf(line), endOf(line)];
  const isFar = (end > 1.5 * start || end < start / 2) && Math.abs(end - start) >= 2;
  return isFar ? finding("lengthDrift", "warning", line, start, end) : null;
};

/** Ten times the smallest mean before. */
const valueLossExplosion: Rule = (columns) => {
  const line = lineOf(columns, "value/loss");
  if (!isLong(line)) return null;
  const window = windowOf(line);
  const means = line.values.slice(window - 1).map((_, i) => mean(line.values.slice(i, i + window)));
  const best = Math.min(...means);
  return endOf(line) > 10 * best ? finding("valueLossExplosion", "warning", line, best, endOf(line)) : null;
};

/**
 * The rewarded score went on rising while a score that is not rewarded fell: since its best mean the held-out score lost a twentieth of what
 * it had gained until then and three standard errors of a mean, and the rewarded score rose by a tenth of its spread at the start, to half of it or more above the start.
 * Source: Gao et al. 2022, fig. 1.
 */
const overOptimisation: Rule = (columns) => {
  const score = lineOf(columns, "objective/score");
  const held = lineOf(columns, "objective/heldOutScore");
  if (!isLong(score) || held.values.length !== score.values.length) return null;
  const window = windowOf(held);
  const meansOf = ({ values }: Line): number[] =>
    values.slice(window - 1).map((_, i) => mean(values.slice(i, i + window)));
  const [scores, heldOut] = [meansOf(score), meansOf(held)];
  const peak = heldOut.reduce((best, value, i) => (value > heldOut[best] ? i : best), 0);
  const last = heldOut.length - 1;
  const gained = heldOut[peak] - heldOut[0];
  const lost = heldOut[peak] - heldOut[last];
  const spread = lineOf(columns, "objective/scoreStd").values[0] ?? 0;
  const rose = scores[last] - scores[peak] > 0.1 * spread && scores[last] - scores[0] > 0.5 * spread;
  const steps = held.values.slice(1).map((value, i) => value - held.values[i]);
  const noise = standardDeviation(steps) / Math.sqrt(2 * window);
  if (!rose || last - peak < window || lost <= Math.max(0.05 * gained, 3 * noise)) return null;
  return finding("overOptimisation", "warning", held, heldOut[peak], heldOut[last], held.at[peak]);
};

const rules: readonly Rule[] = [
  notANumber,
  firstRatio,
  klRunaway,
  klNegative,
  clipFraction,
  entropyCollapse,
  endRateFalling,
  lengthDrift,
  valueLossExplosion,
  overOptimisation,
];
