import {
  EventEmitter,
  FileDecoration,
  ThemeColor,
  type Disposable,
  type FileDecorationProvider,
  type Uri,
} from "vscode";
import type { RunState } from "../protocol/runFormat";
import { runScheme, runUri } from "./runItem";
import { t } from "./text";

interface Mark {
  readonly badge: string;
  readonly tooltip: string;
  readonly color?: string;
}

/** The badges at the right end of a run's line: ● running, ‖ paused, ! failed, ★ best of its stage. */
export class RunDecorations implements FileDecorationProvider, Disposable {
  private readonly changed = new EventEmitter<Uri[]>();
  readonly onDidChangeFileDecorations = this.changed.event;
  private readonly marks = new Map<string, Mark>();

  /** Gives a run its badge; the editor hears of it when it is another than before. */
  set(project: string, id: string, state: RunState, isBest: boolean): void {
    const key = `${project}/${id}`;
    const mark = markOf(state, isBest);
    const before = this.marks.get(key);
    if (mark === undefined) this.marks.delete(key);
    else this.marks.set(key, mark);
    if (before?.badge !== mark?.badge) this.changed.fire([runUri(project, id)]);
  }

  provideFileDecoration(uri: Uri): FileDecoration | undefined {
    const mark = uri.scheme === runScheme ? this.marks.get(uri.query + uri.path) : undefined;
    if (mark === undefined) return undefined;
    const { badge, tooltip, color } = mark;
    return new FileDecoration(badge, tooltip, color === undefined ? undefined : new ThemeColor(color));
  }

  dispose(): void {
    this.changed.dispose();
  }
}

function markOf(state: RunState, isBest: boolean): Mark | undefined {
  if (!isBest && (state === "finished" || state === "stopped")) return undefined;
  const star = isBest ? "★" : "";
  const best = isBest ? `, ${t("best of its stage")}` : "";
  switch (state) {
    case "running":
      return { badge: `●${star}`, tooltip: t("running") + best, color: "charts.green" };
    case "paused":
      return { badge: `‖${star}`, tooltip: t("paused") + best, color: "charts.yellow" };
    case "failed":
      return { badge: "!", tooltip: t("failed"), color: "errorForeground" };
    case "queued":
    case "stopped":
    case "finished":
    case "interrupted":
      return isBest ? { badge: "★", tooltip: t("best of its stage") } : undefined;
  }
}
