import { existsSync } from "node:fs";
import { parseAssignment } from "../data/assignments";
import { parseItems, parseRankingFile } from "../data/labels";
import type { AssignedItem } from "../protocol/assignmentFormat";
import type { Say } from "../protocol/fieldValue";
import { isProblem, type Problem } from "../protocol/problem";
import { isAdjudicator, type LabelItem, type RankingFile } from "../protocol/rankingFormat";
import { assignmentFile, itemsFile, labelFiles, type RankingPlace } from "../runs/labelFiles";
import { readText } from "../runs/sealedFolder";
import type { RankingFault } from "./rankingDocument";
import { ownJudgement } from "./rankingView";

/** What lies beside a labeler's file and does not change while it is worked on. */
export interface RankingBatch {
  readonly items: readonly LabelItem[];
  /** The labeler's assignment by item id, in its order; empty where the whole batch is theirs. */
  readonly assigned: ReadonlyMap<string, AssignedItem>;
  /** The other labelers' files, for an adjudicator, who has to see them; a labeler must not. */
  readonly others: readonly RankingFile[];
  /** Why the assignment does not count, if there is one that cannot be read. */
  readonly warning: string | null;
}

export function readRankingBatch(
  place: RankingPlace | null,
  where: string,
  shown: (path: string) => string,
  t: Say,
  /** The items file, where it has been read already. */
  itemsText?: string | Problem,
): RankingBatch | RankingFault {
  if (place === null) {
    const message = t(
      "{0} is not in a project's folder labels with a name such as batch.labeler.ranking.json, so there are no answers to it.",
      where,
    );
    return { message, line: null };
  }
  const path = itemsFile(place.project, place.batch);
  const text = itemsText ?? readText(path);
  const items = isProblem(text) ? text : parseItems(text, shown(path));
  if (isProblem(items)) return { message: items.message, line: null };
  return { items, others: readOthers(place, items), ...readAssigned(place, items, shown) };
}

/** The items that are assigned, in that order; without an assignment all. What was judged besides stays in reach, at the end. */
export function itemsInOrder({ items, assigned }: RankingBatch, file: RankingFile): readonly LabelItem[] {
  if (assigned.size === 0) return items;
  const byId = new Map(items.map((item) => [item.id, item]));
  const besides = items.filter(({ id }) => !assigned.has(id) && ownJudgement(file, id) !== undefined);
  return [...[...assigned.keys()].flatMap((id) => byId.get(id) ?? []), ...besides];
}

function readAssigned(
  { project, batch, labeler }: RankingPlace,
  items: readonly LabelItem[],
  shown: (path: string) => string,
): Pick<RankingBatch, "assigned" | "warning"> {
  const path = assignmentFile(project, batch, labeler);
  if (!existsSync(path)) return { assigned: new Map(), warning: null };
  const text = readText(path);
  const file = isProblem(text) ? text : parseAssignment(text, shown(path), items);
  if (isProblem(file)) return { assigned: new Map(), warning: file.message };
  return { assigned: new Map(file.items.map((item) => [item.id, item])), warning: null };
}

function readOthers(
  { project, batch, labeler }: RankingPlace,
  items: readonly LabelItem[],
): readonly RankingFile[] {
  if (!isAdjudicator(labeler)) return [];
  const files = labelFiles(project).find((each) => each.batch === batch)?.rankingFiles ?? [];
  return files.flatMap((path) => {
    const text = readText(path);
    const file = isProblem(text) ? text : parseRankingFile(text, path, items);
    return isProblem(file) || isAdjudicator(file.labeler) ? [] : [file];
  });
}
