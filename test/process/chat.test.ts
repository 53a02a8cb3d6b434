import assert from "node:assert/strict";
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { makeFolder } from "../../extension/runs/disk";
import { parseChatEvent, type ChatEvent } from "../../extension/protocol/chatProtocol";
import { good, removeProject, temporaryProject } from "../support/fakeRuns";
import { cliFile, jsonLines, runCli } from "../support/runCli";
import { saveTinyModel } from "../support/tinyModel";

type EventOf<N extends ChatEvent["event"]> = Extract<ChatEvent, { readonly event: N }>;

describe("rlhf chat", function () {
  this.timeout(60_000);
  let project: string;
  before(() => {
    project = temporaryProject();
    saveTinyModel(project, "base");
    saveTinyModel(project, "other", "output", (weights) => {
      for (const { data } of Object.values(weights)) data.reverse();
    });
    saveTinyModel(project, "rm", "linear");
  });
  after(() => removeProject(project));

  const start = (...words: string[]): ChildProcessWithoutNullStreams =>
    spawn(process.execPath, [cliFile, "chat", ...words, "--project", project]);
  /** Writes all lines at once and ends the input, as `rlhf chat --json < file` does. */
  async function ask(models: readonly string[], lines: readonly (object | string)[]): Promise<ChatEvent[]> {
    const child = start(...models, "--json");
    child.stdin.end(
      lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join(""),
    );
    const events: ChatEvent[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      const event = good(parseChatEvent(line));
      if (event !== null && event.event !== "error") events.push(event);
    }
    return events;
  }
  const only = <N extends ChatEvent["event"]>(events: readonly ChatEvent[], name: N): EventOf<N>[] =>
    events.filter((event): event is EventOf<N> => event.event === name);

  it("answers token by token; the same seed gives the answer of rlhf generate", async () => {
    const words = ["generate", "models/base", "--prompt", "the 고양이", "--max-tokens", "12", "--json"];
    const made = jsonLines(await runCli(words, { cwd: project })).at(-1) as unknown as {
      prompts: { responses: { text: string; tokens: number[]; seed: number; endReached: boolean }[] }[];
    };
    const [expected] = made.prompts[0].responses;
    const question = { id: "q", prompt: "the 고양이", seed: expected.seed, responseTokens: 12 };
    const events = await ask(["models/base"], [question]);
    const [answer] = only(events, "answer");
    assert.deepEqual(
      [answer.tokens, answer.text, answer.endReached, answer.cancelled],
      [expected.tokens, expected.text, expected.endReached, false],
    );
    assert.match(answer.checkpointHash, /^[0-9a-f]{64}$/);
    const pieces = only(events, "token").map(({ text }) => text);
    assert.equal(pieces.join(""), expected.text);
    assert.ok(pieces.length > 1, "the answer came in one piece");
  });

  it("several models answer in turn, or the one that is named", async () => {
    const asked = [
      { id: "both", prompt: "the cat", temperature: 0, responseTokens: 4 },
      { id: "one", prompt: "the cat", temperature: 0, responseTokens: 4, model: "models/other" },
    ];
    const events = await ask(["models/base", "models/other"], asked);
    const answers = only(events, "answer");
    assert.deepEqual(
      answers.map(({ id, model }) => [id, model]),
      [
        ["both", "models/base"],
        ["both", "models/other"],
        ["one", "models/other"],
      ],
    );
    assert.deepEqual(answers[2].tokens, answers[1].tokens);
    assert.notDeepEqual(answers[0].tokens, answers[1].tokens);
    assert.deepEqual(
      only(events, "ready")[0].models.map(({ model, context }) => [model, context]),
      [
        ["models/base", 64],
        ["models/other", 64],
      ],
    );
  });

  it("what cannot be answered is a named problem, and the chat goes on", async () => {
    const events = await ask(
      ["models/base"],
      [
        "not json",
        { id: "bad", prompt: "x", temperature: 9 },
        { id: "who", prompt: "x", model: "models/none" },
        { id: "long", prompt: "the cat sat on the mat . ".repeat(40) },
        { id: "good", prompt: "the cat", responseTokens: 2 },
      ],
    );
    assert.deepEqual(
      only(events, "problem").map(({ id, problem }) => [id, problem]),
      [
        [null, "malformed"],
        [null, "malformed"],
        ["who", "invalidValue"],
        ["long", "tooLarge"],
      ],
    );
    assert.match(only(events, "problem")[3].message, /a context of 64 \(models\/base\): shorten it/);
    assert.deepEqual(
      only(events, "answer").map(({ id }) => id),
      ["good"],
    );
  });

  it("a running answer and one that waits can be cancelled; the rest is answered", async () => {
    const child = start("models/base", "--json", "--max-tokens", "60");
    const send = (line: object): boolean => child.stdin.write(`${JSON.stringify(line)}\n`);
    const events: ChatEvent[] = [];
    send({ id: "running", prompt: "the cat", seed: 3 });
    send({ id: "waiting", prompt: "the cat", seed: 3 });
    send({ id: "last", prompt: "the cat", seed: 3, responseTokens: 2 });
    let told = false;
    for await (const line of createInterface({ input: child.stdout })) {
      const event = good(parseChatEvent(line));
      if (event === null || event.event === "error") continue;
      events.push(event);
      if (told || event.event !== "token") continue;
      told = true;
      send({ cancel: "running" });
      send({ cancel: "waiting" });
      child.stdin.end();
    }
    const answers = only(events, "answer");
    assert.deepEqual(
      answers.map(({ id, cancelled }) => [id, cancelled]),
      [
        ["running", true],
        ["waiting", true],
        ["last", false],
      ],
    );
    assert.ok(answers[0].tokens.length < 57, `${answers[0].tokens.length} tokens of a cancelled answer`);
    assert.ok(answers[1].tokens.length <= 1);
    assert.equal(answers[2].tokens.length, 2);
  });

  it("gives held-out prompts: those of the test files", async () => {
    makeFolder(join(project, "data"));
    writeFileSync(join(project, "data/test.jsonl"), '{"id":"t1","text":"one"}\n{"id":"t2","text":"two"}\n');
    const events = await ask(["models/base", "--set", "data.testPrompts=data/test.jsonl"], [{ heldOut: 1 }]);
    assert.deepEqual(only(events, "heldOut")[0].prompts, [{ id: "t1", text: "one" }]);
  });

  it("a reward model cannot chat, and a sentence says so", async () => {
    const { code, err } = await runCli(["chat", "models/rm"], { cwd: project });
    assert.equal(code, 1);
    assert.match(err, /is a reward model, which scores and does not answer/);
  });

  it("answers a person's lines without --json", async () => {
    const child = start("models/base", "--max-tokens", "40", "--answer-seed", "3");
    child.stdin.end("the cat\n\nthe cat\n");
    let out = "";
    for await (const piece of child.stdout) out += String(piece);
    assert.ok(out.length > 4 && out.endsWith("\n"), out);
    assert.doesNotMatch(out, /[^\P{Cc}\n\t]/u, "control characters of a model reach the terminal");
    assert.equal(out.slice(0, out.length / 2), out.slice(out.length / 2));
  });
});
