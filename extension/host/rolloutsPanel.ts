import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ViewColumn, env, window, type Disposable, type WebviewPanel } from "vscode";
import { encodeJson, isObject } from "../protocol/codec";
import { Problem, isProblem } from "../protocol/problem";
import {
  applyRolloutDelta,
  keptRollouts,
  type RolloutAction,
  type RolloutDelta,
  type RolloutEpisode,
  type RolloutState,
} from "../protocol/rolloutMessages";
import { listCheckpoints } from "../runs/checkpoints";
import { isOfPrompt, listRollouts, readRollout } from "../runs/rollouts";
import { freeBatchName, sampleToRank } from "./commands/train";
import { runFor } from "./commands/givenRun";
import { mayStartProcesses } from "./givenProject";
import type { Host } from "./host";
import { showProblem } from "./problemMessage";
import { rolloutTexts } from "./rolloutTexts";
import {
  answerOf,
  constantsAt,
  episodeOf,
  onTheWire,
  rowOf,
  tokenNames,
  tokensMarkdown,
} from "./rolloutView";
import { isBroken, type RunEntry } from "./runEntry";
import { problemText, t } from "./text";
import { WebviewPage } from "./webviewPanel";
import { runLabel } from "./words";

/** As in package.json's activation events. */
const viewType = "rlhf.rollouts";

/** The panels that are open, by project and run. */
const open = new Map<string, RolloutsPanel>();
const keyOf = ({ project, id }: RunEntry): string => `${project}\n${id}`;

interface Place {
  /** Null for the newest. */
  readonly iteration: number | null;
  /** The episode to open. */
  readonly line: number | null;
}

/** Shows the logged episodes of a PPO run: of the iteration it is called with, else of the newest. Another panel may ask for it beside itself. */
export async function showRollouts(host: Host, given: unknown): Promise<void> {
  const entry = await runFor(host, given, { title: t("Rollouts of which run?"), stages: ["ppo"] });
  if (entry === undefined) return;
  const iteration = isObject(given) && typeof given.iteration === "number" ? given.iteration : null;
  const known = open.get(keyOf(entry));
  const isBeside = isObject(given) && given.beside === true;
  if (known !== undefined) return known.reveal(iteration, isBeside);
  const column = isBeside ? ViewColumn.Beside : ViewColumn.Active;
  const place = { viewColumn: column, preserveFocus: isBeside };
  const panel = window.createWebviewPanel(viewType, "", place, { enableFindWidget: true });
  new RolloutsPanel(host, panel, entry, { iteration, line: null });
}

/** Brings the panels of the last session back when the window is reloaded. */
export function registerRolloutsPanel(host: Host): Disposable[] {
  const deserializeWebviewPanel = async (panel: WebviewPanel, value: unknown): Promise<void> => {
    const kept = keptRollouts(value, { where: "the kept state of the panel", path: "" });
    if (isProblem(kept) || !host.projects.all().includes(kept.project)) return panel.dispose();
    const entry = host.runs.read(kept.project, kept.run);
    if (isBroken(entry) || open.has(keyOf(entry))) return panel.dispose();
    new RolloutsPanel(host, panel, entry, kept);
  };
  return [window.registerWebviewPanelSerializer(viewType, { deserializeWebviewPanel })];
}

/** What fills a panel. Files are read when somebody looks at them, and nothing is read while the panel is hidden. */
class RolloutsPanel {
  private state: RolloutState;
  private readonly page: WebviewPage<"rollouts">;
  private names: ReturnType<typeof tokenNames> | null = null;
  /** Number of the last request to show something: what an earlier one has read comes too late. */
  private asked = 0;

  constructor(
    private readonly host: Host,
    private readonly panel: WebviewPanel,
    private readonly entry: RunEntry,
    place: Place,
  ) {
    const { project, id } = entry;
    this.state = {
      ...{ project, run: id, name: runLabel(entry), iterations: [], iteration: null, constants: null },
      ...{ rows: [], problems: [], open: null, history: null, isSending: false },
    };
    let wanted: Place | null = place;
    this.page = new WebviewPage(panel, {
      name: "rollouts",
      extensionUri: host.context.extensionUri,
      log: host.log,
      texts: rolloutTexts(),
      state: () => onTheWire(this.state),
      onAction: (action) => void this.doing(this.act(action)),
      onReady: () => {
        void this.doing(this.look(wanted));
        wanted = null;
      },
    });
    panel.title = t("Rollouts: {0}", this.state.name);
    const following = host.runs.onDidChange((changed) => {
      if (changed === project && panel.visible) void this.doing(this.look(null));
    });
    open.set(keyOf(entry), this);
    panel.onDidDispose(() => {
      open.delete(keyOf(entry));
      following.dispose();
      this.page.dispose();
    });
  }

  async reveal(iteration: number | null, preservesFocus: boolean): Promise<void> {
    this.panel.reveal(undefined, preservesFocus);
    if (iteration !== null) await this.show(iteration, null);
  }

