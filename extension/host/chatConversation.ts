import { createRng } from "../algorithms/rng";
import type { BlindAnswer, BlindTrial, VoteCounts } from "../data/blindVotes";
import {
  applyChatDelta,
  isFinal,
  openTrial,
  type ChatAction,
  type ChatAnswer,
  type ChatDelta,
  type ChatSettings,
  type ChatState,
  type ChatTurn,
  type Vote,
} from "../protocol/chatMessages";
import { maxRowSeed, type ChatEvent, type ChatRequest } from "../protocol/chatProtocol";
import type { Problem } from "../protocol/problem";
import { isProblem } from "../protocol/problem";

/** What a conversation needs of the world; tests put their own in. */
export interface ConversationPorts {
  /** Every change of the state, right after it. */
  readonly changed: (delta: ChatDelta) => void;
  /** Sends a request to the model process, which is started if there is none. */
  readonly send: (request: Partial<ChatRequest>) => void;
  /** Puts a vote on disk, before anything is revealed. */
  readonly store: (trial: Omit<BlindTrial, "createdAt" | "id" | "labeler">) => Problem | null;
  readonly count: (hashes: readonly [string, string]) => VoteCounts | Problem;
  /** A fresh random number of 0 … n − 1. */
  readonly random: (n: number) => number;
  /** A problem's message in the person's language. */
  readonly say: (message: string) => string;
  readonly sentences: { readonly noHeldOut: string; readonly sameModel: string };
}

interface Asked {
  readonly turn: string;
  /** Models by shown column. */
  readonly models: readonly string[];
  readonly trial: number;
}

/** How many held-out prompts are fetched at once. */
const heldOutCount = 1000;

/** The state of a chat panel and what changes it: a person's actions and the model process's events. Knows no editor. */
export class ChatConversation {
  private hashes: ReadonlyMap<string, string> = new Map();
  private asked: Asked | null = null;
  private heldOut: readonly { readonly id: string; readonly text: string }[] | null = null;
  private drawn = 0;
  private trials = 0;
  private nextSettings: ChatSettings | null = null;
  private readonly sideSeed: number;

  constructor(
    private current: ChatState,
    private readonly ports: ConversationPorts,
  ) {
    this.sideSeed = ports.random(maxRowSeed);
  }

  get state(): ChatState {
    return this.current;
  }

  /** An action that concerns the conversation itself. */
  act(action: Extract<ChatAction, { readonly type: "ask" | "askNext" | "stop" | "vote" }>): void {
    switch (action.type) {
      case "ask":
        return this.ask({ text: action.prompt, id: null }, action.settings);
      case "askNext":
        return this.askNext(action.settings);
      case "stop":
        return this.stop();
      case "vote":
        return this.vote(action.turn, action.vote);
    }
  }

  /** Other models answer from now on; what is running is stopped by its process's end. */
  useModels(models: readonly string[]): void {
    this.failOpenAnswers(null);
    this.hashes = new Map();
    this.change({ type: "models", models });
    this.change({ type: "score", score: null });
    this.change({ type: "status", status: "idle", problem: null });
  }

  loading(): void {
    this.change({ type: "status", status: "loading", problem: null });
  }

  /** The model process has ended without being asked to. */
  down(message: string): void {
    const problem = this.ports.say(message);
    this.nextSettings = null;
    this.failOpenAnswers(problem);
    this.change({ type: "status", status: "down", problem });
  }

  onEvent(event: ChatEvent): void {
    switch (event.event) {
      case "ready":
        return this.onReady(event);
      case "heldOut":
        return this.onHeldOut(event.prompts);
      case "token": {
        const place = this.placeOf(event.id);
        if (place) this.change({ type: "text", ...place, text: event.text });
        return;
      }
      case "answer":
        return this.settle(event.id, {
          text: event.text,
          status: event.cancelled ? "cancelled" : "done",
          endReached: event.endReached,
        });
      case "problem":
        if (event.id === null) {
          this.nextSettings = null;
          this.change({
            type: "status",
            status: this.restingStatus(),
            problem: this.ports.say(event.message),
          });
        } else this.settle(event.id, { status: "failed", problem: this.ports.say(event.message) });
    }
  }

