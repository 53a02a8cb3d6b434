import { randomBytes, randomInt } from "node:crypto";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import {
  Range,
  RelativePattern,
  Uri,
  ViewColumn,
  window,
  workspace,
  type Disposable,
  type WebviewPanel,
} from "vscode";
import type { Prompt } from "../data/records";
import { maxRowSeed } from "../protocol/chatProtocol";
import type { DemonstrationDraft } from "../protocol/demonstrationDraft";
import {
  keptDemonstrations,
  type DemonstrationsAction,
  type DemonstrationsCommand,
} from "../protocol/demonstrationMessages";
import { Problem, isProblem } from "../protocol/problem";
import { makeFolder, replaceFile } from "../runs/disk";
import { draftsFile } from "../runs/labelFiles";
import { chooseModel } from "./chooseModel";
import { demonstrationTexts } from "./demonstrationTexts";
import { DemonstrationsFile } from "./demonstrationsFile";
import { DemonstrationsSession, type SessionPorts } from "./demonstrationsSession";
import { DraftStore } from "./draftStore";
import { givenProject, mayStartProcesses } from "./givenProject";
import type { Host } from "./host";
import { askLabeler, labelerName } from "./labeler";
import { startChat, type ChatProcess } from "./modelProcess";
import { projectConfig } from "./projectConfig";
import { ProjectTexts } from "./projectTexts";
import { orSay } from "./say";
import { problemText, t } from "./text";
import { WebviewPage } from "./webviewPanel";

/** As in package.json's activation events and keys. */
const viewType = "rlhf.demonstrations";

/** The panels that are open, by project. */
const open = new Map<string, DemonstrationsPanel>();

/** Opens a project's demonstrations to write more of them, or brings the panel that is open to the front. */
export async function writeDemonstrations(host: Host, given: unknown): Promise<void> {
  const project = await givenProject(host, given);
  if (project === undefined) return;
  const known = open.get(project);
  if (known !== undefined) return known.reveal();
  const author = await askLabeler();
  const file = orSay(host, demonstrationsPath(project));
  if (author === undefined || file === undefined) return;
  const panel = window.createWebviewPanel(viewType, "", ViewColumn.Active, { enableFindWidget: true });
  new DemonstrationsPanel(host, panel, { project, author, file });
}

/** What keys do in the panel in front; nothing where it is another one. */
export const inDemonstrations = (command: DemonstrationsCommand) => (): void => {
  for (const panel of open.values()) panel.press(command);
};

/** Brings the panels of the last session back when the window is reloaded. */
export function registerDemonstrationsPanel(host: Host): Disposable[] {
  const deserializeWebviewPanel = async (panel: WebviewPanel, value: unknown): Promise<void> => {
    const kept = keptDemonstrations(value, { where: "the kept state of the panel", path: "" });
    const project = isProblem(kept) ? "" : kept.project;
    const author = labelerName();
    const file = host.projects.all().includes(project) ? demonstrationsPath(project) : null;
    if (isProblem(kept) || author === "" || typeof file !== "string" || open.has(project))
      return panel.dispose();
    new DemonstrationsPanel(host, panel, { project, author, file }, kept.draft);
  };
  return [window.registerWebviewPanelSerializer(viewType, { deserializeWebviewPanel })];
}

/** The first file of demonstrations that rlhf.json lists, as it names it; it must lie inside the project. */
function demonstrationsPath(project: string): string | Problem {
  const { config, problem } = projectConfig(project);
  if (problem !== null) return new Problem("invalidValue", problem);
  const file = config.data.demonstrations[0];
  if (file === undefined)
    return new Problem(
      "missing",
      `rlhf.json lists no file of demonstrations: add "data/demonstrations.jsonl" to data.demonstrations.`,
    );
  const inside = relative(project, resolve(project, file));
  if (!inside.startsWith("..") && !isAbsolute(inside)) return file;
  return new Problem(
    "refused",
    `${file} lies outside of the project: list a file inside it first in data.demonstrations.`,
  );
}

interface PanelOptions {
  readonly project: string;
  readonly author: string;
  /** As rlhf.json names it. */
  readonly file: string;
}

/** What fills a panel: a session over the file and the drafts, the page, and the process of a model that was asked. */
class DemonstrationsPanel {
  private readonly session: DemonstrationsSession;
  private readonly page: WebviewPage<"demonstrations">;
  private readonly path: string;
  private readonly texts: ProjectTexts;
  private running: { readonly model: string; readonly process: ChatProcess } | null = null;

