import { cosineLearningRate, warmupConstantLearningRate } from "../../extension/algorithms/schedules";
import { expectClose } from "../support/expectClose";

describe("schedules", () => {
  const cosine = { steps: 5, peak: 1, warmupSteps: 0, finalShare: 0.1 };
  it("cosineLearningRate() falls from the peak to its tenth by half a cosine", () => {
    // By hand: 0.1 + 0.45·(1 + cos(π·step/4)).
    const rates = [0, 1, 2, 3, 4].map((step) => cosineLearningRate({ ...cosine, step }));
    expectClose(rates, [1, 0.868198, 0.55, 0.231802, 0.1], 1e-6);
    expectClose(cosineLearningRate({ ...cosine, step: 9 }), 0.1, 1e-12);
  });
  it("cosineLearningRate() rises over the warm-up, and then starts at the peak", () => {
    const rates = [0, 1, 2, 3, 4].map((step) => cosineLearningRate({ ...cosine, warmupSteps: 2, step }));
    expectClose(rates, [1 / 3, 2 / 3, 1, 0.55, 0.1], 1e-12);
  });
  it("cosineLearningRate() takes a single step at the peak", () => {
    expectClose(cosineLearningRate({ ...cosine, steps: 1, step: 0 }), 1, 1e-12);
  });
  it("warmupConstantLearningRate() begins at a tenth and stays at the peak from iteration 10 on", () => {
    const schedule = { peak: 2, warmupIterations: 10, startShare: 0.1 };
    const rates = [0, 5, 9, 10, 500].map((iteration) =>
      warmupConstantLearningRate({ ...schedule, iteration }),
    );
    expectClose(rates, [0.2, 1.1, 1.82, 2, 2], 1e-12);
  });
  it("warmupConstantLearningRate() without warm-up is the peak at once", () => {
    expectClose(
      warmupConstantLearningRate({ iteration: 0, peak: 3, warmupIterations: 0, startShare: 0.1 }),
      3,
      0,
    );
  });
});
