import type { ChatAction, ChatState, Vote } from "../../extension/protocol/chatMessages";
import { element, fill, setText } from "../shared/dom";
import { shortcutOf } from "../shared/keyHint";
import { button, textArea, textField, type Button, type TextField } from "../shared/toolkit";
import {
  canAsk,
  fieldLimits,
  isAnswering,
  keyMeaning,
  preference,
  readSettings,
  votable,
  type Announcement,
  type FieldName,
} from "./state";
import { createTurnView, verdictText, type Texts, type TurnView } from "./turnView";

export interface ChatView {
  update(state: ChatState, announcement: Announcement | null): void;
}

export interface ViewOptions {
  readonly texts: Texts;
  readonly state: ChatState;
  readonly draft: string;
  readonly send: (action: ChatAction) => void;
  readonly onDraft: (draft: string) => void;
}

/** Builds the page into the body, in place of what was there, and gives what keeps it up to date. */
export function createView(options: ViewOptions): ChatView {
  const { texts, send } = options;
  let state = options.state;
  const head = createHead(options);
  const conversation = createConversation(options);
  const composer = createComposer(options, () => state);
  const votes = createVotes(texts, (vote) => {
    const trial = votable(state);
    if (trial !== null) send({ type: "vote", turn: trial.id, vote });
  });
  const score = element("p", { class: "score quiet", attributes: { title: texts.scoreHint } });
  const problem = element("p", { class: "problem" });
  const log = button(texts.showLog, () => send({ type: "showLog" }));
  const trouble = element("div", { class: "buttons" }, [problem, log]);
  const live = element("div", { class: "spoken", attributes: { role: "status" } });
  const parts = [head.root, conversation.root, votes.root, score, trouble, composer.root, live];
  document.body.replaceChildren(element("main", {}, parts));
  document.onkeydown = (event) => onKey(event, state, composer.ask, send);

  return {
    update: (now, announcement) => {
      const before = state;
      state = now;
      head.update(now);
      conversation.update(now);
      composer.update(now);
      votes.root.classList.toggle("hidden", votable(now) === null);
      setText(score, now.mode === "blind" ? scoreText(texts, now) : "");
      score.classList.toggle("hidden", now.mode === "chat");
      setText(problem, now.problem ?? "");
      trouble.classList.toggle("hidden", now.problem === null);
      log.classList.toggle("hidden", now.status !== "down");
      if (announcement !== null) setText(live, spoken(texts, announcement));
      if (votable(before) === null && votable(now) !== null) votes.root.focus();
      if (votable(before) !== null && votable(now) === null) composer.focus(now);
    },
  };
}

function onKey(
  event: KeyboardEvent,
  state: ChatState,
  ask: () => void,
  send: (action: ChatAction) => void,
): void {
  const target = event.composedPath()[0];
  const meaning = keyMeaning(state, {
    key: event.key,
    shift: event.shiftKey,
    modified: event.ctrlKey || event.altKey || event.metaKey,
    composing: event.isComposing,
    inPrompt: target instanceof HTMLTextAreaElement,
    inField: target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement,
  });
  if (meaning === null) return;
  event.preventDefault();
  if (meaning === "ask") ask();
  else send(meaning);
}

function createHead({ texts, send, state: { mode } }: ViewOptions) {
  const list = element("ul", { class: "models", attributes: { "aria-label": texts.models } });
  const status = element("p", { class: "quiet" });
  const add = button(texts.add, () => send({ type: "chooseModel", index: 1 }));
  let shown = "";
  const item = (model: string, index: number, isOnly: boolean): HTMLElement => {
    const change = button(texts.change, () => send({ type: "chooseModel", index: index === 0 ? 0 : 1 }), {
      label: fill(texts.changeOf, model),
    });
    const remove = button(texts.remove, () => send({ type: "removeModel", index: index === 0 ? 0 : 1 }), {
      label: fill(texts.removeOf, model),
    });
    const canRemove = mode === "chat" && !isOnly;
    const name = element("span", { class: "name", text: model });
    return element("li", { class: "model" }, [name, change, ...(canRemove ? [remove] : [])]);
  };
  const title = element("h1", { text: mode === "chat" ? texts.chatTitle : texts.blindTitle });
  return {
    root: element("header", {}, [title, list, add, status]),
    update: ({ models, status: now }: ChatState): void => {
      add.classList.toggle("hidden", mode === "blind" || models.length > 1);
      setText(status, now === "loading" ? texts.loading : now === "down" ? texts.down : "");
      if (shown === models.join("\n")) return;
      shown = models.join("\n");
      list.replaceChildren(...models.map((model, i) => item(model, i, models.length === 1)));
    },
  };
}

