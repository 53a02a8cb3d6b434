import { randomInt } from "node:crypto";
import { basename } from "node:path";
import { ViewColumn, env, window, workspace, type Disposable, type WebviewPanel } from "vscode";
import type { ChatAction, ChatMode, ChatState } from "../protocol/chatMessages";
import { integerFrom, nullable, object, string } from "../protocol/codec";
import { isProblem } from "../protocol/problem";
import { parsePanelState } from "../protocol/webviewProtocol";
import { ChatConversation, restedState, type ConversationPorts } from "./chatConversation";
import { chatTexts } from "./chatTexts";
import { chooseModel } from "./chooseModel";
import { mayStartProcesses } from "./givenProject";
import type { Host } from "./host";
import { labelerName } from "./labeler";
import { startChat, type ChatProcess } from "./modelProcess";
import { readVotes, storeVote } from "./preferences";
import { problemText, t } from "./text";
import { WebviewPage } from "./webviewPanel";

/** As in package.json's activation events. */
const viewType = "rlhf.chat";

/** Chat with the models of the chosen tree items, two at most, or with one that is picked now. */
export async function openChat(host: Host, ...given: readonly unknown[]): Promise<void> {
  await open(host, "chat", given);
}

/** Two models answer with their names hidden. */
export async function openBlindAb(host: Host, ...given: readonly unknown[]): Promise<void> {
  await open(host, "blind", given);
}

/** Brings the panels of the last session back when the window is reloaded. */
export function registerChatPanel(host: Host): Disposable[] {
  const deserializeWebviewPanel = async (panel: WebviewPanel, kept: unknown): Promise<void> => {
    const state = parsePanelState("chat", kept);
    const isGood = !isProblem(state) && host.projects.all().includes(state.project);
    if (!isGood || !workspace.isTrusted) return panel.dispose();
    new ChatPanel(host, panel, restedState(state));
  };
  return [window.registerWebviewPanelSerializer(viewType, { deserializeWebviewPanel })];
}

async function open(host: Host, mode: ChatMode, given: readonly unknown[]): Promise<void> {
  if (!(await mayStartProcesses())) return;
  const chosen = chosenModels(host.projects.all(), given);
  const project = chosen?.project ?? (await host.projects.choose());
  if (project === undefined) return;
  const models = await completeModels(project, mode, chosen?.models ?? []);
  if (models === undefined) return;
  const panel = window.createWebviewPanel(viewType, "", ViewColumn.Active, {});
  const settings = { temperature: 1, responseTokens: 64, seed: null };
  new ChatPanel(host, panel, {
    ...{ mode, project, models, settings, turns: [], score: null },
    ...{ status: "idle", problem: null },
  });
}

/** A line of the explorer: a run, or one of its checkpoints. */
const treeItem = object({ project: string, id: string, iteration: nullable(integerFrom(0)) });

/** The models of the tree items that a command was chosen on: of the first one's project, two at most. */
function chosenModels(
  projects: readonly string[],
  [first, selected]: readonly unknown[],
): { readonly project: string; readonly models: readonly string[] } | null {
  const candidates = Array.isArray(selected) && selected.length > 1 ? (selected as unknown[]) : [first];
  const items = candidates
    .map((value) => treeItem(value, { where: "the chosen item", path: "" }))
    .flatMap((item) => (isProblem(item) || !projects.includes(item.project) ? [] : [item]));
  if (items.length === 0) return null;
  const { project } = items[0];
  const references = items
    .filter((item) => item.project === project)
    .map(({ id, iteration }) => (iteration === null ? id : `${id}@${iteration}`));
  return { project, models: [...new Set(references)].slice(0, 2) };
}

