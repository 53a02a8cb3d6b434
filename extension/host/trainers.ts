import type { Disposable } from "vscode";
import type { RunModel } from "./runModel";

/** Trainer processes of the open projects: launching, attaching, the queue. */
export class Trainers implements Disposable {
  constructor(private readonly runs: RunModel) {}

  dispose(): void {
    void this.runs;
  }
}
