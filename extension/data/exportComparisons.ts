import { rankingPairs } from "../algorithms/rankingPairs";
import { toJsonLines, type Comparison } from "./records";

/**
 * rlhf: our own lines, which lose nothing. trl: TRL's preference format with explicit prompt. hh: Anthropic's transcripts. csv: RFC 4180.
 * All but the first hold pairs, a row each.
 */
export const comparisonFormats = ["rlhf", "trl", "hh", "csv"] as const;
export type ComparisonFormat = (typeof comparisonFormats)[number];

export interface ExportedComparisons {
  readonly text: string;
  readonly rows: number;
  /** Tied pairs, which formats of pairs cannot hold. */
  readonly leftOut: number;
}

interface Pair {
  readonly prompt: string;
  readonly chosen: string;
  readonly rejected: string;
  readonly labeler: string;
}

/** Comparisons as the text of a file. */
export function exportComparisons(
  comparisons: readonly Comparison[],
  format: ComparisonFormat,
): ExportedComparisons {
  if (format === "rlhf") return { text: toJsonLines(comparisons), rows: comparisons.length, leftOut: 0 };
  const pairs = comparisons.flatMap(pairsOf);
  const all = comparisons.reduce((sum, { responses: { length } }) => sum + (length * (length - 1)) / 2, 0);
  return { text: textOf(pairs, format), rows: pairs.length, leftOut: all - pairs.length };
}

function pairsOf({ prompt, responses, tiers, labeler = "" }: Comparison): Pair[] {
  const named = tiers.map((tier) => tier.map(String));
  return rankingPairs(named, "drop").map(({ winner, loser }) => ({
    prompt,
    chosen: responses[Number(winner)].text,
    rejected: responses[Number(loser)].text,
    labeler,
  }));
}

function textOf(pairs: readonly Pair[], format: Exclude<ComparisonFormat, "rlhf">): string {
  switch (format) {
    case "trl":
      return toJsonLines(pairs.map(({ prompt, chosen, rejected }) => ({ prompt, chosen, rejected })));
    case "hh":
      return toJsonLines(
        pairs.map(({ prompt, chosen, rejected }) => ({
          chosen: transcript(prompt, chosen),
          rejected: transcript(prompt, rejected),
        })),
      );
    case "csv": {
      const rows = pairs.map(({ prompt, chosen, rejected, labeler }) => [prompt, chosen, rejected, labeler]);
      return [["prompt", "chosen", "rejected", "labeler"], ...rows]
        .map((row) => `${row.map(cell).join(",")}\r\n`)
        .join("");
    }
  }
}

/** A prompt that is itself a transcript, as an imported one may be, goes on as it is. */
function transcript(prompt: string, response: string): string {
  const start = /^\s*Human:/.test(prompt) ? prompt.trim() : `Human: ${prompt}`;
  const turn = /\n\s*Assistant:\s*$/.test(start) ? "" : "\n\nAssistant:";
  return `\n\n${start}${turn} ${response}`;
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
