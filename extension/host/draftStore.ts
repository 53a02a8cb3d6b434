import { existsSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { decodeText } from "../protocol/codec";
import { draftFile, draftFileVersion, type DemonstrationDraft } from "../protocol/demonstrationDraft";
import { Problem, isProblem } from "../protocol/problem";
import { DiskError, makeFolder, replaceFile } from "../runs/disk";
import { readText } from "../runs/sealedFolder";

/** A change is on disk after so long at the latest. */
const milliseconds = 700;

/**
 * A labeler's drafts and their file. The file is written as a whole beside and renamed, so that a crash leaves an old state or a new one;
 * drafts that another window has put there stay. One that cannot be read is never written over.
 */
export class DraftStore {
  private readonly known = new Map<string, DemonstrationDraft>();
  private readonly gone = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly path: string,
    private readonly onProblem: (problem: Problem) => void,
  ) {
    const drafts = readDrafts(path);
    if (isProblem(drafts)) onProblem(drafts);
    else for (const draft of drafts) this.known.set(draft.id, draft);
  }

  all(): readonly DemonstrationDraft[] {
    return [...this.known.values()];
  }

  get(id: string): DemonstrationDraft | undefined {
    return this.known.get(id);
  }

  put(draft: DemonstrationDraft): void {
    this.known.set(draft.id, draft);
    this.gone.delete(draft.id);
    this.writeSoon();
  }

  remove(id: string): void {
    if (!this.known.delete(id)) return;
    this.gone.add(id);
    this.writeSoon();
  }

  /** Puts everything on disk now; the reason if that cannot be. */
  flush(): Problem | null {
    clearTimeout(this.timer);
    this.timer = undefined;
    const onDisk = readDrafts(this.path);
    if (isProblem(onDisk)) return onDisk;
    const others = onDisk.filter(({ id }) => !this.known.has(id) && !this.gone.has(id));
    const drafts = [...others, ...this.known.values()];
    try {
      if (drafts.length === 0) rmSync(this.path, { force: true });
      else {
        makeFolder(dirname(this.path));
        replaceFile(this.path, `${JSON.stringify({ formatVersion: draftFileVersion, drafts }, null, 2)}\n`);
      }
      return null;
    } catch (error) {
      return new Problem("disk", error instanceof DiskError ? error.message : String(error));
    }
  }

  private writeSoon(): void {
    this.timer ??= setTimeout(() => {
      const problem = this.flush();
      if (problem !== null) this.onProblem(problem);
    }, milliseconds);
  }

  dispose(): void {
    if (this.timer === undefined) return;
    const problem = this.flush();
    if (problem !== null) this.onProblem(problem);
  }
}

function readDrafts(path: string): readonly DemonstrationDraft[] | Problem {
  if (!existsSync(path)) return [];
  const text = readText(path);
  const file = isProblem(text) ? text : decodeText(draftFile, text, path);
  if (isProblem(file)) return file;
  if (file.formatVersion <= draftFileVersion) return file.drafts;
  return new Problem(
    "newerFormat",
    `${path} has format ${file.formatVersion}, newer than ${draftFileVersion}, the newest that this version of RLHF Workbench knows: update it.`,
  );
}
