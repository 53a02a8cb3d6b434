import assert from "node:assert/strict";
import type { BlindTrial } from "../../extension/data/blindVotes";
import { ChatConversation, restedState } from "../../extension/host/chatConversation";
import type { ChatDelta, ChatMode, ChatState } from "../../extension/protocol/chatMessages";
import { applyChatDelta } from "../../extension/protocol/chatMessages";
import type { ChatEvent, ChatQuestion, ChatRequest } from "../../extension/protocol/chatProtocol";
import { Problem } from "../../extension/protocol/problem";

const settings = { temperature: 0.5, responseTokens: 8, seed: null };
const initial = (mode: ChatMode, models: readonly string[]): ChatState => ({
  ...{ mode, models, settings, project: "/p", turns: [], score: null, status: "idle", problem: null },
});

/** A conversation whose process and disk are lists; `seen` is the page's state, made of the deltas alone. */
function start(mode: ChatMode, models: readonly string[], storing: Problem | null = null) {
  const sent: Partial<ChatQuestion & { heldOut: number; cancel: string }>[] = [];
  const stored: Omit<BlindTrial, "createdAt" | "id" | "labeler">[] = [];
  const namesWhenStored: string[][] = [];
  const page = { state: initial(mode, models) };
  let drawn = 0;
  const talk: ChatConversation = new ChatConversation(page.state, {
    changed: (delta: ChatDelta) => (page.state = applyChatDelta(page.state, delta)),
    send: (request: Partial<ChatRequest>) => sent.push(request),
    store: (trial) => {
      stored.push(trial);
      namesWhenStored.push(page.state.turns.at(-1)?.answers.map(({ model }) => model) ?? []);
      return storing;
    },
    count: () => ({ first: stored.length, second: 0, ties: 0, bothBad: 0 }),
    random: (n) => drawn++ % n,
    say: (message) => message,
    sentences: { noHeldOut: "none", sameModel: "same" },
  });
  const ready = (hashes = models): void =>
    talk.onEvent({
      event: "ready",
      models: models.map((model, i) => ({ model, checkpointHash: hashes[i], context: 64 })),
    });
  const ask = (prompt: string): void => talk.act({ type: "ask", prompt, settings });
  const questions = (): ChatQuestion[] => sent.filter((each): each is ChatQuestion => "prompt" in each);
  const answer = (id: string, text: string, cancelled = false): void =>
    talk.onEvent({
      ...{ event: "answer", id, model: "?", text, tokens: [1], endReached: true, cancelled },
      ...{ seed: 1, temperature: 1, checkpointHash: "x" },
    } satisfies ChatEvent);
  const answerAll = (): void =>
    questions()
      .slice(-models.length)
      .forEach(({ id, model }) => answer(id, `by ${model}`));
  return { talk, page, sent, stored, namesWhenStored, ready, ask, questions, answer, answerAll };
}

