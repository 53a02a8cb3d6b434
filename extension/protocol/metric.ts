import type { Stage } from "./runFormat";

/** A row of the metric catalogue: what a number of a run means, for validators, charts, legends and documentation alike. */
export interface Metric {
  /** Unit of the value: "nats", "seconds", "1" for a pure number or share. */
  readonly unit: string;
  /** Which way is better; neutral where neither is. */
  readonly direction: "higher" | "lower" | "neutral";
  /** How values of several optimizer steps or iterations become one. */
  readonly reduce: "mean" | "last" | "max" | "min";
  /** Where a healthy run stays; outside it a chart warns. Absent where no such range is known. */
  readonly healthy?: { readonly min?: number; readonly max?: number };
  readonly formula: string;
  readonly citation: string;
  readonly stages: readonly Stage[];
}

/** The paper: Ouyang et al. 2022, "Training language models to follow instructions with human feedback". */
export const instructGpt = "Ouyang et al. 2022";
export const ours = "our choice";
