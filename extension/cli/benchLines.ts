import { anyNumber, boolean, listOf, nullable, oneOf, recordOf, string, union } from "../protocol/codec";
import type { Decoded, FieldsOf } from "../protocol/codec";

/**
 * One figure of one task: ours, and a peer's where there is one that has it. Medians of all rounds, with the smallest and largest; the
 * peer's are null without one.
 */
const measurement = {
  name: string,
  label: string,
  size: string,
  unit: oneOf(["ms", "s", "tokens/s", "MB"]),
  value: anyNumber,
  min: anyNumber,
  max: anyNumber,
  repeats: anyNumber,
  peerName: nullable(string),
  peerValue: nullable(anyNumber),
  peerMin: nullable(anyNumber),
  peerMax: nullable(anyNumber),
  /** The median of the rounds' ratios, ours better when above 1; null without a peer that was proved to do the same. */
  ratio: nullable(anyNumber),
  /** Share of all processors that other processes took meanwhile. */
  othersShare: anyNumber,
  /** What the same memory was estimated to be before. */
  estimate: nullable(anyNumber),
  /** Each round's, in the order in which they were run. */
  values: listOf(anyNumber),
  peerValues: nullable(listOf(anyNumber)),
};
export type Measurement = FieldsOf<typeof measurement>;

/** Whether a peer and we found the same results from the same weights and tokens. */
const check = {
  name: string,
  size: string,
  peerName: string,
  passed: boolean,
  seconds: anyNumber,
  figures: recordOf(anyNumber),
};

/** What the measuring of a task says, line by line, in this process or in one of its own. */
export const benchLine = union({
  event: {
    event: string,
    backend: string,
    device: string,
    threads: anyNumber,
    peers: listOf(string),
    note: string,
  },
  progress: { what: string, done: anyNumber, total: anyNumber },
  check,
  measurement,
});
export type BenchLine = Decoded<typeof benchLine>;
export type Tell = (line: BenchLine) => void;
