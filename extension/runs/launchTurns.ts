import { join } from "node:path";
import { isProblem } from "../protocol/problem";
import { makeFolder } from "./disk";
import { takeLock, type HeldLock } from "./runLock";
import { runsFolder } from "./runPaths";

/**
 * The turns of one window to start trainers. From its launch until it listens a trainer shows in no file, so that another window would count
 * too few; it therefore starts none as long as this one has the project's turn.
 */
export class LaunchTurns {
  private readonly turns = new Map<string, { readonly lock: HeldLock; launches: number }>();

  /** Begins a launch in a project; false when another window is at it. Throws DiskError. */
  begin(project: string): boolean {
    const mine = this.turns.get(project);
    if (mine !== undefined) {
      mine.launches++;
      return true;
    }
    makeFolder(runsFolder(project));
    const lock = takeLock(join(runsFolder(project), "launch.lock"));
    if (isProblem(lock)) return false;
    this.turns.set(project, { lock, launches: 1 });
    return true;
  }

  /** Ends a launch: the trainer listens, or will never. The last one gives the turn back. */
  end(project: string): void {
    const turn = this.turns.get(project);
    if (turn === undefined || --turn.launches > 0) return;
    this.turns.delete(project);
    turn.lock.release();
  }
}
