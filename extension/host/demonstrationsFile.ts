import {
  changedLines,
  demonstrationLines,
  placeOfEdit,
  type DemonstrationLines,
  type LineEdit,
} from "../data/demonstrationLines";
import { Problem } from "../protocol/problem";
import { DiskError } from "../runs/disk";
import { fileBytes, spliceFile } from "../runs/spliceFile";
import { fileStamp } from "./fileStamp";

/** A project's file of demonstrations as it is on disk, read again when somebody else has changed it. */
export class DemonstrationsFile {
  private stamp = "";
  private read: DemonstrationLines = demonstrationLines(new Uint8Array());

  /** `name` is what sentences call the file. */
  constructor(
    readonly path: string,
    readonly name: string,
    private readonly movedOn: (line: number) => string,
  ) {}

  get lines(): DemonstrationLines {
    return this.read;
  }

  /** Reads the file if it is not the one that was read last; whether it is another. Throws DiskError. */
  look(): boolean {
    const stamp = fileStamp(this.path);
    if (stamp === this.stamp) return false;
    this.read = demonstrationLines(fileBytes(this.path), this.read);
    this.stamp = stamp;
    return true;
  }

  /** Makes an edit where the lines that it replaces still stand, and gives the edit that undoes it; on disk when this returns. */
  edit(edit: LineEdit): LineEdit | Problem {
    try {
      for (let attempt = 0; attempt < 5; attempt++) {
        this.look();
        const line = placeOfEdit(this.read, edit);
        if (line === null) break;
        const { lines, splice } = changedLines(this.read, line, edit.before.length, edit.after);
        if (spliceFile(this.path, this.read.file.bytes, splice)) {
          this.read = lines;
          this.stamp = fileStamp(this.path);
          return { line, before: edit.after, after: edit.before };
        }
        this.stamp = "";
      }
    } catch (error) {
      if (error instanceof DiskError) return new Problem("disk", error.message);
      throw error;
    }
    return new Problem("refused", this.movedOn(edit.line + 1));
  }
}
