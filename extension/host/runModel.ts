import { EventEmitter, type Disposable } from "vscode";
import { RunCache } from "./runCache";
import type { BrokenRun, RunEntry } from "./runEntry";

export { isBroken, type BrokenRun, type RunEntry } from "./runEntry";

/** The runs of the open projects as their files have them; nothing is read before somebody asks. */
export class RunModel implements Disposable {
  private readonly cache = new RunCache();
  private readonly asked = new Set<string>();
  private readonly changed = new EventEmitter<string>();
  private readonly firstAsked = new EventEmitter<string>();
  /** Something in the runs, labels or data of this project has changed on disk. */
  readonly onDidChange = this.changed.event;
  /** Somebody asks for this project's runs for the first time: from now on it is worth watching. */
  readonly onDidAsk = this.firstAsked.event;

  /** All runs of a project, newest first, then what lies among them and cannot be read as one. */
  list(project: string): readonly (RunEntry | BrokenRun)[] {
    this.ask(project);
    return this.cache.list(project);
  }

  /** One run as it is now. */
  read(project: string, id: string): RunEntry | BrokenRun {
    this.ask(project);
    return this.cache.read(project, id);
  }

  /** Says that a run's files have changed, for those who know before the watcher does. */
  touch(project: string): void {
    this.changed.fire(project);
  }

  private ask(project: string): void {
    if (this.asked.has(project)) return;
    this.asked.add(project);
    // Not in the middle of the first answer: those who listen ask in their turn.
    queueMicrotask(() => this.firstAsked.fire(project));
  }

  dispose(): void {
    this.changed.dispose();
    this.firstAsked.dispose();
  }
}
