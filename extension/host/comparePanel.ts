import { ViewColumn, commands, env, window, type Disposable, type Memento, type WebviewPanel } from "vscode";
import { encodeJson } from "../protocol/codec";
import {
  applyCompareDelta,
  compareView,
  firstCompareView,
  keptComparison,
  type CompareAction,
  type CompareDelta,
  type CompareState,
  type CompareView,
  type KeptComparison,
} from "../protocol/compareMessages";
import { isProblem } from "../protocol/problem";
import { answersStamp, readComparedPrompts } from "./comparedAnswers";
import { Comparing } from "./comparing";
import { comparisonMarkdown } from "./comparisonReport";
import { compareTexts } from "./compareTexts";
import type { Host } from "./host";
import { onTheWire } from "./rolloutView";
import { isBroken, type RunEntry } from "./runModel";
import { t } from "./text";
import { WebviewPage } from "./webviewPanel";

/** As in package.json's activation events. */
const viewType = "rlhf.compare";

/** Between two looks at the runs: writing a metrics line every few milliseconds must not keep the editor busy. */
const lookMilliseconds = 250;

const open = new Set<ComparePanel>();

/** Shows these runs of one project side by side; a panel that shows the same ones comes to the front. */
export function showComparison(host: Host, entries: readonly RunEntry[]): void {
  const [{ project }] = entries;
  const ids = entries.map(({ id }) => id);
  const known = [...open].find((panel) => panel.shows(project, ids));
  if (known !== undefined) return known.reveal();
  const baseline = (entries.find(({ marks }) => marks.baseline) ?? entries[0]).id;
  const panel = window.createWebviewPanel(viewType, "", ViewColumn.Active, {});
  new ComparePanel(host, panel, { project, runs: ids, baseline });
}

/** Brings the panels of the last session back when the window is reloaded. */
export function registerComparePanel(host: Host): Disposable[] {
  const deserializeWebviewPanel = async (panel: WebviewPanel, value: unknown): Promise<void> => {
    const kept = keptComparison(value, { where: "the kept state of the comparison", path: "" });
    if (isProblem(kept) || !host.projects.all().includes(kept.project)) return panel.dispose();
    new ComparePanel(host, panel, kept);
  };
  return [window.registerWebviewPanelSerializer(viewType, { deserializeWebviewPanel })];
}

const viewKey = (project: string): string => `rlhf.compare.view:${project}`;

function keptView(memory: Memento, project: string): CompareView {
  const place = { where: "what the editor kept of the comparison", path: "" };
  const view = compareView(memory.get(viewKey(project)), place);
  return isProblem(view) ? firstCompareView : view;
}

/** What fills a panel: a set of runs that a person changes, and what their files say of them while it can be seen. */
class ComparePanel {
  private readonly page: WebviewPage<"compare">;
  private readonly comparing: Comparing;
  private readonly project: string;
  private state: CompareState;
  private ids: readonly string[];
  private timer: NodeJS.Timeout | undefined;
  /** Of the answers that are shown. */
  private stamp = "";
  private isDisposed = false;

  constructor(
    private readonly host: Host,
    private readonly panel: WebviewPanel,
    kept: KeptComparison,
  ) {
    open.add(this);
    this.project = kept.project;
    this.ids = kept.runs;
    this.comparing = new Comparing(host, kept.project);
    const view = keptView(host.context.workspaceState, kept.project);
    this.state = this.comparing.state(this.entries(), {
      view,
      baseline: kept.baseline,
      prompts: [],
      promptCount: 0,
    });
    this.page = new WebviewPage(panel, {
      name: "compare",
      extensionUri: host.context.extensionUri,
      log: host.log,
      texts: compareTexts(),
      state: () => {
        this.look();
        return onTheWire(this.state);
      },
      onAction: (action) => void this.act(action),
      onReady: () => this.lookSoon(),
    });
    this.nameIt();
    const changes = host.runs.onDidChange((project) => project === this.project && this.lookSoon());
    panel.onDidDispose(() => {
      this.isDisposed = true;
      clearTimeout(this.timer);
      open.delete(this);
      changes.dispose();
      this.page.dispose();
    });
  }

