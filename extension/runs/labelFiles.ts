import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** A batch of items to rank and the files with its labelers' judgements, whole paths. */
export interface LabelBatchFiles {
  readonly batch: string;
  readonly itemsFile: string;
  readonly rankingFiles: readonly string[];
}

export const labelsFolder = (project: string) => join(project, "labels");
export const itemsFile = (project: string, batch: string) =>
  join(labelsFolder(project), `${batch}.items.jsonl`);
export const rankingFile = (project: string, batch: string, labeler: string) =>
  join(labelsFolder(project), `${batch}.${labeler}.ranking.json`);
/** Demonstrations that a labeler has not finished. */
export const draftsFile = (project: string, labeler: string) =>
  join(labelsFolder(project), `${labeler}.drafts.json`);

export const assignmentFile = (project: string, batch: string, labeler: string) =>
  join(labelsFolder(project), `${batch}.${labeler}${assignmentEnding}`);

/** The files of what labelers are to rank of a batch, by labeler. */
export function assignmentFiles(
  project: string,
  batch: string,
): readonly { readonly labeler: string; readonly file: string }[] {
  const folder = labelsFolder(project);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${batch}.`) && name.endsWith(assignmentEnding))
    .sort()
    .map((name) => ({
      labeler: name.slice(batch.length + 1, -assignmentEnding.length),
      file: join(folder, name),
    }))
    .filter(({ labeler }) => !labeler.includes("."));
}

const assignmentEnding = ".assignment.json";

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
  const folder = labelsFolder(project);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(screeningEnding))
    .sort()
    .map((name) => ({ labeler: name.slice(0, -screeningEnding.length), file: join(folder, name) }));
}

const screeningEnding = ".screening.json";

/** The labeler of one of a batch's ranking files, by the file's name. */
export const labelerOf = (batch: string, file: string) =>
  basename(file).slice(batch.length + 1, -".ranking.json".length);

/** The batches in labels/, by name, each with its rankings, by labeler. */
export function labelFiles(project: string): readonly LabelBatchFiles[] {
  const folder = labelsFolder(project);
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).sort();
  return names
    .filter((name) => name.endsWith(".items.jsonl"))
    .map((name) => {
      const batch = name.slice(0, -".items.jsonl".length);
      const own = (other: string) => other.startsWith(`${batch}.`) && other.endsWith(".ranking.json");
      // A labeler is a slug without dots, so that batch "a" does not claim the rankings of batch "a.b".
      const rankings = names.filter((other) => own(other) && !labelerOf(batch, other).includes("."));
      return {
        batch,
        itemsFile: join(folder, name),
        rankingFiles: rankings.map((other) => join(folder, other)),
      };
    });
}
