import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** A batch of items to rank and the files with its labelers' judgements, whole paths. */
export interface LabelBatchFiles {
  readonly batch: string;
  readonly itemsFile: string;
  readonly rankingFiles: readonly string[];
}

const itemsEnding = ".items.jsonl";
const rankingEnding = ".ranking.json";
const assignmentEnding = ".assignment.json";
const screeningEnding = ".screening.json";

export const labelsFolder = (project: string) => join(project, "labels");
export const itemsFile = (project: string, batch: string) =>
  join(labelsFolder(project), `${batch}${itemsEnding}`);
export const rankingFile = (project: string, batch: string, labeler: string) =>
  join(labelsFolder(project), `${batch}.${labeler}${rankingEnding}`);
/** Demonstrations that a labeler has not finished. */
export const draftsFile = (project: string, labeler: string) =>
  join(labelsFolder(project), `${labeler}.drafts.json`);

export const assignmentFile = (project: string, batch: string, labeler: string) =>
  join(labelsFolder(project), `${batch}.${labeler}${assignmentEnding}`);

/** The labelers with an assignment of a batch, by name. */
export function assignedLabelers(project: string, batch: string): readonly string[] {
  const names = ofLabelers(batch, assignmentEnding, namesIn(project));
  return names.map((name) => name.slice(batch.length + 1, -assignmentEnding.length));
}

/** The names in labels/, none where there is no such folder. */
function namesIn(project: string): readonly string[] {
  const folder = labelsFolder(project);
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

/** The names of the files that labelers have of a batch: a labeler is a slug without dots, so that batch "a" does not claim those of batch "a.b". */
function ofLabelers(batch: string, ending: string, names: readonly string[]): readonly string[] {
  return names.filter(
    (name) =>
      name.startsWith(`${batch}.`) &&
      name.endsWith(ending) &&
      !name.slice(batch.length + 1, -ending.length).includes("."),
  );
}

/** Items with their right rankings, for screening labelers. */
export const goldFile = (project: string) => join(labelsFolder(project), "gold.jsonl");

/** What a file of rankings is about. */
export interface RankingPlace {
  readonly project: string;
  readonly batch: string;
  readonly labeler: string;
}

/** The project, batch and labeler of a file of rankings, by where it lies and its name; null where it is none of a project's. */
export function rankingFileParts(path: string): RankingPlace | null {
  const [, batch, labeler] = /^(.+)\.([^.]+)\.ranking\.json$/.exec(basename(path)) ?? [];
  const folder = dirname(path);
  if (batch === undefined || basename(folder) !== "labels") return null;
  return { project: dirname(folder), batch, labeler };
}

/** The files about labelers in labels/, by labeler. */
export function screeningFiles(
  project: string,
): readonly { readonly labeler: string; readonly file: string }[] {
  return namesIn(project)
    .filter((name) => name.endsWith(screeningEnding))
    .map((name) => ({
      labeler: name.slice(0, -screeningEnding.length),
      file: join(labelsFolder(project), name),
    }));
}

/** The labeler of one of a batch's ranking files, by the file's name. */
export const labelerOf = (batch: string, file: string) =>
  basename(file).slice(batch.length + 1, -rankingEnding.length);

/** The batches in labels/, by name, each with its rankings, by labeler. */
export function labelFiles(project: string): readonly LabelBatchFiles[] {
  const names = namesIn(project);
  const path = (name: string): string => join(labelsFolder(project), name);
  return names
    .filter((name) => name.endsWith(itemsEnding))
    .map((name) => {
      const batch = name.slice(0, -itemsEnding.length);
      const rankings = ofLabelers(batch, rankingEnding, names);
      return { batch, itemsFile: path(name), rankingFiles: rankings.map(path) };
    });
}
