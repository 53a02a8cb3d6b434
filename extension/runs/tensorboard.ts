import { join } from "node:path";
import { fileVersionEvent, scalarsEvent, textEvent } from "../formats/tfevents";
import { absent } from "../protocol/metricColumns";
import { progressOf } from "../protocol/progressColumns";
import { makeFolder, openReplacement } from "./disk";
import { followColumns } from "./followColumns";
import type { Run } from "./runFolder";

/** A text beside the curves, in Markdown: the settings, or a live change at its iteration. */
export interface EventText {
  readonly tag: string;
  readonly iteration: number;
  readonly markdown: string;
}

/**
 * Writes a run's metrics as an event file of TensorBoard into a folder of the run's name in `folder`, in place of the one that an earlier
 * call wrote there. Made of metrics.jsonl when somebody asks and not beside it while the run trains: a run that is resumed takes back what
 * came after its checkpoint, which an event file cannot. An event's time is the run's beginning and the seconds it trained until then.
 * Gives the file's path. Throws DiskError.
 */
export function writeEventFile(
  run: Run,
  folder: string,
  texts: readonly EventText[],
): { readonly path: string; readonly events: number } {
  const { id, createdAt } = run.manifest;
  const begin = Math.max(0, Date.parse(createdAt) / 1000 || 0);
  const columns = followColumns(run.paths.metrics).columns;
  const { iterations, values } = columns;
  const seconds = progressOf(run.manifest, columns).values["time/wallSeconds"];
  const timeOf = (row: number): number => begin + (seconds?.[row] ?? 0);
  const own = join(folder, id);
  makeFolder(own);
  const path = join(own, `events.out.tfevents.${Math.floor(begin)}.${id}`);
  const file = openReplacement(path);
  try {
    file.write(fileVersionEvent(begin));
    for (const { tag, iteration, markdown } of texts) {
      const row = iterations.indexOf(iteration);
      file.write(textEvent(row < 0 ? begin : timeOf(row), iteration, tag, markdown));
    }
    iterations.forEach((iteration, row) => {
      if (!isStep(iteration)) return;
      const scalars = Object.entries(values).flatMap(([name, column]): [string, number][] =>
        column[row] === absent ? [] : [[name, column[row]]],
      );
      file.write(scalarsEvent(timeOf(row), iteration, scalars));
    });
  } catch (error) {
    file.discard();
    throw error;
  }
  file.commit();
  return { path, events: iterations.filter(isStep).length };
}

/** What a log may hold that is no iteration has no place in an event file. */
const isStep = (iteration: number): boolean => Number.isSafeInteger(iteration) && iteration >= 0;
