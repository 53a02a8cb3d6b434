import {
  commands,
  window,
  workspace,
  type CancellationTokenSource,
  type Disposable,
  type ExtensionContext,
  type LogOutputChannel,
  CancellationTokenSource as TokenSource,
} from "vscode";
import { isProblem } from "../protocol/problem";
import { callCli } from "./cliProcess";
import { isBroken, type RunModel } from "./runModel";
import { sayProblem } from "./say";
import { t } from "./text";

export type LabelMode = "wait" | "simulated";

/** Where a pipeline that was at work is remembered, so that a window that was reloaded goes on with it. */
const memory = (project: string) => `pipeline:${project}`;

/**
 * Pipelines at work in this window, one a project. The command line runs them; its trainers outlive the window, and after a reload the
 * pipeline begins again, takes what is done as done, and attaches to the run that still trains.
 */
export class Pipelines implements Disposable {
  private readonly working = new Map<string, CancellationTokenSource>();

  constructor(
    private readonly context: ExtensionContext,
    private readonly runs: RunModel,
    private readonly log: LogOutputChannel,
  ) {}

  isWorking(project: string): boolean {
    return this.working.has(project);
  }

  /** Goes on with the pipeline that this window ran before it was reloaded, if a run of it still trains. */
  async goOn(project: string): Promise<void> {
    const labels = this.context.workspaceState.get<LabelMode>(memory(project));
    if (labels === undefined || !workspace.isTrusted) return;
    const trains = this.runs
      .list(project)
      .some((entry) => !isBroken(entry) && ["running", "paused"].includes(entry.status.state));
    if (trains) await this.run(project, labels);
    else await this.context.workspaceState.update(memory(project), undefined);
  }

  async run(project: string, labels: LabelMode): Promise<void> {
    if (this.working.has(project)) return;
    const source = new TokenSource();
    this.working.set(project, source);
    await this.context.workspaceState.update(memory(project), labels);
    void commands.executeCommand("setContext", "rlhf.pipelineRunning", true);
    try {
      await this.work(project, labels, source);
    } finally {
      this.working.delete(project);
      source.dispose();
      void commands.executeCommand("setContext", "rlhf.pipelineRunning", this.working.size > 0);
      await this.context.workspaceState.update(memory(project), undefined);
      this.runs.touch(project);
    }
  }

  private async work(project: string, labels: LabelMode, { token }: CancellationTokenSource): Promise<void> {
    const settings = workspace.getConfiguration("rlhf");
    const grace = settings.get<boolean>("trainer.keepRunning", false)
      ? "forever"
      : String(settings.get<number>("trainer.graceSeconds", 60));
    const { exitCode, result } = await callCli({
      words: ["pipeline", "--labels", labels, "--grace", grace],
      project,
      cancel: token,
      onError: (line) => this.log.warn(line),
      onLine: ({ type, event, run, label }) => {
        if (type !== "event" || event !== "runStarted") return;
        this.log.info(`${String(label)}: ${String(run)}`);
        this.runs.touch(project);
      },
    });
    if (isProblem(result)) return void (await sayProblem(result));
    if (result.state === "waiting") return await this.askForRankings(project, result);
    if (exitCode === 0 && !window.state.focused) await this.sayDone();
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

  private async sayDone(): Promise<void> {
    const open = t("Open Report");
    if ((await window.showInformationMessage(t("The pipeline is done."), open)) === open)
      await commands.executeCommand("rlhf.openReport");
  }

  /** The window goes: nothing is cancelled, because the trainers decide by their grace time. */
  dispose(): void {
    this.working.clear();
  }
}
