import type { RecordKind } from "./records";

/** The config's lists of data files, and the kind of record in each. */
export const dataLists = {
  prompts: "prompts",
  testPrompts: "prompts",
  demonstrations: "demonstrations",
  comparisons: "comparisons",
  pretraining: "pretraining",
} as const satisfies Record<string, RecordKind>;

export type DataList = keyof typeof dataLists;
export const dataListNames = Object.keys(dataLists) as readonly DataList[];
