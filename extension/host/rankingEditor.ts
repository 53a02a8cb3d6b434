import { existsSync } from "node:fs";
import {
  Uri,
  commands,
  window,
  type CustomTextEditorProvider,
  type Disposable,
  type TextDocument,
  type WebviewPanel,
} from "vscode";
import { newRankingFile, rankingFileText } from "../data/labels";
import type { RankingCommand } from "../protocol/rankingMessages";
import { rankingFile } from "../runs/labelFiles";
import { replaceFile } from "../runs/disk";
import type { Host } from "./host";
import { rankingKeyCommands, setRankingKeys } from "./rankingKeys";
import { RankingSession, type Surroundings } from "./rankingSession";

/** As in package.json's custom editors. */
const rankingViewType = "rlhf.ranking";

/**
 * The editor of labels/<batch>.<labeler>.ranking.json. The text document is the truth, so that saving, undo, hot exit, split views and
 * differences are the editor's own; each action of the page is one small change of it.
 */
export class RankingEditors implements CustomTextEditorProvider {
  private readonly sessions = new Set<RankingSession>();
  /** Once in a window. */
  private warm: Thenable<unknown> | null = null;
  /** Items to show by file, for editors that are about to open. */
  private readonly wanted = new Map<string, string>();

  constructor(private readonly surroundings: Surroundings) {}

  resolveCustomTextEditor(document: TextDocument, panel: WebviewPanel): void {
    this.warm ??= warmKeys();
    const session = new RankingSession(this.surroundings, document, panel, () => this.showKeys());
    this.sessions.add(session);
    panel.onDidDispose(() => {
      this.sessions.delete(session);
      session.dispose();
      this.showKeys();
    });
    this.showWanted(session);
  }

  /** A key of the editor, for the page that is in front. */
  command(command: RankingCommand, argument: unknown): void {
    if (argument === warming) return;
    const active = [...this.sessions].find(({ panel }) => panel.active);
    active?.command(command, typeof argument === "string" ? argument : "");
  }

  /** Opens the file of a labeler, which is made if need be, at an item or at the first that is not judged. */
  async open(project: string, batch: string, labeler: string, item?: string): Promise<void> {
    const file = rankingFile(project, batch, labeler);
    if (!existsSync(file)) replaceFile(file, rankingFileText(newRankingFile(batch, labeler)));
    if (item !== undefined) this.wanted.set(file, item);
    await commands.executeCommand("vscode.openWith", Uri.file(file), rankingViewType);
    const open = [...this.sessions].find((session) => session.file === file);
    if (open !== undefined) this.showWanted(open);
  }

  private showKeys(): void {
    setRankingKeys([...this.sessions].some(({ hasKeys }) => hasKeys));
  }

  private showWanted(session: RankingSession): void {
    const item = this.wanted.get(session.file);
    if (item === undefined) return;
    this.wanted.delete(session.file);
    session.openItemOf(item);
  }
}

const warming = "warming";

/**
 * The editor waits at the first call of each command of an extension, while commands that were called before overtake it: letters of a quick
 * hand would come in another order. So each is called once before the first key.
 */
function warmKeys(): Thenable<unknown> {
  const calls = Object.keys(rankingKeyCommands).map((command) => ({ command, args: warming }));
  return commands.executeCommand("runCommands", { commands: calls });
}

export function registerRankingEditor({ rankings }: Host): Disposable[] {
  const options = { supportsMultipleEditorsPerDocument: true };
  return [
    window.registerCustomEditorProvider(rankingViewType, rankings, options),
    ...Object.entries(rankingKeyCommands).map(([id, command]) =>
      commands.registerCommand(id, (argument) => rankings.command(command, argument)),
    ),
  ];
}