  shows(project: string, ids: readonly string[]): boolean {
    return project === this.project && encodeJson([...ids].sort()) === encodeJson([...this.ids].sort());
  }

  reveal(): void {
    this.panel.reveal();
  }

  private nameIt(): void {
    this.panel.title = t("Comparison of {0} runs", this.state.runs.length);
  }

  /** The compared runs that are still there. */
  private entries(): readonly RunEntry[] {
    const entries = this.ids.map((id) => this.host.runs.read(this.project, id));
    return entries.filter((entry): entry is RunEntry => !isBroken(entry));
  }

  /** Changes that come at once are looked at together; a panel that nobody sees looks at nothing, and is told all when it comes back. */
  private lookSoon(): void {
    if (!this.panel.visible) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      if (!this.panel.visible) return;
      this.look();
      void this.lookAtAnswers();
    }, lookMilliseconds);
  }

  private look(): void {
    const { state } = this;
    const now = this.comparing.state(this.entries(), state);
    const ids = ({ runs }: CompareState): string => encodeJson(runs.map(({ id }) => id));
    if (ids(now) !== ids(state)) {
      // Everything that has an entry for each run has other entries now.
      const all = { ...now, prompts: [], promptCount: 0 };
      this.stamp = "";
      this.change({ type: "all", state: all });
      return this.nameIt();
    }
    for (const delta of deltasBetween(state, now)) this.change(delta);
  }

  private async lookAtAnswers(): Promise<void> {
    const entries = this.entries();
    const all = this.comparing.all();
    const stamp = await answersStamp(entries, all);
    if (stamp === this.stamp || this.isDisposed) return;
    this.stamp = stamp;
    const read = await readComparedPrompts(entries, all);
    // In the meantime other runs may have been chosen: their answers are on the way.
    if (this.isDisposed || this.stamp !== stamp) return;
    this.change({ type: "prompts", ...read });
  }

  private async act(action: CompareAction): Promise<void> {
    const { project } = this;
    switch (action.type) {
      case "add":
        if (this.ids.includes(action.id) || isBroken(this.host.runs.read(project, action.id))) return;
        return this.choose([...this.ids, action.id]);
      case "remove":
        return this.choose(this.ids.filter((id) => id !== action.id));
      case "baseline":
        if (this.ids.includes(action.id)) this.change({ type: "baseline", baseline: action.id });
        return;
      case "view":
        await this.host.context.workspaceState.update(viewKey(project), action.view);
        this.change({ type: "view", view: action.view });
        return this.look();
      case "copyMarkdown":
        await env.clipboard.writeText(comparisonMarkdown(this.state));
        return void window.setStatusBarMessage(t("The comparison is on the clipboard."), 3000);
      case "openMetrics":
        return void (await commands.executeCommand("rlhf.showMetrics", { project, id: action.id }));
      case "openReport":
        return void (await commands.executeCommand("rlhf.openReport", { project, id: action.id }));
    }
  }

  private choose(ids: readonly string[]): void {
    this.ids = ids;
    this.look();
    this.lookSoon();
  }

  private change(delta: CompareDelta): void {
    this.state = applyCompareDelta(this.state, delta);
    this.page.post(onTheWire(delta));
  }
}

/** What changed between two looks at the same runs, part by part. */
function deltasBetween(before: CompareState, now: CompareState): readonly CompareDelta[] {
  const { baseline, candidates, runs, settings, origins, metrics, groups, lineage } = now;
  const deltas: readonly CompareDelta[] = [
    { type: "baseline", baseline },
    { type: "candidates", candidates },
    { type: "runs", runs },
    { type: "settings", settings, origins },
    { type: "metrics", metrics, groups },
    { type: "lineage", lineage },
  ];
  return deltas.filter((delta) => encodeJson(applyCompareDelta(before, delta)) !== encodeJson(before));
}