function createConversation({ texts, send, state: { mode } }: ViewOptions) {
  const empty = element("p", { class: "quiet", text: mode === "chat" ? texts.emptyChat : texts.emptyBlind });
  // Tab reaches it, so that the keys can scroll it.
  const attributes = { "aria-label": texts.conversation, tabindex: "0" };
  const root = element("section", { class: "conversation", attributes }, [empty]);
  const views = new Map<string, TurnView>();
  return {
    root,
    update: ({ turns }: ChatState): void => {
      const wasAtEnd = root.scrollHeight - root.scrollTop - root.clientHeight < 40;
      const isGrowing = turns.some(({ id }) => !views.has(id));
      const last = (): number => views.get(turns.at(-1)?.id ?? "")?.root.offsetTop ?? 0;
      for (const [id, view] of views)
        if (!turns.some((turn) => turn.id === id)) {
          view.root.remove();
          views.delete(id);
        }
      for (const turn of turns) {
        const onCopy = (index: number): void =>
          send({ type: "copy", turn: turn.id, index: index === 0 ? 0 : 1 });
        const view = views.get(turn.id) ?? createTurnView(texts, turn, onCopy);
        if (!views.has(turn.id)) root.append(view.root);
        views.set(turn.id, view);
        view.update(turn);
      }
      empty.classList.toggle("hidden", turns.length > 0);
      // To the end, but never past the newest prompt, which one reads first.
      if (wasAtEnd || isGrowing) root.scrollTop = last() - root.offsetTop;
    },
  };
}

function createVotes(texts: Texts, onVote: (vote: Vote) => void): { readonly root: HTMLElement } {
  const choices: readonly (readonly [Vote, string, string])[] = [
    ["left", texts.left, "1 ←"],
    ["right", texts.right, "2 →"],
    ["tie", texts.tie, "T"],
    ["bothBad", texts.bothBad, "B"],
    ["skip", texts.skip, "S"],
  ];
  const buttons = choices.map(([vote, text, keys]) => {
    const shortcut = keys.split(" ").map(shortcutOf).join(" ");
    const primary = vote === "left" || vote === "right";
    return button(`${text} (${keys})`, () => onVote(vote), { primary, shortcut });
  });
  const attributes = { role: "group", "aria-label": texts.voteGroup, tabindex: "-1" };
  const title = element("span", { text: texts.voteGroup });
  return { root: element("div", { class: "votes hidden", attributes }, [title, ...buttons]) };
}

function createComposer({ texts, send, state, draft, onDraft }: ViewOptions, current: () => ChatState) {
  const prompt = textArea(texts.askLabel, texts.askPlaceholder);
  prompt.value = draft;
  prompt.addEventListener("input", () => onDraft(prompt.value));
  const fields: Readonly<Record<FieldName, TextField>> = {
    temperature: textField(texts.temperature, texts.temperatureHint),
    length: textField(texts.length, texts.lengthHint),
    seed: textField(texts.seed, texts.seedHint),
  };
  fields.temperature.value = String(state.settings.temperature);
  fields.length.value = String(state.settings.responseTokens);
  fields.seed.value = state.settings.seed === null ? "" : String(state.settings.seed);
  const wrong = element("p", { class: "problem hidden", attributes: { role: "alert" } });
  const withSettings = (act: (settings: ChatState["settings"]) => void): void => {
    if (!canAsk(current())) return;
    const { temperature, length, seed } = fields;
    const settings = readSettings({ temperature: temperature.value, length: length.value, seed: seed.value });
    const isWrong = typeof settings === "string";
    wrong.classList.toggle("hidden", !isWrong);
    if (!isWrong) return act(settings);
    const { min, max } = fieldLimits[settings];
    wrong.textContent = fill(texts.wrongSetting, texts[settings], min, max);
    details.open = true;
    fields[settings].focus();
  };
  const ask = (): void =>
    withSettings((settings) => {
      if (prompt.value.trim() === "") return;
      send({ type: "ask", prompt: prompt.value, settings });
      prompt.value = "";
      onDraft("");
    });
  const askButton = button(texts.ask, ask, { primary: true });
  const stop = button(texts.stop, () => send({ type: "stop" }), { title: "Esc" });
  const next = button(texts.next, () => withSettings((settings) => send({ type: "askNext", settings })), {
    title: texts.nextHint,
  });
  const buttons = element("div", { class: "buttons" }, [askButton, next, stop]);
  const details = element("details", {}, [
    element("summary", { text: texts.settings }),
    element("div", { class: "settings" }, Object.values(fields)),
  ]);
  return {
    root: element("div", { class: "composer" }, [prompt, buttons, details, wrong]),
    ask,
    update: (now: ChatState): void => {
      const mayAsk = canAsk(now);
      for (const each of [askButton, next] satisfies Button[]) each.disabled = !mayAsk;
      stop.disabled = !isAnswering(now);
    },
    /** Where a person goes on after a vote: to the next held-out prompt, or to the next of their own. */
    focus: ({ turns }: ChatState): void => {
      const target = turns.at(-1)?.promptId === null ? prompt : next;
      // The toolkit enables its control a moment after it is told to, and what is disabled takes no focus.
      requestAnimationFrame(() => target.focus());
    },
  };
}

function scoreText(texts: Texts, { score, models }: ChatState): string {
  const found = preference(score);
  if (found === null || score === null) return texts.scoreNone;
  const percent = (share: number): string => (100 * share).toFixed(0);
  const { value, low, high, votes } = found;
  const line = fill(texts.score, ...models, percent(value), votes, percent(low), percent(high));
  return `${line} ${fill(texts.scoreTies, score.ties, score.bothBad)}`;
}

function spoken(texts: Texts, announcement: Announcement): string {
  switch (announcement.type) {
    case "answer":
      return fill(texts.saidAnswer, announcement.model, announcement.text);
    case "both":
      return fill(texts.saidBoth, announcement.first, announcement.second);
    case "stopped":
      return texts.saidStopped;
    case "vote":
      return verdictText(texts, announcement.turn);
    case "problem":
      return announcement.text;
  }
}
