import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { ProgressLocation, Uri, commands, window, workspace } from "vscode";
import { isProblem } from "../../protocol/problem";
import { configBlocks } from "../../protocol/runConfig";
import { projectFile } from "../../runs/runPaths";
import { callCli } from "../cliProcess";
import { mayStartProcesses } from "../givenProject";
import type { Host } from "../host";
import { folderIn, proposedFolder, type Folders } from "../newProjectFolder";
import { back, pickStep } from "../pickStep";
import { showProblem } from "../problemMessage";
import { askImportFiles, reviewImport } from "../reviewImport";
import { t } from "../text";
import { importFiles } from "./importData";

type Template = "tiny-world" | "import" | "empty";

interface NewProject {
  readonly folder: string;
  readonly template: Template;
  /** What the template "import" begins with. */
  readonly files: readonly string[];
  readonly k: number;
}

const steps = 3;

/** Three questions, each with an answer that Enter takes; then the project is made and opened. */
export async function newProject(host: Host): Promise<void> {
  const folders = workspace.workspaceFolders ?? [];
  if (folders.length > 0 && folders.every(({ uri }) => uri.scheme !== "file")) {
    void window.showWarningMessage(
      t(
        "Trainers read and write files of this machine, and this folder does not lie on it: open a local one.",
      ),
    );
    return;
  }
  if (!(await mayStartProcesses())) return;
  const asked = await ask(host);
  if (asked !== undefined) await create(host, asked);
}

/** The answers; going back keeps those that were given. */
async function ask(host: Host): Promise<NewProject | undefined> {
  let folder: string | undefined;
  let start: Pick<NewProject, "template" | "files"> | undefined;
  for (let step = 1; ;) {
    if (step === 1) {
      folder = await askFolder(folder);
      if (folder === undefined) return undefined;
      step = 2;
    } else if (step === 2) {
      const answer = await askTemplate(host, folder as string, start?.template);
      if (answer === undefined) return undefined;
      if (answer !== back) start = answer;
      step = answer === back ? 1 : 3;
    } else {
      const k = await askResponses();
      if (k === undefined) return undefined;
      if (k === back) step = 2;
      else return { folder: folder as string, k, ...(start as NonNullable<typeof start>) };
    }
  }
}

const folders: Folders = {
  exists: existsSync,
  isEmpty: (path) => existsSync(path) && readdirSync(path).length === 0,
  isProject: (path) => existsSync(join(path, projectFile)),
};

/** The folder: the one that is proposed, or one a person chooses in a dialog; leaving the dialog asks again. */
async function askFolder(before: string | undefined): Promise<string | undefined> {
  const open = workspace.workspaceFolders?.find(({ uri }) => uri.scheme === "file")?.uri.fsPath;
  const proposed = before ?? proposedFolder(open, homedir(), folders);
  for (;;) {
    const items = [
      {
        label: `$(${folders.exists(proposed) ? "folder" : "new-folder"}) ${basename(proposed)}`,
        description: proposed,
        detail: proposed === open ? t("the open folder, which is empty") : t("a new folder"),
        value: proposed,
      },
      { label: `$(folder-opened) ${t("Choose Folder…")}`, value: null },
    ];
    const picked = await pickStep<string | null>({
      title: t("New Project"),
      ...{ step: 1, steps, items, placeholder: t("Where does the project go?") },
    });
    if (picked === undefined || picked === back) return undefined;
    if (picked !== null) return picked;
    const chosen = await askOtherFolder();
    if (chosen !== undefined) return chosen;
  }
}

async function askOtherFolder(): Promise<string | undefined> {
  const chosen = await window.showOpenDialog({
    title: t("Where does the project go?"),
    openLabel: t("Create Here"),
    canSelectFiles: false,
    canSelectFolders: true,
  });
  if (chosen === undefined) return undefined;
  const path = chosen[0].fsPath;
  if (!folders.isProject(path)) return folderIn(path, folders);
  void window.showWarningMessage(t("{0} is a project already: choose another folder, or open it.", path));
  return undefined;
}

async function askTemplate(
  host: Host,
  folder: string,
  before: Template | undefined,
): Promise<Pick<NewProject, "template" | "files"> | typeof back | undefined> {
  const items = templateItems();
  for (;;) {
    const template = await pickStep<Template>({
      title: t("New Project"),
      ...{ step: 2, steps, items, placeholder: t("What does it begin with? It goes to {0}", folder) },
      active: items.find(({ value }) => value === before),
    });
    if (template === undefined || template === back) return template;
    if (template !== "import") return { template, files: [] };
    const title = t("Import my data");
    const files = await askImportFiles(title);
    if (files !== undefined && (await reviewImport(host, { title, files, project: folder })))
      return { template, files };
  }
}

function templateItems() {
  return [
    {
      label: t("Tiny world (offline, five minutes)"),
      detail: t("A made-up world with prompts, demonstrations and a base model: the whole pipeline at once"),
      value: "tiny-world" as const,
    },
    {
      label: t("Import my data"),
      detail: t("JSONL, CSV, TRL or HH-RLHF; shown before anything is written"),
      value: "import" as const,
    },
    { label: t("Empty"), detail: t("Settings and folders alone"), value: "empty" as const },
  ];
}

async function askResponses(): Promise<number | typeof back | undefined> {
  const { min, max, default: usual } = configBlocks.labeling.k;
  const items = Array.from({ length: max - min + 1 }, (_, i) => min + i).map((k) => ({
    label: String(k),
    description: t("{0} comparisons per prompt", (k * (k - 1)) / 2),
    value: k,
  }));
  return await pickStep<number>({
    title: t("New Project"),
    ...{
      step: 3,
      steps,
      items,
      placeholder: t("How many responses per prompt are ranked? The paper: 4 to 9"),
    },
    active: items.find(({ value }) => value === usual),
  });
}

async function create(host: Host, { folder, template, files, k }: NewProject): Promise<void> {
  const from = template === "tiny-world" ? "tiny-world" : "empty";
  const words = ["new", folder, "--template", from, "--set", `labeling.k=${k}`];
  const { result } = await window.withProgress(
    { location: ProgressLocation.Notification, title: t("Creating the project…") },
    () => callCli({ words, onError: (line) => host.log.info(line) }),
  );
  if (isProblem(result)) return await showProblem(host, result);
  const imported = files.length > 0 ? await importFiles(host, folder, files) : [];
  if (isProblem(imported)) await showProblem(host, imported);
  await openProject(folder);
}

/** Shows a new project: at once where nothing else is open, else as a person wants it. */
async function openProject(folder: string): Promise<void> {
  const open = workspace.workspaceFolders ?? [];
  const uri = Uri.file(folder);
  if (open.some(({ uri: { fsPath } }) => fsPath === folder)) {
    await window.showTextDocument(Uri.file(join(folder, projectFile)));
    return;
  }
  if (open.length === 0) {
    await commands.executeCommand("vscode.openFolder", uri, { forceReuseWindow: true });
    return;
  }
  const [here, newWindow, add] = [t("Open"), t("Open in New Window"), t("Add to Workspace")];
  const text = t("The project {0} is ready.", folder);
  const chosen = await window.showInformationMessage(text, here, newWindow, add);
  if (chosen === here) await commands.executeCommand("vscode.openFolder", uri, { forceReuseWindow: true });
  if (chosen === newWindow) await commands.executeCommand("vscode.openFolder", uri, { forceNewWindow: true });
  if (chosen === add) workspace.updateWorkspaceFolders(open.length, 0, { uri });
}
