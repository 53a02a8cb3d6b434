/**
 * The paper's eleven yes-or-no questions about a response, by the names that stand in files, in its order (Ouyang et al. 2022, Table 3).
 * A project may ask others: `labeling.flags`.
 */
export const paperFlags = [
  ...["fails-instruction", "inappropriate", "hallucination", "satisfies-constraint", "sexual", "violent"],
  ...["encourages-harm", "denigrates", "harmful-advice", "opinion", "moral-judgement"],
] as const;
