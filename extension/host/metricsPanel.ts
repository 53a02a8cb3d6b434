import { ViewColumn, commands, env, window, type Disposable, type WebviewPanel } from "vscode";
import { object, string } from "../protocol/codec";
import type { MetricsAction, MetricsCommand, MetricsState } from "../protocol/metricsMessages";
import { isProblem } from "../protocol/problem";
import { inlineImage, reportMarkdown } from "../report/markdownReport";
import { metricsReport } from "../report/runReport";
import { pin, unpin } from "./commands/marks";
import { runFor } from "./commands/givenRun";
import type { Host } from "./host";
import { saveExport } from "./metricsExport";
import { keepView, keptView, slotsOf } from "./metricsMemory";
import { FollowedRuns } from "./metricsRuns";
import { metricsTexts } from "./metricsTexts";
import { isBroken, type RunEntry } from "./runEntry";
import { reportWords } from "./reportWords";
import { remedyFor } from "./runHealth";
import { runName } from "./runSummary";
import { t } from "./text";
import { WebviewPage } from "./webviewPanel";

/** As in package.json's activation events. */
const viewType = "rlhf.metrics";

/** Between two looks at the runs of a panel: a tenth of a second. */
const lookMilliseconds = 100;

/** The panels that are open, by project and run. */
const open = new Map<string, MetricsPanel>();
const keyOf = (project: string, id: string): string => `${project}\n${id}`;

/** Shows the metrics of a run, with those of the runs that are checked in the explorer. */
export async function showMetrics(host: Host, given: unknown): Promise<void> {
  const entry = await runFor(host, given, { title: t("Metrics of which run?") });
  if (entry === undefined) return;
  const known = open.get(keyOf(entry.project, entry.id));
  if (known !== undefined) return known.reveal();
  const panel = window.createWebviewPanel(viewType, "", ViewColumn.Active, {});
  new MetricsPanel(host, panel, entry);
}

const keptPanel = object({ project: string, id: string });

/** Brings the panels of the last session back when the window is reloaded. */
export function registerMetricsPanel(host: Host): Disposable[] {
  const deserializeWebviewPanel = async (panel: WebviewPanel, kept: unknown): Promise<void> => {
    const place = { where: "the kept state of the metrics page", path: "" };
    const state = keptPanel(kept, place);
    if (isProblem(state) || !host.projects.all().includes(state.project)) return panel.dispose();
    const entry = host.runs.read(state.project, state.id);
    if (isBroken(entry)) return panel.dispose();
    new MetricsPanel(host, panel, entry);
  };
  return [window.registerWebviewPanelSerializer(viewType, { deserializeWebviewPanel })];
}

/** What fills a panel: the runs it follows while it can be seen, and the page. */
class MetricsPanel {
  private readonly project: string;
  private readonly id: string;
  private readonly runs = new FollowedRuns();
  private readonly page: WebviewPage<"metrics">;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly host: Host,
    private readonly panel: WebviewPanel,
    entry: RunEntry,
  ) {
    this.project = entry.project;
    this.id = entry.id;
    open.set(keyOf(this.project, this.id), this);
    panel.title = t("Metrics: {0}", runName(entry));
    this.page = new WebviewPage(panel, {
      name: "metrics",
      extensionUri: host.context.extensionUri,
      log: host.log,
      texts: metricsTexts(),
      state: () => this.state(),
      onAction: (action) => void this.act(action),
    });
    const follow = (project: string): void => {
      if (project === this.project) this.lookSoon();
    };
    const parts = [host.runs.onDidChange(follow), host.explorer.onDidChangeChecked(follow), this.page];
    panel.onDidDispose(() => {
      clearTimeout(this.timer);
      open.delete(keyOf(this.project, this.id));
      for (const part of parts) part.dispose();
    });
  }

  reveal(): void {
    this.panel.reveal();
  }

  /** Changes that come at once are looked at together; a panel that nobody sees looks at nothing, and is told all when it comes back. */
  private lookSoon(): void {
    if (!this.panel.visible) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      if (this.panel.visible) this.look();
    }, lookMilliseconds);
  }

  private look(): void {
    const entries = this.entries();
    for (const delta of this.runs.news(entries, this.slots(entries))) this.page.post(delta);
  }

  private state(): MetricsState {
    const entries = this.entries();
    const { project } = this;
    const view = keptView(this.host.context.workspaceState, project);
    return { project, runs: this.runs.all(entries, this.slots(entries)), view };
  }

  private slots(entries: readonly RunEntry[]): Readonly<Record<string, number>> {
    const ids = entries.map(({ id }) => id);
    return slotsOf(this.host.context.workspaceState, this.project, ids);
  }

  /** The panel's own run, then the checked ones of its project. */
  private entries(): readonly RunEntry[] {
    const ids = new Set([this.id, ...this.host.explorer.checkedRuns(this.project)]);
    const entries = [...ids].map((id) => this.host.runs.read(this.project, id));
    return entries.filter((entry): entry is RunEntry => !isBroken(entry));
  }

  private async act(action: MetricsAction): Promise<void> {
    if (action.type === "view")
      return await keepView(this.host.context.workspaceState, this.project, action.view);
    if (action.type === "save") return await saveExport(this.project, action);
    if (action.type === "exportEvents") {
      const shown = new Set(this.entries().map(({ id }) => id));
      const ids = action.ids.filter((id) => shown.has(id));
      return void (await commands.executeCommand("rlhf.exportEvents", { project: this.project, ids }));
    }
    // A page speaks of the runs it shows, and of no others.
    const entry = this.entries().find(({ id }) => id === action.id);
    if (entry === undefined) return;
    const { project, id } = entry;
    const run = { project, id };
    switch (action.type) {
      case "command":
        return void (await commands.executeCommand(commandIds[action.command], run));
      case "set": {
        const { key, value } = action;
        return void (await commands.executeCommand(commandIds.change, run, { key, value }));
      }
      case "branch":
      case "rollBack": {
        const checkpoint = { ...run, kind: "checkpoint", iteration: action.iteration };
        return void (await commands.executeCommand(`rlhf.${action.type}`, checkpoint));
      }
      case "pin":
        return pin(this.host, entry, { iteration: action.iteration, note: action.note });
      case "unpin":
        return unpin(this.host, entry, action.index);
      case "rollouts":
        if (entry.run.manifest.stage === "ppo")
          await commands.executeCommand("rlhf.showRollouts", {
            ...run,
            iteration: action.iteration,
            beside: true,
          });
        return;
      case "copyMarkdown":
        await env.clipboard.writeText(
          reportMarkdown(metricsReport(entry, reportWords()), reportWords(), inlineImage),
        );
        return void window.setStatusBarMessage(t("The metrics are on the clipboard."), 3000);
      case "openReport":
        return void (await commands.executeCommand("rlhf.openReport", run));
      case "remedy": {
        const remedy = remedyFor(entry, action.rule, this.runs.live(entry));
        if (remedy !== null) await commands.executeCommand(remedy.command, run, remedy.change);
        return;
      }
    }
  }
}

const commandIds: Readonly<Record<MetricsCommand, string>> = {
  pause: "rlhf.pause",
  resume: "rlhf.resume",
  stop: "rlhf.stop",
  checkpoint: "rlhf.saveCheckpoint",
  change: "rlhf.changeHyperparameter",
};
