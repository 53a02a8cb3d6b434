import assert from "node:assert/strict";
import type { ChatAnswer, ChatState, ChatTurn } from "../../extension/protocol/chatMessages";
import { applyChatDelta, maxTurns } from "../../extension/protocol/chatMessages";
import {
  canAsk,
  keyMeaning,
  preference,
  readSettings,
  reduce,
  votable,
  type Key,
  type Page,
} from "../../webviews/chat/state";

const answer = (status: ChatAnswer["status"], text = "x", model = "m"): ChatAnswer => ({
  ...{ model, text, status, endReached: true, problem: null, seed: 1 },
});
const turn = (id: string, answers: readonly ChatAnswer[], vote: ChatTurn["vote"] = null): ChatTurn => ({
  ...{ id, prompt: "p", promptId: null, temperature: 1, answers, vote },
});
const state = (mode: ChatState["mode"], ...turns: readonly ChatTurn[]): ChatState => ({
  ...{ mode, project: "/p", models: ["m", "n"], turns, score: null, status: "ready", problem: null },
  settings: { temperature: 1, responseTokens: 8, seed: null },
});
const key = (name: string, more: Partial<Key> = {}): Key => ({
  ...{ key: name, shift: false, modified: false, composing: false, inPrompt: false, inField: false },
  ...more,
});
const after = (before: ChatState, now: ChatTurn): Page | null =>
  reduce({ state: before, announcement: null }, { type: "delta", delta: { type: "turn", turn: now } });

describe("the chat page's state", () => {
  it("shows nothing before it is hydrated, and then what the host says", () => {
    const delta = { type: "score", score: null } as const;
    assert.equal(reduce(null, { type: "delta", delta }), null);
    const hydrated = state("chat", turn("1", [answer("done")]));
    const page = reduce(null, { type: "hydrate", version: 1, texts: {}, state: hydrated });
    assert.deepEqual(page, { state: hydrated, announcement: null });
  });

  it("announces an answer when it is whole, both of a blind trial together, and votes", () => {
    const chat = state("chat", turn("1", [answer("streaming", "he")]));
    assert.equal(after(chat, turn("1", [answer("streaming", "hey")]))?.announcement, null);
    assert.deepEqual(after(chat, turn("1", [answer("done", "hey")]))?.announcement, {
      ...{ type: "answer", model: "m", text: "hey" },
    });
    assert.deepEqual(after(chat, turn("1", [answer("cancelled")]))?.announcement, { type: "stopped" });
    const blind = state("blind", turn("1", [answer("done", "a"), answer("streaming", "b")]));
    const both = turn("1", [answer("done", "a"), answer("done", "b")]);
    assert.deepEqual(after(blind, both)?.announcement, { type: "both", first: "a", second: "b" });
    const voted = { ...both, vote: "tie" } as const;
    assert.deepEqual(after(state("blind", both), voted)?.announcement, {
      ...{ type: "vote", turn: voted, vote: "tie" },
    });
  });

  it("a prompt can be asked when no answer is on its way and no trial waits for its vote", () => {
    assert.ok(canAsk(state("chat")));
    assert.ok(!canAsk(state("chat", turn("1", [answer("waiting")]))));
    assert.ok(canAsk(state("chat", turn("1", [answer("done")]))));
    const trial = turn("1", [answer("done"), answer("done")]);
    assert.ok(!canAsk(state("blind", trial)));
    assert.equal(votable(state("blind", trial)), trial);
    assert.equal(votable(state("blind", turn("1", [answer("done"), answer("streaming")]))), null);
    assert.ok(canAsk(state("blind", { ...trial, vote: "skip" })));
  });

  it("keys vote on a trial that waits, and are letters in a field", () => {
    const blind = state("blind", turn("t", [answer("done"), answer("done")]));
    const votes = ["1", "ArrowLeft", "2", "ArrowRight", "t", "T", "b", "s"].map((name) => {
      const meaning = keyMeaning(blind, key(name));
      return meaning !== null && meaning !== "ask" && meaning.type === "vote" ? meaning.vote : null;
    });
    assert.deepEqual(votes, ["left", "left", "right", "right", "tie", "tie", "bothBad", "skip"]);
    for (const more of [{ inField: true }, { inPrompt: true }, { modified: true }, { composing: true }])
      assert.equal(keyMeaning(blind, key("1", more)), null);
    assert.equal(keyMeaning(state("chat", turn("t", [answer("done")])), key("1")), null);
    assert.equal(keyMeaning(blind, key("constructor")), null);
  });

  it("Enter asks, Shift+Enter and the Enter of an input method do not, Esc stops what runs", () => {
    const idle = state("chat");
    assert.equal(keyMeaning(idle, key("Enter", { inPrompt: true })), "ask");
    assert.equal(keyMeaning(idle, key("Enter", { inPrompt: true, shift: true })), null);
    assert.equal(keyMeaning(idle, key("Enter", { inPrompt: true, composing: true })), null);
    assert.equal(keyMeaning(idle, key("Enter")), null);
    assert.equal(keyMeaning(idle, key("Escape")), null);
    const running = state("chat", turn("1", [answer("streaming")]));
    assert.deepEqual(keyMeaning(running, key("Escape", { inPrompt: true })), { type: "stop" });
  });

  it("settings are read from their fields; the first wrong one is named", () => {
    const read = (temperature: string, length: string, seed: string) =>
      readSettings({ temperature, length, seed });
    assert.deepEqual(read("0.7", " 20 ", ""), { temperature: 0.7, responseTokens: 20, seed: null });
    assert.deepEqual(read("0", "1", "0"), { temperature: 0, responseTokens: 1, seed: 0 });
    for (const wrong of ["", "x", "-1", "5.1", "NaN"]) assert.equal(read(wrong, "20", ""), "temperature");
    for (const wrong of ["", "0", "1.5", "5000"]) assert.equal(read("1", wrong, ""), "length");
    for (const wrong of ["x", "-1", "1.5", "2147483647"]) assert.equal(read("1", "20", wrong), "seed");
  });

  it("the preference counts a tie one half", () => {
    assert.equal(preference(null), null);
    assert.equal(preference({ first: 0, second: 0, ties: 0, bothBad: 0 }), null);
    const found = preference({ first: 8, second: 2, ties: 0, bothBad: 0 });
    assert.deepEqual([found?.value, found?.votes], [0.8, 10]);
    // Wilson's interval of 8 of 10, from the table in proportions.ts.
    assert.ok(Math.abs((found?.low ?? 0) - 0.4902) < 1e-4 && Math.abs((found?.high ?? 0) - 0.9433) < 1e-4);
    assert.equal(preference({ first: 1, second: 1, ties: 2, bothBad: 1 })?.value, 0.5);
  });

  it("older turns are let go", () => {
    let now = state("chat");
    for (let i = 0; i <= maxTurns; i++)
      now = applyChatDelta(now, { type: "turn", turn: turn(String(i), [answer("done")]) });
    assert.deepEqual([now.turns.length, now.turns[0].id], [maxTurns, "1"]);
  });
});
