// The editor's side of the ranking page, played by a test: keys that leave the page become commands, edits change judgements, items open.
import { isProblem } from "../../extension/protocol/problem";
import { applyRankingEdit } from "../../extension/protocol/rankingEdits";
import type { RankingJudgement } from "../../extension/protocol/rankingFormat";
import type {
  RankingAction,
  RankingCommand,
  RankingItem,
  RankingState,
} from "../../extension/protocol/rankingMessages";
import { parsePageMessage } from "../../extension/protocol/webviewProtocol";
import type { PanelPage } from "./panelPage";
import { rankingTextExamples } from "./rankingTextExamples";

interface Forwarded {
  readonly key: string;
  readonly alt: boolean;
  readonly control: boolean;
  readonly shift: boolean;
}

/** The keybindings of package.json, as far as a test of the page needs them. */
const commands: Readonly<Record<string, RankingCommand>> = {
  ...{ "=": "tie", m: "flags", t: "note", n: "unrankable", s: "skip", Enter: "submit", o: "nextOpen" },
  ...{ v: "diff", z: "fold", x: "axis", r: "guidelines", "?": "help", Escape: "escape" },
  ...{ "alt+ArrowUp": "up", "alt+ArrowDown": "down", "alt+ArrowRight": "next", "alt+ArrowLeft": "previous" },
};
const shifted = ")!@#$%^&";

/** The command that a key is bound to. */
export function commandOf({
  key,
  alt,
  control,
}: Forwarded): { command: RankingCommand; argument: string } | null {
  if (control) return null;
  const named = commands[alt ? `alt+${key}` : key];
  if (named !== undefined) return { command: named, argument: "" };
  if (alt) return null;
  if (/^[a-l]$/.test(key)) return { command: "letter", argument: key };
  if (/^\d$/.test(key)) return { command: "rank", argument: key };
  const likert = key.length === 1 ? shifted.indexOf(key) : -1;
  return likert >= 0 ? { command: "likert", argument: String(likert) } : null;
}

export class RankingHost {
  private readAt = 0;
  readonly actions: RankingAction[] = [];
  readonly judgements = new Map<string, RankingJudgement | null>();

  private constructor(
    readonly panel: PanelPage,
    private readonly state: RankingState,
    private readonly items: readonly RankingItem[],
  ) {
    for (const item of items) this.judgements.set(item.id, item.judgement);
  }

  /** Fills an open page with items, of which the state's index is shown. */
  static async fill(
    panel: PanelPage,
    items: readonly RankingItem[],
    state: RankingState,
  ): Promise<RankingHost> {
    const host = new RankingHost(panel, state, items);
    await panel.hydrate(rankingTextExamples(), state);
    await panel.page.locator("main > *").first().waitFor();
    return host;
  }

  /** Presses keys one after the other, as a labeler does, with the editor in between. */
  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      await this.panel.page.keyboard.press(key);
      await this.forward();
    }
  }

  /** What has left the page since the last look: keys as commands, then the answers to what the page asks for. */
  async forward(): Promise<void> {
    const { page } = this.panel;
    const keys = await page.evaluate<Forwarded[]>("globalThis.forwarded.splice(0)");
    for (const command of keys.map(commandOf))
      if (command !== null) await this.command(command.command, command.argument);
    await this.answer();
  }

  async command(command: RankingCommand, argument = ""): Promise<void> {
    await this.panel.change({ type: "command", command, argument });
    await this.settle();
  }

  /** Answers the page's edits and requests, until there are none. */
  async answer(): Promise<void> {
    await this.settle();
    const sent = await this.panel.sent();
    const news = sent.slice(this.readAt);
    this.readAt = sent.length;
    for (const value of news) {
      const message = parsePageMessage("ranking", value);
      if (isProblem(message)) throw new Error(message.message);
      if (message.type !== "action") continue;
      this.actions.push(message.action);
      await this.act(message.action);
    }
    if (news.length > 0) await this.settle();
  }

  /** The actions of a kind, as the page has sent them. */
  sentOf<T extends RankingAction["type"]>(type: T): (RankingAction & { readonly type: T })[] {
    return this.actions.filter(
      (action): action is RankingAction & { readonly type: T } => action.type === type,
    );
  }

  private async act(action: RankingAction): Promise<void> {
    if (action.type === "edit") {
      const { item: id, edit, number } = action;
      const item = this.items.find((each) => each.id === id);
      const asked = { ids: item?.responses.map((each) => each.id) ?? [], axes: this.state.axes };
      const before = this.judgements.get(id) ?? null;
      const judgement = applyRankingEdit(asked, before ?? undefined, edit) ?? before;
      this.judgements.set(id, judgement);
      await this.panel.change({ type: "judgement", id, judgement, upTo: number });
    }
    if (action.type === "open") {
      const item = this.items[action.index];
      const judgement = this.judgements.get(item.id) ?? null;
      const isRevealed = judgement?.status === "submitted";
      const responses = item.responses.map((each) => ({
        ...each,
        source: isRevealed ? `model ${each.id}` : null,
      }));
      const shown = { ...item, judgement, responses };
      await this.panel.change({ type: "item", index: action.index, item: shown });
    }
  }

  /** Messages arrive and focus events have been told in turn: two turns of the page's loop. */
  private async settle(): Promise<void> {
    await this.panel.page.evaluate("new Promise((done) => setTimeout(() => setTimeout(done)))");
  }
}
