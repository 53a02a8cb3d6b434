import { ViewColumn, commands, window, workspace, type Disposable, type WebviewPanel } from "vscode";
import { encodeJson, object, string } from "../protocol/codec";
import type { Inspection } from "../protocol/inspectionFormat";
import { parseProbes, probesText, withProbe, type Probe } from "../protocol/probeFormat";
import { parseProbeEvent, type ProbeEvent, type ProbeRequest } from "../protocol/probeProtocol";
import { isProblem, type Problem } from "../protocol/problem";
import {
  applyRewardDelta,
  type RewardAction,
  type RewardDelta,
  type RewardState,
} from "../protocol/rewardMessages";
import { readInspection } from "../runs/inspections";
import { probesFile, readProbesText, writeProbesText } from "../runs/probes";
import { callCli } from "./cliProcess";
import type { CommandBody } from "./commands";
import { runFor } from "./commands/givenRun";
import type { Host } from "./host";
import { ModelProcess } from "./modelProcess";
import { RewardLabels } from "./rewardLabels";
import { otherModels } from "./rewardModels";
import { rewardTexts } from "./rewardTexts";
import { isBroken, type RunEntry } from "./runModel";
import { runName } from "./runSummary";
import { sayProblem } from "./say";
import { problemText, t } from "./text";
import { WebviewPage } from "./webviewPanel";

/** As in package.json's activation events. */
const viewType = "rlhf.rewards";

/** Open inspectors by project and run, so that none opens twice. */
const open = new Map<string, RewardPanel>();
const keyOf = (project: string, run: string): string => JSON.stringify([project, run]);

/** Opens the inspector of a reward model's run, or of the reward model that a PPO run learns from. */
export const inspectRewards: CommandBody = async (host, given) => {
  const entry = await runFor(host, given, { title: t("Rewards of which run?"), stages: ["rm", "ppo"] });
  if (entry === undefined) return;
  const id = rewardModelOf(entry);
  if (id === null)
    void window.showInformationMessage(t("This run learns from no reward model of its project."));
  else openInspector(host, entry.project, id);
};

function rewardModelOf({ id, run: { manifest } }: RunEntry): string | null {
  if (manifest.stage === "rm") return id;
  return manifest.parents.find(({ role }) => role === "rewardModel")?.run ?? null;
}

function openInspector(host: Host, project: string, run: string): void {
  const there = open.get(keyOf(project, run));
  if (there !== undefined) return there.reveal();
  new RewardPanel(host, window.createWebviewPanel(viewType, "", ViewColumn.Active, {}), project, run);
}

const kept = object({ project: string, run: string });

/** Brings the inspectors of the last session back when the window is reloaded. */
export function registerRewardPanel(host: Host): Disposable[] {
  const deserializeWebviewPanel = async (panel: WebviewPanel, value: unknown): Promise<void> => {
    const state = kept(value, { where: "the kept state of the reward inspector", path: "" });
    if (isProblem(state) || !host.projects.all().includes(state.project)) return panel.dispose();
    if (isBroken(host.runs.read(state.project, state.run))) return panel.dispose();
    new RewardPanel(host, panel, state.project, state.run);
  };
  return [window.registerWebviewPanelSerializer(viewType, { deserializeWebviewPanel })];
}

/** What fills a panel: what is known of one reward model, and a process of it while somebody probes it. */
class RewardPanel {
  private readonly page: WebviewPage<"rewards">;
  private readonly labels: RewardLabels;
  private state: RewardState;
  private running: ModelProcess<ProbeRequest, ProbeEvent> | null = null;
  private isDisposed = false;
  private hasLooked = false;

  constructor(
    private readonly host: Host,
    private readonly panel: WebviewPanel,
    project: string,
    run: string,
  ) {
    open.set(keyOf(project, run), this);
    this.labels = new RewardLabels(project);
    const entry = host.runs.read(project, run);
    this.state = {
      ...{ project, run, name: isBroken(entry) ? run : runName(entry), inspection: null, others: [] },
      ...{ working: { isInspecting: false, done: 0, total: 0, problem: null } },
      ...{ corrections: [], use: null, probes: [] },
      ...{ probing: { status: "off", problem: null }, result: null },
    };
    panel.title = t("Rewards: {0}", this.state.name);
    this.page = new WebviewPage(panel, {
      name: "rewards",
      extensionUri: host.context.extensionUri,
      log: host.log,
      texts: rewardTexts(),
      state: () => {
        this.read();
        return wire(this.state);
      },
      onAction: (action) => void this.act(action),
      onReady: () => void this.look(),
    });
    const changes = host.runs.onDidChange((changed) => changed === project && this.follow());
    const views = panel.onDidChangeViewState(() => panel.visible || this.stopProbing());
    panel.onDidDispose(() => {
      this.isDisposed = true;
      open.delete(keyOf(project, run));
      this.running?.dispose();
      changes.dispose();
      views.dispose();
      this.page.dispose();
    });
  }

  reveal(): void {
    this.panel.reveal();
  }

  /** What the files say now; asked for when the page begins. */
  private read(): void {
    const { project, run } = this.state;
    const entry = this.host.runs.read(project, run);
    const inspection = isBroken(entry) ? null : readInspection(entry.run.paths);
    if (isProblem(inspection)) this.host.log.warn(inspection.message);
    const known = isProblem(inspection) || inspection === null ? null : spoken(inspection);
    this.state = {
      ...this.state,
      inspection: known,
      others: otherModels(this.host, project, run),
      corrections: known === null ? [] : this.labels.corrections(run, known.axis),
      probes: this.probes(),
    };
  }

