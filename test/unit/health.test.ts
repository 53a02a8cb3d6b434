import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  healthFindings,
  healthRules,
  type HealthColumns,
  type HealthRule,
} from "../../extension/algorithms/health";

interface Recorded {
  readonly iterations: readonly number[];
  readonly values: Readonly<Record<string, readonly (number | null)[]>>;
}

/** Runs of the letter world, recorded by test/benchmark/recordHealth.mjs. */
const recorded = JSON.parse(readFileSync(join(process.cwd(), "test/golden/health.json"), "utf8")) as Readonly<
  Record<string, Recorded>
>;

const columnsOf = ({ iterations, values }: Recorded): HealthColumns => ({
  iterations,
  values: Object.fromEntries(
    Object.entries(values).map(([name, column]) => [name, column.map((value) => value ?? NaN)]),
  ),
});
const rulesOf = (columns: HealthColumns): HealthRule[] => healthFindings(columns).map(({ rule }) => rule);

/** What is said of a run at any moment of it. */
function seenIn(run: Recorded): ReadonlySet<HealthRule> {
  const { iterations, values } = columnsOf(run);
  const until = (length: number): HealthColumns => ({
    iterations: Array.from(iterations).slice(0, length),
    values: Object.fromEntries(
      Object.entries(values).map(([name, column]) => [name, Array.from(column ?? []).slice(0, length)]),
    ),
  });
  return new Set(Array.from(iterations, (_, i) => rulesOf(until(i + 1))).flat());
}

/** A run of 20 iterations in which nothing happens, with some of its columns changed. */
function quiet(changes: Readonly<Record<string, (iteration: number) => number>> = {}): HealthColumns {
  const iterations = Array.from({ length: 21 }, (_, i) => i);
  const still: Readonly<Record<string, number>> = {
    ...{ "objective/score": 0, "objective/scoreStd": 1, "objective/heldOutScore": 0 },
    ...{ "objective/klPolicyReference": 1, "policy/loss": 0, "policy/clipFraction": 0.1 },
    ...{ "policy/entropy": 2, "value/loss": 1, "response/length": 20, "response/endRate": 1 },
    "check/firstRatioDeviation": 0,
  };
  const names = Object.keys(still);
  return {
    iterations,
    values: Object.fromEntries(
      names.map((name) => [name, iterations.map((i) => changes[name]?.(i) ?? still[name])]),
    ),
  };
}

describe("health", () => {
  it("is silent on healthy runs, as a whole and at every moment of them", () => {
    const healthy = Object.entries(recorded).filter(([name]) => name.startsWith("healthy"));
    assert.equal(healthy.length, 5);
    for (const [name, run] of healthy) assert.deepEqual([...seenIn(run)], [], name);
  });

  it("sees what was made ill on purpose", () => {
    const expected: Readonly<Record<string, readonly HealthRule[]>> = {
      noPenalty: ["klRunaway", "overOptimisation"],
      wrongLabels: ["overOptimisation", "lengthDrift"],
      highRate: ["clipFraction", "klRunaway"],
      endUnpunished: ["endRateFalling"],
      valueRate: ["valueLossExplosion"],
    };
    for (const [name, rules] of Object.entries(expected)) {
      const seen = seenIn(recorded[name]);
      for (const rule of rules)
        assert.ok(seen.has(rule), `${name}: ${rule} is not among ${[...seen].join()}`);
    }
  });

  it("each rule sees its illness alone, and says where", () => {
    const from = (first: number, value: number, before: number) => (i: number) =>
      i >= first ? value : before;
    const ill: Readonly<Record<HealthRule, readonly [changes: Parameters<typeof quiet>[0], from: number]>> = {
      notANumber: [{ "value/loss": (i) => (i === 12 ? NaN : 1) }, 12],
      firstRatio: [{ "check/firstRatioDeviation": (i) => (i === 7 ? 0.01 : 0) }, 7],
      klRunaway: [{ "objective/klPolicyReference": (i) => 2 * i }, 18],
      klNegative: [{ "objective/klPolicyReference": from(15, -0.6, 1) }, 18],
      clipFraction: [{ "policy/clipFraction": from(15, 0.31, 0.1) }, 18],
      entropyCollapse: [{ "policy/entropy": from(15, 0.3, 2) }, 18],
      endRateFalling: [{ "response/endRate": from(15, 0.85, 1) }, 18],
      lengthDrift: [{ "response/length": from(15, 31, 20) }, 18],
      valueLossExplosion: [{ "value/loss": from(15, 11, 1) }, 18],
      overOptimisation: [
        { "objective/score": (i) => i / 10, "objective/heldOutScore": (i) => (i < 10 ? i : 20 - i) / 10 },
        9,
      ],
    };
    for (const rule of healthRules) {
      const [changes, start] = ill[rule];
      const found = healthFindings(quiet(changes));
      assert.deepEqual(
        found.map((finding) => [finding.rule, finding.from]),
        [[rule, start]],
        rule,
      );
    }
    assert.deepEqual(healthFindings(quiet()), []);
  });

  it("one noisy iteration, a run that has just begun and missing metrics are no illness", () => {
    const once = (value: number, usual: number) => (i: number) => (i === 18 ? value : usual);
    const noisy = quiet({
      "policy/clipFraction": once(0.6, 0.1),
      "response/endRate": once(0.8, 1),
      "value/loss": once(20, 1),
      "response/length": once(29, 20),
    });
    assert.deepEqual(healthFindings(noisy), []);
    assert.deepEqual(
      healthFindings({ iterations: [0, 1], values: { "policy/clipFraction": [NaN, 0.9] } }),
      [],
    );
    assert.deepEqual(healthFindings({ iterations: [], values: {} }), []);
    // A held-out score that only trembles has not fallen.
    const trembling = quiet({
      "objective/score": (i) => i / 10,
      "objective/heldOutScore": (i) => [0.01, -0.02, 0.03, 0, -0.01, 0.02][i % 6],
    });
    assert.deepEqual(healthFindings(trembling), []);
    const noHeldOut = quiet({ "objective/score": (i) => i / 10, "objective/heldOutScore": () => NaN });
    assert.deepEqual(healthFindings(noHeldOut), []);
  });
});
