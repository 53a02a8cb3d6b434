import assert from "node:assert/strict";
import { listenToSteps } from "../../extension/engine/compiledStep";

interface RefusedStep {
  readonly name: string;
  readonly reason: string;
}

const refused: RefusedStep[] = [];

/**
 * No comparison depends on the biases of the score and of the last layer norm: their gradients are rounding, which Adam turns into steps of the
 * learning rate, so that these biases of two correct runs differ by more than the check allows. Losses and gradients have tests of their own.
 */
const isRoundingOfBias = ({ name, reason }: RefusedStep): boolean =>
  name.startsWith("reward-model step") && reason.includes("another variable");

/**
 * Here a compiled step that gives something else than the same step run operation by operation is a failure of the test. The first run of a graph is
 * always compared, every run if told.
 */
export function failOnRefusedSteps(compared: "first" | "every"): void {
  before(() => {
    if (compared === "every") process.env.RLHF_CHECK_STEPS = "1";
  });
  afterEach(() => assert.deepEqual(takeRefused(), []));
  after(() => void delete process.env.RLHF_CHECK_STEPS);
}

listenToSteps({
  compiling: () => undefined,
  refused(name, reason) {
    if (!isRoundingOfBias({ name, reason })) refused.push({ name, reason });
  },
});

/** The steps that were refused so far, which a test expected. */
export const takeRefused = (): readonly RefusedStep[] => refused.splice(0);