  private ask(prompt: { readonly text: string; readonly id: string | null }, settings: ChatSettings): void {
    if (prompt.text.trim() === "" || this.asked !== null || openTrial(this.current) !== null) return;
    const { mode, models } = this.current;
    if (this.isSameTwice()) {
      this.change({ type: "status", status: "ready", problem: this.ports.sentences.sameModel });
      return;
    }
    const trial = this.trials++;
    const sides = createRng(this.sideSeed).split("sides").split(String(trial));
    const shown = mode === "blind" && sides.integer(2) === 1 ? [...models].reverse() : [...models];
    const turn: ChatTurn = {
      id: `${this.sideSeed}-${trial}`,
      prompt: prompt.text,
      promptId: prompt.id,
      temperature: settings.temperature,
      answers: shown.map((model) => ({
        model: mode === "blind" ? "" : model,
        text: "",
        status: "waiting",
        endReached: false,
        problem: null,
        // Each its own: with the same draws, models that differ little would say the same.
        seed: settings.seed ?? this.ports.random(maxRowSeed + 1),
      })),
      vote: null,
    };
    this.asked = { turn: turn.id, models: shown, trial };
    this.change({ type: "settings", settings });
    this.change({ type: "turn", turn });
    const { responseTokens } = settings;
    turn.answers.forEach(({ seed }, index) =>
      this.ports.send({
        ...{ id: `${turn.id}:${index}`, prompt: prompt.text, model: shown[index] },
        ...{ seed, temperature: turn.temperature, responseTokens },
      }),
    );
    if (this.current.status === "ready" || this.current.status === "idle")
      this.change({ type: "status", status: "answering", problem: null });
  }

  private askNext(settings: ChatSettings): void {
    if (this.asked !== null || openTrial(this.current) !== null) return;
    if (this.heldOut === null) {
      this.nextSettings = settings;
      this.ports.send({ heldOut: heldOutCount });
      return;
    }
    if (this.heldOut.length === 0) {
      this.change({ type: "status", status: this.restingStatus(), problem: this.ports.sentences.noHeldOut });
      return;
    }
    const prompt = this.heldOut[this.drawn++ % this.heldOut.length];
    this.ask(prompt, settings);
  }

  private onHeldOut(prompts: readonly { readonly id: string; readonly text: string }[]): void {
    this.heldOut = createRng(this.sideSeed).split("prompts").shuffle(prompts);
    const settings = this.nextSettings;
    this.nextSettings = null;
    if (settings !== null) this.askNext(settings);
  }

  private stop(): void {
    this.nextSettings = null;
    const { asked } = this;
    asked?.models.forEach((_, index) => this.ports.send({ cancel: `${asked.turn}:${index}` }));
  }

  private vote(id: string, vote: Vote): void {
    const turn = openTrial(this.current);
    const { asked } = this;
    if (turn?.id !== id || asked?.turn !== id || !turn.answers.every(isFinal)) return;
    if (vote !== "skip") {
      const [left, right] = turn.answers.map((answer, i): BlindAnswer => {
        const model = asked.models[i];
        const { text, seed } = answer;
        return { model, checkpointHash: this.hashes.get(model) ?? "", text, seed };
      });
      const { prompt, promptId, temperature } = turn;
      const problem = this.ports.store({
        prompt,
        ...(promptId !== null && { promptId }),
        shown: [left, right],
        vote,
        temperature,
        sideSeed: this.sideSeed,
        trial: asked.trial,
      });
      if (problem !== null) {
        this.change({ type: "status", status: "ready", problem: this.ports.say(problem.message) });
        return;
      }
    }
    this.reveal(turn, vote);
    if (vote !== "skip") this.updateScore();
  }

