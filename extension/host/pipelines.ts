import { commands, window, workspace } from "vscode";
import { isProblem } from "../protocol/problem";
import { callCli, graceSeconds } from "./cliProcess";
import type { Host } from "./host";
import { isBroken } from "./runEntry";
import { sayProblem } from "./say";
import { t } from "./text";

export type LabelMode = "wait" | "simulated";

/** Where a pipeline that was at work is remembered, so that a window that was reloaded goes on with it. */
const memory = (project: string) => `pipeline:${project}`;

/**
 * Pipelines at work in this window, one a project. The command line runs them; its trainers outlive the window, and after a reload the
 * pipeline begins again, takes what is done as done, and attaches to the run that still trains. A pipeline ends
 * with its run: to stop the one is to stop the other.
 */
export class Pipelines {
  private readonly working = new Set<string>();

  /** Goes on with the pipeline that this window ran before it was reloaded, if a run of it still trains. */
  async goOn(host: Host, project: string): Promise<void> {
    const labels = host.context.workspaceState.get<LabelMode>(memory(project));
    if (labels === undefined || !workspace.isTrusted) return;
    const trains = host.runs
      .list(project)
      .some((entry) => !isBroken(entry) && ["running", "paused"].includes(entry.status.state));
    if (trains) await this.run(host, project, labels);
    else await host.context.workspaceState.update(memory(project), undefined);
  }

  async run(host: Host, project: string, labels: LabelMode): Promise<void> {
    if (this.working.has(project)) return;
    this.working.add(project);
    await host.context.workspaceState.update(memory(project), labels);
    void commands.executeCommand("setContext", "rlhf.pipelineRunning", true);
    try {
      await this.work(host, project, labels);
    } finally {
      this.working.delete(project);
      void commands.executeCommand("setContext", "rlhf.pipelineRunning", this.working.size > 0);
      await host.context.workspaceState.update(memory(project), undefined);
      host.runs.touch(project);
    }
  }

  private async work(host: Host, project: string, labels: LabelMode): Promise<void> {
    const seconds = graceSeconds();
    const grace = seconds === Infinity ? "forever" : String(Math.round(seconds));
    const { exitCode, result } = await callCli({
      words: ["pipeline", "--labels", labels, "--grace", grace],
      project,
      onError: (line) => host.log.warn(line),
      onLine: ({ type, event, run, label }) => {
        if (type !== "event" || event !== "runStarted") return;
        host.log.info(`${String(label)}: ${String(run)}`);
        host.runs.touch(project);
      },
    });
    if (isProblem(result)) return void sayProblem(host, result);
    if (result.state === "waiting") return await this.askForRankings(project, result);
    if (exitCode === 0 && !window.state.focused) await this.sayDone(project);
  }

  private async askForRankings(
    project: string,
    { batch, judged, items }: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const rank = t("Rank Responses");
    const said = await window.showInformationMessage(
      t(
        "{0} of {1} items are ranked: rank the others, then run the pipeline again.",
        Number(judged),
        Number(items),
      ),
      rank,
    );
    if (said === rank) await commands.executeCommand("rlhf.rankResponses", { project, batch });
  }

  private async sayDone(project: string): Promise<void> {
    const open = t("Open Report");
    if ((await window.showInformationMessage(t("The pipeline is done."), open)) === open)
      await commands.executeCommand("rlhf.openPipelineReport", project);
  }
}
