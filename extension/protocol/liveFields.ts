import { isObject } from "./codec";
import type { Field } from "./configField";
import { Problem } from "./problem";
import { configBlocks } from "./runConfig";
import type { Intervention, RunManifest, SettingValue, Stage } from "./runFormat";

/** Settings that may change while a run goes on, by stage; a change takes effect at the next iteration. */
export const liveFields: { readonly [S in Stage]: readonly string[] } = {
  pretrain: ["learningRate", "microbatch"],
  sft: ["learningRate", "microbatch"],
  rm: ["learningRate", "microbatch"],
  ppo: ["klCoef", "ptxCoef", "learningRate", "valueLearningRate", "entropyCoef", "iterations", "microbatch"],
  dpo: [],
  evaluate: [],
};

/** Checks a live change against the catalogue: the value, or a sentence that says what is allowed. */
export function checkLiveChange(stage: Stage, key: string, value: SettingValue): SettingValue | Problem {
  const path = `${stage}.${key}`;
  if (!liveFields[stage].includes(key)) {
    const allowed = liveFields[stage].join(", ") || "nothing";
    const sentence = `${path} cannot change while the run goes on; what can is: ${allowed}.`;
    return new Problem("invalidValue", sentence);
  }
  const blocks: Readonly<Record<string, Readonly<Record<string, Field>>>> = configBlocks;
  const field = blocks[stage][key];
  const invalid = (expected: string) =>
    new Problem("invalidValue", `${path} must be ${expected}, but is ${JSON.stringify(value)}.`);
  switch (field.type) {
    case "integer":
    case "number": {
      const whole = field.type === "integer";
      const expected = whole
        ? `a whole number from ${field.min} to ${field.max}`
        : `a number from ${field.min} to ${field.max}`;
      if (typeof value !== "number" || (whole && !Number.isInteger(value))) return invalid(expected);
      return value >= field.min && value <= field.max ? value : invalid(expected);
    }
    case "flag":
      return typeof value === "boolean" ? value : invalid("true or false");
    case "choice":
      return typeof value === "string" && field.choices.includes(value)
        ? value
        : invalid(`one of ${field.choices.join(", ")}`);
    case "text":
      return typeof value === "string" ? value : invalid("text");
    case "list":
      return Array.isArray(value) ? value : invalid("a list");
  }
}

/** The changed settings in force in an iteration: later lines and later iterations win. */
export function changesInForce(
  interventions: readonly Intervention[],
  iteration: number,
): Readonly<Record<string, SettingValue>> {
  const inForce = interventions
    .map((intervention, order) => ({ intervention, order }))
    .filter(({ intervention }) => intervention.iteration <= iteration)
    .sort((a, b) => a.intervention.iteration - b.intervention.iteration || a.order - b.order);
  const pairs = inForce.flatMap(({ intervention }) =>
    intervention.changes.map((change) => [change.key, change.new] as const),
  );
  return Object.fromEntries(pairs);
}

export type Settings = Readonly<Record<string, SettingValue>>;

/** The settings of the run's stage in force in an iteration: those it began with, and the live changes laid over them. */
export function settingsAt(
  manifest: RunManifest,
  interventions: readonly Intervention[],
  iteration: number,
): Settings {
  const block = manifest.config[manifest.stage];
  return { ...((isObject(block) ? block : {}) as Settings), ...changesInForce(interventions, iteration) };
}