  private reveal(turn: ChatTurn, vote: Vote): void {
    const models = this.asked?.models ?? [];
    const answers = turn.answers.map((answer, i) => ({ ...answer, model: models[i] ?? answer.model }));
    this.asked = null;
    this.change({ type: "turn", turn: { ...turn, answers, vote } });
  }

  private updateScore(): void {
    const [first, second] = this.current.models.map((model) => this.hashes.get(model) ?? "");
    const counts = this.ports.count([first, second]);
    if (isProblem(counts))
      this.change({ type: "status", status: this.restingStatus(), problem: this.ports.say(counts.message) });
    else this.change({ type: "score", score: counts });
  }

  private onReady({ models }: Extract<ChatEvent, { readonly event: "ready" }>): void {
    this.hashes = new Map(models.map(({ model, checkpointHash }) => [model, checkpointHash]));
    const isSame = this.isSameTwice();
    const problem = isSame ? this.ports.sentences.sameModel : null;
    this.change({ type: "status", status: this.restingStatus(), problem });
    if (this.current.mode === "blind" && !isSame) this.updateScore();
  }

  /** Whether a blind comparison is of a model with itself, which says nothing. */
  private isSameTwice(): boolean {
    return this.current.mode === "blind" && this.hashes.size > 0 && new Set(this.hashes.values()).size < 2;
  }

  private restingStatus(): "ready" | "answering" | "idle" {
    if (this.hashes.size === 0) return "idle";
    return this.asked !== null && openAnswers(this.current) ? "answering" : "ready";
  }

  private placeOf(id: string): { readonly turn: string; readonly index: number } | null {
    const index = Number(id.slice(id.lastIndexOf(":") + 1));
    const turn = id.slice(0, id.lastIndexOf(":"));
    return this.asked?.turn === turn && this.asked.models[index] !== undefined ? { turn, index } : null;
  }

  private settle(id: string, change: Partial<ChatAnswer>): void {
    const place = this.placeOf(id);
    const turn = place && this.current.turns.find((each) => each.id === place.turn);
    if (!place || !turn) return;
    const answers = turn.answers.map((answer, i) => (i === place.index ? { ...answer, ...change } : answer));
    this.change({ type: "turn", turn: { ...turn, answers } });
    if (answers.every(isFinal)) this.finish({ ...turn, answers }, null);
  }

  /** All answers stand. A trial that lacks one cannot be voted on and counts as skipped. */
  private finish(turn: ChatTurn, problem: string | null): void {
    const isWhole = turn.answers.every(({ status }) => status === "done");
    if (this.current.mode === "chat") this.asked = null;
    else if (!isWhole) this.reveal(turn, "skip");
    this.change({ type: "status", status: this.restingStatus(), problem });
  }

  private failOpenAnswers(problem: string | null): void {
    const turn = this.current.turns.find(({ id }) => id === this.asked?.turn);
    if (!turn) return;
    const status = problem === null ? ("cancelled" as const) : ("failed" as const);
    const answers = turn.answers.map((answer) => (isFinal(answer) ? answer : { ...answer, status, problem }));
    if (this.current.mode === "blind") this.reveal({ ...turn, answers }, "skip");
    else this.change({ type: "turn", turn: { ...turn, answers } });
    this.asked = null;
  }

  private change(delta: ChatDelta): void {
    this.current = applyChatDelta(this.current, delta);
    this.ports.changed(delta);
  }
}

function openAnswers({ turns }: ChatState): boolean {
  return turns.at(-1)?.answers.some((answer) => !isFinal(answer)) === true;
}

/** A kept state as a conversation can go on from it: what was running when the window closed is over. */
export function restedState(state: ChatState): ChatState {
  const turns = state.turns.map((turn) => ({
    ...turn,
    vote: state.mode === "blind" ? (turn.vote ?? ("skip" as const)) : null,
    answers: turn.answers.map((answer) =>
      isFinal(answer) ? answer : { ...answer, status: "cancelled" as const },
    ),
  }));
  return { ...state, turns, status: "idle", problem: null, score: null };
}