  constructor(
    private readonly host: Host,
    private readonly panel: WebviewPanel,
    { project, author, file }: PanelOptions,
    restored: DemonstrationDraft | null = null,
  ) {
    this.path = join(project, file);
    this.texts = new ProjectTexts(project);
    const movedOn = (line: number): string =>
      t(
        "Line {0} of {1} is no longer what you began with, so nothing was changed: open it again, or keep yours as a new one.",
        line,
        file,
      );
    const lines = new DemonstrationsFile(this.path, file, movedOn);
    const drafts = new DraftStore(draftsFile(project, author), (problem) => this.say(problem));
    this.session = new DemonstrationsSession({ project, author }, lines, drafts, this.ports(), restored);
    this.page = new WebviewPage(panel, {
      name: "demonstrations",
      extensionUri: host.context.extensionUri,
      log: host.log,
      texts: demonstrationTexts(),
      state: () => this.session.state,
      onAction: (action) => void this.act(action),
    });
    panel.title = t("Demonstrations");
    open.set(project, this);
    const pattern = new RelativePattern(Uri.file(dirname(this.path)), "*");
    const watcher = workspace.createFileSystemWatcher(pattern);
    const look = ({ fsPath }: Uri): void => {
      if (fsPath === this.path) this.session.look();
    };
    const parts = [watcher, watcher.onDidChange(look), watcher.onDidCreate(look), watcher.onDidDelete(look)];
    panel.onDidDispose(() => {
      open.delete(project);
      for (const part of [...parts, drafts, this.page]) part.dispose();
      this.running?.process.dispose();
    });
  }

  press(command: DemonstrationsCommand): void {
    if (this.panel.active) this.page.post({ type: "command", command });
  }

  reveal(): void {
    this.panel.reveal();
  }

  private async act(action: DemonstrationsAction): Promise<void> {
    const { session } = this;
    const before = session.answerId;
    if (action.type === "openText") await this.openText(action.line);
    else if (action.type === "answer") await this.answer();
    else if (action.type === "stopAnswer") this.cancel(before);
    else {
      session.act(action);
      // Another draft is open now, so nobody waits for the answer.
      if (session.answerId === null) this.cancel(before);
    }
  }

  private cancel(id: string | null): void {
    if (id !== null) this.running?.process.send({ cancel: id });
  }

  private async openText(line: number | null): Promise<void> {
    const uri = Uri.file(this.path);
    await this.ensureFile();
    const at = (line ?? 1) - 1;
    const selection = new Range(at, 0, at, 0);
    await window.showTextDocument(uri, line === null ? {} : { selection });
  }

  private async ensureFile(): Promise<void> {
    if (
      await workspace.fs.stat(Uri.file(this.path)).then(
        () => true,
        () => false,
      )
    )
      return;
    makeFolder(dirname(this.path));
    replaceFile(this.path, "");
  }

  /** Asks for a model and lets its answer become the response to go on from. */
  private async answer(): Promise<void> {
    const { session } = this;
    const { project, draft } = session.state;
    if (session.answerId !== null || !(await mayStartProcesses())) return;
    const model = await chooseModel(project, {
      title: t("Whose answer do you want to start from?"),
      use: "answer",
    });
    if (model === undefined || session.state.draft.id !== draft.id) return;
    if (session.state.draft.response.trim() !== "" && !(await this.mayReplace())) return;
    const { temperature, maxResponseTokens: responseTokens } = this.texts.config().labeling;
    const question = session.beginAnswer(model, {
      temperature,
      responseTokens,
      seed: randomInt(maxRowSeed + 1),
    });
    if (question !== null) this.process(model).send(question);
  }

  private async mayReplace(): Promise<boolean> {
    const replace = t("Replace");
    const question = t("The answer takes the place of the response that you have written.");
    return (await window.showWarningMessage(question, { modal: true }, replace)) === replace;
  }

  /** The process in which the model answers; it stays for the next question. */
  private process(model: string): ChatProcess {
    if (this.running?.model === model) return this.running.process;
    this.running?.process.dispose();
    const process = startChat({
      project: this.session.state.project,
      models: [model],
      log: this.host.log,
      onEvent: (event) => this.session.onEvent(event),
      onEnd: (problem) => {
        this.running = null;
        this.session.endAnswer(problem);
      },
    });
    this.running = { model, process };
    return process;
  }

  private say({ message }: Problem): void {
    this.host.log.error(message);
    void window.showErrorMessage(problemText(message));
  }

  private ports(): SessionPorts {
    return {
      // The first changes come before there is a page to see them.
      changed: (delta) => (this.page as WebviewPage<"demonstrations"> | undefined)?.post(delta),
      now: () => new Date(),
      random: () => randomBytes(3).toString("hex"),
      prompts: (): readonly Prompt[] => this.texts.prompts(),
      counter: () => this.texts.counter(),
      problemText,
      sentences: {
        fault: {
          noPrompt: t("Write the prompt first."),
          noUseCase: t("Choose the use case first."),
          noResponse: t("Write the response first."),
          halfPair: t("A pair needs both its query and its response."),
          fewPairs: t("A few-shot prompt needs two pairs at least: each is asked behind the others."),
        },
        saved: t("The draft is saved. Nothing trains on it before you submit it."),
        allDone: t("You have demonstrated every prompt of the project."),
        noPrompts: t("The project has no prompts: write one yourself, or import some."),
        submitted: (count, name) =>
          count === 1
            ? t("One demonstration is in {0}.", name)
            : t("{0} demonstrations are in {1}.", count, name),
        isThere: t("It is in the file already."),
        undone: t("The last change is taken back."),
      },
    };
  }
}
