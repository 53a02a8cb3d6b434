import assert from "node:assert/strict";
import { onRefusedStep } from "../../extension/engine/tensorflow/useTensorflow";

interface RefusedStep {
  readonly name: string;
  readonly reason: string;
}

const refused: RefusedStep[] = [];

/**
 * No comparison depends on the score's bias: its gradient is rounding, which Adam turns into steps of the learning rate, so that the bias of two
 * correct runs differs by more than the check allows. What the step gives, and every other variable, is compared all the same.
 */
const isBiasOfScore = ({ name, reason }: RefusedStep): boolean =>
  name.startsWith("reward-model step") && reason.includes("another variable");

/** From here on every compiled step is compared with the same step run operation by operation, and the difference is a failure of the test. */
export function failOnRefusedSteps(): void {
  before(() => {
    process.env.RLHF_CHECK_STEPS = "1";
    onRefusedStep((name, reason) => {
      if (!isBiasOfScore({ name, reason })) refused.push({ name, reason });
    });
  });
  afterEach(() => assert.deepEqual(takeRefused(), []));
  after(() => onRefusedStep(null));
}

/** The steps that were refused so far, which a test expected. */
export const takeRefused = (): readonly RefusedStep[] => refused.splice(0);