/** Asks for the models that are still to be chosen; undefined when a person gives up. */
async function completeModels(
  project: string,
  mode: ChatMode,
  chosen: readonly string[],
): Promise<readonly string[] | undefined> {
  const models = [...chosen];
  const needed = mode === "chat" ? 1 : 2;
  while (models.length < needed) {
    const title =
      mode === "chat"
        ? t("Which model do you want to ask?")
        : t("Blind A/B: which models? ({0} of 2)", models.length + 1);
    const picked = await chooseModel(project, { title, use: "answer" });
    if (picked === undefined) return undefined;
    if (models.includes(picked)) void window.showWarningMessage(t("{0} is chosen already.", picked));
    else models.push(picked);
  }
  return models;
}

/** What fills a panel: a conversation, the process that answers, and the page. All three end with the panel. */
class ChatPanel {
  private readonly conversation: ChatConversation;
  private readonly page: WebviewPage<"chat">;
  private running: ChatProcess | null = null;

  constructor(
    private readonly host: Host,
    private readonly panel: WebviewPanel,
    initial: ChatState,
  ) {
    this.conversation = new ChatConversation(initial, this.ports(initial.project));
    this.page = new WebviewPage(panel, {
      name: "chat",
      extensionUri: host.context.extensionUri,
      log: host.log,
      texts: chatTexts(),
      state: () => this.conversation.state,
      onAction: (action) => void this.act(action),
      onReady: () => void this.process(),
    });
    panel.title = titleOf(initial);
    panel.onDidDispose(() => {
      this.running?.dispose();
      this.page.dispose();
    });
  }

  private ports(project: string): ConversationPorts {
    return {
      changed: (delta) => this.page.post(delta),
      send: (request) => this.process().send(request),
      store: (trial) => {
        const labeler = labelerName();
        return storeVote(project, { ...trial, ...(labeler !== "" && { labeler }) });
      },
      count: (hashes) => readVotes(project, hashes),
      random: (n) => randomInt(n),
      say: problemText,
      sentences: {
        noHeldOut: t(
          "This project holds out no prompts: type one, or list test prompts in data.testPrompts.",
        ),
        sameModel: t("Both are the same weights, so there is nothing to compare: change one."),
      },
    };
  }

  /** The process that answers, which is started when there is none. */
  private process(): ChatProcess {
    if (this.running !== null) return this.running;
    const { project, models } = this.conversation.state;
    this.running = startChat({
      project,
      models,
      log: this.host.log,
      onEvent: (event) => this.conversation.onEvent(event),
      onEnd: (problem) => {
        this.running = null;
        this.conversation.down(problem);
      },
    });
    this.conversation.loading();
    return this.running;
  }

  private useModels(models: readonly string[]): void {
    this.running?.dispose();
    this.running = null;
    this.conversation.useModels(models);
    this.panel.title = titleOf(this.conversation.state);
    this.process();
  }

  private async act(action: ChatAction): Promise<void> {
    if (!workspace.isTrusted) return;
    const { turns, models, mode } = this.conversation.state;
    switch (action.type) {
      case "copy": {
        const turn = turns.find(({ id }) => id === action.turn);
        return await env.clipboard.writeText(turn?.answers[action.index]?.text ?? "");
      }
      case "chooseModel":
        return await this.chooseModel(action.index);
      case "removeModel":
        if (mode === "chat" && models.length > 1) this.useModels(models.filter((_, i) => i !== action.index));
        return;
      case "showLog":
        return this.host.log.show();
      case "ask":
      case "askNext":
      case "stop":
      case "vote":
        return this.conversation.act(action);
    }
  }

  private async chooseModel(index: number): Promise<void> {
    const { project } = this.conversation.state;
    const picked = await chooseModel(project, { title: t("Which model?"), use: "answer" });
    const models = [...this.conversation.state.models];
    if (picked === undefined || models.includes(picked) || index > models.length) return;
    models[index] = picked;
    this.useModels(models);
  }
}

function titleOf({ mode, models }: ChatState): string {
  return mode === "blind"
    ? t("Blind A/B")
    : t("Chat: {0}", models.map((model) => basename(model)).join(", "));
}
