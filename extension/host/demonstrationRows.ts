import { findLines, lineProblem, type DemonstrationLines } from "../data/demonstrationLines";
import { lineText } from "../data/lineFile";
import type { DemonstrationDraft } from "../protocol/demonstrationDraft";
import type {
  DemonstrationList,
  DemonstrationRow,
  DemonstrationsState,
} from "../protocol/demonstrationMessages";

const pageSize = 50;
const shownLetters = 160;

export interface ListQuery {
  readonly query: string;
  readonly problemsOnly: boolean;
  readonly page: number;
}

/** One page of the lines that a search finds. `name` is what sentences call the file. */
export function demonstrationList(
  lines: DemonstrationLines,
  asked: ListQuery,
  name: string,
): DemonstrationList {
  const found = findLines(lines, asked);
  const pages = Math.max(1, Math.ceil(found.length / pageSize));
  const page = Math.min(asked.page, pages - 1);
  const filled = lines.lineOfId.size;
  return {
    ...{ query: asked.query, problemsOnly: asked.problemsOnly, page, pages },
    ...{ total: filled, problems: lines.problems.size, found: found.length },
    rows: found.slice(page * pageSize, (page + 1) * pageSize).map((line) => rowOf(lines, line, name)),
  };
}

function rowOf(lines: DemonstrationLines, line: number, name: string): DemonstrationRow {
  const record = lines.records[line];
  return {
    line: line + 1,
    title: beginning(record?.prompt ?? lineText(lines.file, line)),
    detail: beginning(record?.response ?? ""),
    author: record?.author ?? "",
    problem: lineProblem(lines, line, name),
  };
}

/** The first letters of a text on one line. */
export function beginning(text: string): string {
  const flat = text
    .slice(0, 2 * shownLetters)
    .replace(/\s+/g, " ")
    .trim();
  const letters = [...flat];
  return letters.length > shownLetters ? `${letters.slice(0, shownLetters).join("")}…` : flat;
}

/** The drafts as the page lists them. */
export function draftRows(drafts: readonly DemonstrationDraft[]): DemonstrationsState["drafts"] {
  return drafts.map(({ id, kind, prompt, response, pairs, replaces }) => ({
    ...{ id, kind, line: replaces?.line ?? null },
    title: beginning(
      [prompt, response, ...pairs.map(({ query }) => query)].find((text) => text.trim() !== "") ?? "",
    ),
  }));
}