  private probes(): readonly Probe[] {
    const probes = this.readProbes();
    if (!isProblem(probes)) return probes;
    this.host.log.warn(probes.message);
    return [];
  }

  private readProbes(): readonly Probe[] | Problem {
    const { project } = this.state;
    const text = readProbesText(project);
    return isProblem(text) ? text : parseProbes(text, probesFile(project));
  }

  /** Looks at the model once, when the page is there for the first time: done at once where nothing has changed since the last time. */
  private async look(): Promise<void> {
    if (this.hasLooked || !workspace.isTrusted) return;
    this.hasLooked = true;
    await this.inspect();
  }

  private async inspect(): Promise<void> {
    const { project, run, working } = this.state;
    if (working.isInspecting || !workspace.isTrusted) return;
    this.change({ type: "working", working: { isInspecting: true, done: 0, total: 0, problem: null } });
    const { result } = await callCli({
      words: ["inspect", run],
      project,
      onLine: ({ type, done, total }) => {
        if (type !== "progress" || typeof done !== "number" || typeof total !== "number") return;
        this.change({ type: "working", working: { isInspecting: true, done, total, problem: null } });
      },
      onError: (line) => this.host.log.info(line),
    });
    if (this.isDisposed) return;
    const problem = isProblem(result) ? problemText(result.message) : null;
    this.change({ type: "working", working: { isInspecting: false, done: 0, total: 0, problem } });
    if (problem === null && !(result as { readonly isKept?: unknown }).isKept) this.page.refresh();
  }

  /** Labels, probes or runs have changed on disk. A hidden page asks for everything when it comes back. */
  private follow(): void {
    const { inspection, run } = this.state;
    if (!this.panel.visible || inspection === null) return;
    const corrections = this.labels.corrections(run, inspection.axis);
    if (encodeJson(corrections) !== encodeJson(this.state.corrections))
      this.change({ type: "corrections", corrections });
    const probes = this.probes();
    if (encodeJson(probes) !== encodeJson(this.state.probes)) this.change({ type: "probes", probes });
  }

  private async act(action: RewardAction): Promise<void> {
    const { project, inspection } = this.state;
    switch (action.type) {
      case "inspect":
        return await this.inspect();
      case "openLabel": {
        const place = inspection?.labels.find(({ id }) => id === action.id)?.place ?? null;
        if (place === null) return;
        return await this.host.rankings.open(project, place.batch, place.labeler, place.item);
      }
      case "showUse":
        if (inspection !== null)
          this.change({ type: "use", use: this.labels.use(action.id, inspection.axis) });
        return;
      case "openModel":
        if (this.state.others.some(({ run }) => run === action.run))
          openInspector(this.host, project, action.run);
        return;
      case "probe": {
        const { id, prompt, response } = action;
        return this.process()?.send({ id, prompt, response });
      }
      case "saveProbe":
        return this.saveProbes((all) => withProbe(all, action));
      case "removeProbe":
        return this.saveProbes((all) => all.filter(({ id }) => id !== action.id));
      case "trainAgain":
        return void (await commands.executeCommand("rlhf.trainRewardModel", project));
      case "showLog":
        return this.host.log.show();
    }
  }

  private saveProbes(change: (all: readonly Probe[]) => readonly Probe[]): void {
    const there = this.readProbes();
    if (isProblem(there)) return void sayProblem(this.host, there);
    writeProbesText(this.state.project, probesText(change(there)));
    this.change({ type: "probes", probes: this.probes() });
  }

  /** The process that scores, which is started when there is none; null in Restricted Mode. */
  private process(): ModelProcess<ProbeRequest, ProbeEvent> | null {
    if (this.running !== null || !workspace.isTrusted) return this.running;
    const { project, run } = this.state;
    this.change({ type: "probing", probing: { status: "loading", problem: null } });
    return (this.running = new ModelProcess({
      ...{ project, models: [run], command: "probe", log: this.host.log, parse: parseProbeEvent },
      onEvent: (event) => this.onProbe(event),
      onEnd: (problem) => {
        this.running = null;
        this.change({ type: "probing", probing: { status: "down", problem: problemText(problem) } });
      },
    }));
  }

  private stopProbing(): void {
    this.running?.dispose();
    this.running = null;
    this.change({ type: "probing", probing: { status: "off", problem: null } });
  }

  private onProbe(event: ProbeEvent): void {
    switch (event.event) {
      case "ready":
        return this.change({ type: "probing", probing: { status: "ready", problem: null } });
      case "problem": {
        const problem = problemText(event.message);
        return this.change({ type: "probing", probing: { status: "ready", problem } });
      }
      case "scored": {
        const { id, score, tokens } = event;
        if (this.state.probing.problem !== null)
          this.change({ type: "probing", probing: { status: "ready", problem: null } });
        return this.change({ type: "result", result: { id, score, tokens, words: null, variants: null } });
      }
      case "explained": {
        const { id, words, variants } = event;
        const { result } = this.state;
        if (result?.id === id) this.change({ type: "result", result: { ...result, words, variants } });
        return;
      }
    }
  }

  private change(delta: RewardDelta): void {
    if (this.isDisposed) return;
    this.state = applyRewardDelta(this.state, delta);
    this.page.post(wire(delta));
  }
}

/** Where its responses come from, in the editor's language. */
function spoken({ figures, ...inspection }: Inspection): Inspection {
  const said = figures.map(({ distributions, ...others }) => ({
    ...others,
    distributions: distributions.map((each) => ({ ...each, source: problemText(each.source) })),
  }));
  return { ...inspection, figures: said };
}

/** As it goes over the line, which has no NaN: our codec's texts stand for it, and the page's decoders read them back. */
function wire<T>(value: T): T {
  return JSON.parse(encodeJson(value)) as T;
}
