import { StatusBarAlignment, window, type Disposable } from "vscode";
import { isBroken, type BrokenRun, type RunEntry } from "./runEntry";
import { t } from "./text";
import { iterationText, metricLabel, metricText, runLabel, stageName, stateName } from "./words";

/** The one item of the status bar: what trains now, or that nothing does. */
export class StatusBar implements Disposable {
  private readonly item = window.createStatusBarItem("rlhf.status", StatusBarAlignment.Left, 0);

  constructor() {
    this.item.name = "RLHF";
  }

  /** Shows the runs of all open projects; hidden where there is no project. */
  update(hasProject: boolean, entries: readonly (RunEntry | BrokenRun)[]): void {
    if (!hasProject) {
      this.item.hide();
      return;
    }
    const runs = entries.filter((entry): entry is RunEntry => !isBroken(entry));
    const [current] = [...inState(runs, "running"), ...inState(runs, "paused")];
    const queued = inState(runs, "queued").length;
    if (current === undefined) this.showIdle(queued);
    else this.showRun(current, queued);
    this.item.show();
  }

  private showIdle(queued: number): void {
    this.item.text = queued > 0 ? `RLHF +${queued}` : "RLHF";
    this.item.tooltip = queued > 0 ? t("Runs waiting: {0}", queued) : t("Nothing is being trained");
    this.item.command = { command: "rlhf.showMetrics", title: t("Show Metrics") };
    this.item.accessibilityInformation = { label: `RLHF: ${this.item.tooltip}` };
  }

  private showRun(entry: RunEntry, queued: number): void {
    const { project, id, run, status, summary } = entry;
    const icon = status.state === "running" ? "$(sync~spin)" : "$(debug-pause)";
    const stage = stageName(run.manifest.stage);
    const position = iterationText(entry);
    const waiting = queued > 0 ? `+${queued}` : "";
    const metric = metricText(entry, "last");
    this.item.text = [icon, stage, position, waiting].filter(Boolean).join(" ");
    this.item.tooltip = [
      `${stage} ${runLabel(entry)}: ${[stateName(status.state), position].filter(Boolean).join(" ")}`,
      ...(summary.metric === null || metric === "" ? [] : [`${metricLabel(summary.metric)} ${metric}`]),
      ...(queued > 0 ? [t("Runs waiting: {0}", queued)] : []),
    ].join("\n");
    this.item.command = {
      command: "rlhf.showMetrics",
      title: t("Show Metrics"),
      arguments: [{ kind: "run", project, id }],
    };
    this.item.accessibilityInformation = { label: `RLHF: ${this.item.tooltip}` };
  }

  dispose(): void {
    this.item.dispose();
  }
}

function inState(runs: readonly RunEntry[], state: string): readonly RunEntry[] {
  return runs.filter(({ status }) => status.state === state);
}