  private change(delta: RolloutDelta): void {
    this.state = applyRolloutDelta(this.state, delta);
    this.page.post(onTheWire(delta));
  }

  /** Whatever fails, such as a folder that may not be read, is said. */
  private async doing(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      await showProblem(this.host, new Problem("internal", message));
    }
  }

  /** What there is now. The place stays as it is, unless there is none yet or one is wanted. */
  private async look(wanted: Place | null): Promise<void> {
    const iterations = await listRollouts(this.entry.run.paths);
    if (iterations.join() !== this.state.iterations.join()) this.change({ type: "iterations", iterations });
    const newest = iterations.at(-1);
    if (wanted === null && this.state.iteration !== null) return this.complete(this.state.iteration);
    if (newest === undefined) return;
    await this.show(wanted?.iteration ?? newest, wanted?.line ?? null);
  }

  /** β and the divisor of scores are written a moment after an iteration's episodes: they are looked for until they are there. */
  private complete(iteration: number): void {
    const { constants: known } = this.state;
    if (known === null || (known.klCoef !== null && known.scoreDivisor !== null)) return;
    const constants = constantsAt(this.entry.run, iteration);
    if (!isProblem(constants) && encodeJson(constants) !== encodeJson(known))
      this.change({ type: "constants", constants });
  }

  private async show(iteration: number, line: number | null): Promise<void> {
    const asked = ++this.asked;
    const { run, project } = this.entry;
    const { episodes, problems } = await readRollout(run.paths, iteration);
    if (asked !== this.asked) return;
    const names = (this.names ??= tokenNames(project, run));
    const constants = constantsAt(run, iteration);
    const wanted = episodes.find((each) => each.line === line);
    const all = [...problems, ...[constants, names.problem].filter(isProblem)];
    this.change({
      type: "shown",
      iteration,
      constants: isProblem(constants) ? null : constants,
      rows: episodes.map(rowOf),
      problems: all.map(({ message }) => problemText(message)),
      open: wanted === undefined ? null : episodeOf(wanted, names.nameOf),
    });
  }

  private async act(action: RolloutAction): Promise<void> {
    switch (action.type) {
      case "showIteration":
        return await this.show(action.iteration, null);
      case "openEpisode":
        return await this.show(action.iteration, action.line);
      case "close":
        return this.change({ type: "open", open: null });
      case "askHistory":
        return await this.findHistory();
      case "copyTokens":
        return await this.copyTokens();
      case "sendToLabels":
        return await this.sendToLabels();
    }
  }

  /** Looks for the prompt of the open episode in all iterations, one file after the other. */
  private async findHistory(): Promise<void> {
    const { open: episode, iterations } = this.state;
    if (episode === null) return;
    const asked = this.asked;
    const accept = isOfPrompt(episode.promptId);
    const answers = [];
    for (const iteration of iterations) {
      const { episodes } = await readRollout(this.entry.run.paths, iteration, accept);
      answers.push(...episodes.map(answerOf));
      if (asked !== this.asked || this.state.open !== episode) return;
    }
    this.change({ type: "history", history: answers });
  }

  private async copyTokens(): Promise<void> {
    const { open: episode, name } = this.state;
    if (episode === null) return;
    const texts = rolloutTexts();
    const { columnToken, reward, kl, advantage, value, ratio, logprob, referenceLogprob, entropy } = texts;
    const numbers = [reward, kl, advantage, value, texts.return, ratio, logprob, referenceLogprob, entropy];
    const title = `${name}, ${t("Iteration {0}, episode {1}", episode.iteration, episode.episode)}`;
    await env.clipboard.writeText(tokensMarkdown(episode, ["#", columnToken, ...numbers], title));
  }

  /** Fresh responses of the run's last checkpoint to the open episode's prompt become a batch, which is opened to be ranked. */
  private async sendToLabels(): Promise<void> {
    const { open: episode, isSending, project, run } = this.state;
    if (episode === null || isSending || !(await mayStartProcesses())) return;
    const last = listCheckpoints(this.entry.run.paths).at(-1);
    if (last === undefined) {
      const message = t("The run has no checkpoint yet that could answer: wait for its first one.");
      return void window.showInformationMessage(message);
    }
    this.change({ type: "sending", isSending: true });
    try {
      await withPromptFile(episode, (file) =>
        sampleToRank(this.host, project, freeBatchName(project), [`${run}@${last}`, "--prompts", file]),
      );
    } finally {
      this.change({ type: "sending", isSending: false });
    }
  }
}

/** A file with this one prompt for as long as `use` takes, so that a prompt of any length and content can be handed over, with its id. */
async function withPromptFile<T>(
  { promptId, prompt }: RolloutEpisode,
  use: (file: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "rlhf-prompt-"));
  try {
    const file = join(folder, "prompts.jsonl");
    writeFileSync(file, `${JSON.stringify({ id: promptId, text: prompt })}\n`);
    return await use(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