describe("chat conversation", () => {
  it("asks every model, streams into its column, and page and host stay the same", () => {
    const { talk, page, ready, ask, questions, answer } = start("chat", ["a", "b"]);
    ready();
    ask("hello");
    ask("too early");
    assert.deepEqual(
      questions().map(({ model, prompt, temperature, responseTokens }) => [
        model,
        prompt,
        temperature,
        responseTokens,
      ]),
      [
        ["a", "hello", 0.5, 8],
        ["b", "hello", 0.5, 8],
      ],
    );
    assert.notEqual(questions()[0].seed, questions()[1].seed);
    assert.equal(page.state.status, "answering");
    talk.onEvent({ event: "token", id: questions()[1].id, model: "b", text: "he" });
    talk.onEvent({ event: "token", id: questions()[1].id, model: "b", text: "y" });
    assert.equal(page.state.turns[0].answers[1].text, "hey");
    questions().forEach(({ id }) => answer(id, "whole"));
    assert.equal(page.state.status, "ready");
    assert.deepEqual(
      page.state.turns[0].answers.map(({ model, text, status }) => [model, text, status]),
      [
        ["a", "whole", "done"],
        ["b", "whole", "done"],
      ],
    );
    assert.deepEqual(page.state, talk.state);
  });

  it("stop cancels what runs; the end of the process fails it and the next prompt is sent all the same", () => {
    const { talk, page, sent, ready, ask, questions, answer } = start("chat", ["a"]);
    ready();
    ask("one");
    talk.act({ type: "stop" });
    assert.deepEqual(sent.at(-1), { cancel: questions()[0].id });
    answer(questions()[0].id, "half", true);
    assert.equal(page.state.turns[0].answers[0].status, "cancelled");
    ask("two");
    talk.down("It died.");
    assert.deepEqual([page.state.status, page.state.problem], ["down", "It died."]);
    assert.deepEqual(
      [page.state.turns[1].answers[0].status, page.state.turns[1].answers[0].problem],
      ["failed", "It died."],
    );
    ask("three");
    assert.equal(questions().at(-1)?.prompt, "three");
  });

  it("blind: names stay hidden until the vote is on disk, then they are shown with the score", () => {
    const { talk, page, stored, namesWhenStored, ready, ask, answerAll } = start("blind", ["sft", "ppo"]);
    ready();
    ask("one");
    assert.doesNotMatch(JSON.stringify(page.state.turns), /sft|ppo/);
    const [{ id }] = page.state.turns;
    talk.act({ type: "vote", turn: id, vote: "left" });
    assert.equal(stored.length, 0, "a vote before the answers");
    answerAll();
    ask("not before the vote");
    assert.equal(page.state.turns.length, 1);
    talk.act({ type: "vote", turn: "another", vote: "left" });
    talk.act({ type: "vote", turn: id, vote: "left" });
    talk.act({ type: "vote", turn: id, vote: "right" });
    assert.equal(stored.length, 1, "one vote a trial");
    assert.deepEqual(namesWhenStored, [["", ""]]);
    const names = page.state.turns[0].answers.map(({ model }) => model);
    assert.deepEqual([...names].sort(), ["ppo", "sft"]);
    assert.deepEqual(
      stored[0].shown.map(({ model, text, checkpointHash }) => [model, text, checkpointHash]),
      names.map((name) => [name, `by ${name}`, name]),
    );
    assert.deepEqual(page.state.score, { first: 1, second: 0, ties: 0, bothBad: 0 });
  });

  it("blind: the sides differ between trials, drawn from the stored seed and the trial's number", () => {
    const orders = [1, 2].map(() => {
      const { talk, page, ready, ask, answerAll, stored } = start("blind", ["sft", "ppo"]);
      ready();
      for (let i = 0; i < 20; i++) {
        ask(`prompt ${i}`);
        answerAll();
        talk.act({ type: "vote", turn: page.state.turns[i].id, vote: "tie" });
      }
      assert.deepEqual(
        stored.map(({ trial, sideSeed }) => [trial, sideSeed]),
        Array.from({ length: 20 }, (_, i) => [i, 0]),
      );
      return stored.map(({ shown: [left] }) => left.model).join();
    });
    assert.equal(orders[0], orders[1]);
    assert.match(orders[0], /sft/);
    assert.match(orders[0], /ppo/);
  });

  it("blind: a vote that cannot be stored reveals nothing and says why", () => {
    const failing = new Problem("disk", "The disk is full.");
    const { talk, page, ready, ask, answerAll } = start("blind", ["sft", "ppo"], failing);
    ready();
    ask("one");
    answerAll();
    talk.act({ type: "vote", turn: page.state.turns[0].id, vote: "tie" });
    assert.equal(page.state.problem, "The disk is full.");
    assert.doesNotMatch(JSON.stringify(page.state.turns), /"model":"(sft|ppo)"/);
    assert.equal(page.state.turns[0].vote, null);
  });

  it("blind: a skipped or stopped trial stores nothing; the same weights twice are not compared", () => {
    const { talk, page, stored, ready, ask, questions, answer, answerAll } = start("blind", ["sft", "ppo"]);
    ready();
    ask("one");
    answerAll();
    talk.act({ type: "vote", turn: page.state.turns[0].id, vote: "skip" });
    ask("two");
    questions()
      .slice(-2)
      .forEach(({ id }) => answer(id, "", true));
    assert.deepEqual(
      page.state.turns.map(({ vote }) => vote),
      ["skip", "skip"],
    );
    assert.equal(stored.length, 0);
    ready(["x", "x"]);
    ask("three");
    assert.equal(page.state.turns.length, 2);
    assert.equal(page.state.problem, "same");
  });

  it("held-out prompts are fetched once and asked one after the other", () => {
    const { talk, page, sent, ready, answerAll } = start("chat", ["a"]);
    ready();
    talk.act({ type: "askNext", settings });
    assert.equal(page.state.turns.length, 0);
    talk.onEvent({
      event: "heldOut",
      prompts: [
        { id: "p", text: "one" },
        { id: "q", text: "two" },
      ],
    });
    answerAll();
    talk.act({ type: "askNext", settings });
    assert.deepEqual(page.state.turns.map(({ promptId }) => promptId).sort(), ["p", "q"]);
    assert.equal(sent.filter((each) => "heldOut" in each).length, 1);
    const empty = start("chat", ["a"]);
    empty.ready();
    empty.talk.act({ type: "askNext", settings });
    empty.talk.onEvent({ event: "heldOut", prompts: [] });
    assert.equal(empty.page.state.problem, "none");
  });

  it("other models end what runs, and a kept state begins at rest", () => {
    const { talk, page, ready, ask } = start("blind", ["sft", "ppo"]);
    ready();
    ask("one");
    const rested = restedState(page.state);
    assert.deepEqual([rested.status, rested.turns[0].vote], ["idle", "skip"]);
    assert.ok(rested.turns[0].answers.every(({ status }) => status === "cancelled"));
    talk.useModels(["sft", "base"]);
    assert.deepEqual([page.state.models, page.state.turns[0].vote], [["sft", "base"], "skip"]);
  });
});
