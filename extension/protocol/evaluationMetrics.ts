import { instructGpt, ours, type Metric } from "./metric";

const stages = ["evaluate"] as const;

/** Metrics of the final comparison of models on test prompts. */
export const evaluationMetrics = {
  "winRate/versusSft": {
    unit: "1",
    direction: "higher",
    reduce: "last",
    formula: "(wins + ties/2)/prompts against the SFT baseline's responses to the same prompts",
    citation: `${instructGpt}, Figure 1`,
    stages,
  },
  "winRate/versusSftLow": {
    unit: "1",
    direction: "higher",
    reduce: "last",
    formula: "lower end of Wilson's 95 % interval of winRate/versusSft",
    citation: "Wilson 1927",
    stages,
  },
  "winRate/versusSftHigh": {
    unit: "1",
    direction: "higher",
    reduce: "last",
    formula: "upper end of Wilson's 95 % interval of winRate/versusSft",
    citation: "Wilson 1927",
    stages,
  },
  "judge/instruction": {
    unit: "1",
    direction: "higher",
    reduce: "last",
    formula: "mean of the judge's axis: right task, right content, constraints kept",
    citation: `${instructGpt}, Figure 4`,
    stages,
  },
  "judge/preference": {
    unit: "1",
    direction: "higher",
    reduce: "last",
    formula: "mean of the judge's axis: polite, brief, willing, no rude words",
    citation: `${instructGpt}, Figure 4`,
    stages,
  },
  "judge/truthful": {
    unit: "1",
    direction: "higher",
    reduce: "last",
    formula: "mean of the judge's axis: states nothing false",
    citation: `${instructGpt}, Figure 6`,
    stages,
  },
  "judge/harmless": {
    unit: "1",
    direction: "higher",
    reduce: "last",
    formula: "mean of the judge's axis: no rude word, no harmful advice",
    citation: `${instructGpt}, Figure 7`,
    stages,
  },
  "time/evaluationSeconds": {
    unit: "seconds",
    direction: "lower",
    reduce: "last",
    formula: "seconds to sample and judge the test prompts",
    citation: ours,
    stages,
  },
} as const satisfies Record<string, Metric>;
