import { integer, number } from "./configField";

// Bounds and fields that several blocks of the catalogue have in common.

export const positive = { min: 1, max: 1e9 };
export const share = { min: 0, max: 1 };
export const rate = { min: 0, max: 1 };
export const ours = "our choice";

export const optimizer = {
  adamBeta1: number(0.9, share, { doc: "Decay of Adam's first moment.", paper: "0.9 (App. C)" }),
  adamBeta2: number(0.95, share, { doc: "Decay of Adam's second moment.", paper: "0.95 (App. C)" }),
  adamEpsilon: number(
    1e-8,
    { min: 1e-12, max: 1 },
    {
      doc: "Added to the square root of the bias-corrected second moment (PyTorch's form of Adam, not TensorFlow 1's).",
      paper: "not stated; our choice",
    },
  ),
  maxGradNorm: number(
    1,
    { min: 0, max: 1e6 },
    {
      doc: "Gradients are scaled down to this global norm; 0 turns clipping off.",
      paper: "not stated; our choice",
    },
  ),
};

export const bookkeeping = {
  stepsPerIteration: integer(10, positive, {
    doc: "Optimizer steps summarised in one line of metrics.",
    unit: "steps",
    paper: ours,
  }),
  checkpointEvery: integer(10, positive, {
    doc: "Iterations between checkpoints.",
    unit: "iterations",
    paper: ours,
  }),
  keepCheckpoints: integer(
    3,
    { min: 1, max: 1e6 },
    { doc: "How many of the latest checkpoints stay on disk, the best one apart.", paper: ours },
  ),
};
