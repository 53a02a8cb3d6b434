import type { RecordKind } from "./records";

/** What can be written to a file of another program's: the rankings in labels/, or records of the data. */
export type ExportedKind = Exclude<RecordKind, "pretraining">;

interface ExportFormat {
  readonly title: string;
  readonly kinds: readonly ExportedKind[];
  readonly ending: string;
  /** Whether other programs see what was judged; rows of pairs on several axes would contradict each other to one that does not look. */
  readonly keepsAxes: boolean;
  /** What a file of it is, in words. */
  readonly what: string;
}

const all: readonly ExportedKind[] = ["comparisons", "demonstrations", "prompts"];
const rankings: readonly ExportedKind[] = ["comparisons"];

/**
 * The formats that are written, by the name that a command is given; all of them are read back. Rows of pairs and of single responses say
 * in columns of their own which ranking they belong to, so that it comes back whole.
 */
export const exportFormats = {
  rlhf: {
    title: "RLHF Workbench",
    keepsAxes: true,
    kinds: all,
    ending: ".jsonl",
    what: "our own JSON lines, rankings as they are",
  },
  trl: {
    title: "TRL",
    keepsAxes: false,
    kinds: all,
    ending: ".jsonl",
    what: "preference pairs, prompts with completions, or prompts, JSON lines",
  },
  "trl-chat": {
    title: "TRL, conversational",
    keepsAxes: false,
    kinds: all,
    ending: ".jsonl",
    what: "the same as lists of messages with roles",
  },
  "trl-unpaired": {
    title: "TRL, unpaired",
    keepsAxes: false,
    kinds: rankings,
    ending: ".jsonl",
    what: "single responses; those of the best tier are labelled wanted",
  },
  hh: {
    title: "HH-RLHF",
    keepsAxes: false,
    kinds: rankings,
    ending: ".jsonl",
    what: "pairs of whole transcripts, JSON lines",
  },
  oasst: {
    title: "OpenAssistant",
    keepsAxes: false,
    kinds: rankings,
    ending: ".jsonl",
    what: "a message tree for each ranking, with ranks",
  },
  argilla: {
    title: "Argilla",
    keepsAxes: true,
    kinds: rankings,
    ending: ".json",
    what: "a list of records, a ranking question for each axis",
  },
  "label-studio": {
    title: "Label Studio",
    keepsAxes: true,
    kinds: rankings,
    ending: ".json",
    what: "a list of tasks with a ranker, an annotation for each labeler",
  },
  csv: { title: "CSV", keepsAxes: false, kinds: all, ending: ".csv", what: "as trl, a table (RFC 4180)" },
  parquet: {
    title: "Parquet",
    keepsAxes: false,
    kinds: all,
    ending: ".parquet",
    what: "as trl, a table compressed by Snappy",
  },
} as const satisfies Record<string, ExportFormat>;

export type ExportFormatName = keyof typeof exportFormats;
export const exportFormatNames = Object.keys(exportFormats) as readonly ExportFormatName[];

/** The formats that records of a kind can be written in. */
export const formatsOf = (kind: ExportedKind): readonly ExportFormatName[] =>
  exportFormatNames.filter((name) => exportFormats[name].kinds.some((each) => each === kind));
