import assert from "node:assert/strict";
import { listenToSteps } from "../../extension/engine/compiledStep";

interface RefusedStep {
  readonly name: string;
  readonly reason: string;
}

const refused: RefusedStep[] = [];

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
  refused: (name, reason) => void refused.push({ name, reason }),
});

/** The steps that were refused so far, which a test expected. */
export const takeRefused = (): readonly RefusedStep[] => refused.splice(0);
