import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lengthCounter } from "../../extension/data/demonstrationLength";
import { parseRecords } from "../../extension/data/parseRecords";
import type { Prompt } from "../../extension/data/records";
import { DemonstrationsFile } from "../../extension/host/demonstrationsFile";
import { DemonstrationsSession, type SessionPorts } from "../../extension/host/demonstrationsSession";
import { DraftStore } from "../../extension/host/draftStore";
import { withEdit, type DemonstrationDraft } from "../../extension/protocol/demonstrationDraft";
import {
  applyDemonstrationsDelta,
  type DemonstrationsAction,
  type DemonstrationsState,
} from "../../extension/protocol/demonstrationMessages";
import { draftsFile } from "../../extension/runs/labelFiles";
import { answerExample } from "../support/demonstrationStates";
import { good, removeProject, temporaryProject } from "../support/fakeRuns";

const limits = { promptBefore: "", promptAfter: "\n", maxPromptTokens: 12, context: 20 };
const sentences: SessionPorts["sentences"] = {
  fault: {
    ...{ noPrompt: "no prompt", noUseCase: "no use case", noResponse: "no response" },
    ...{ halfPair: "half a pair", fewPairs: "few pairs" },
  },
  ...{ saved: "saved", allDone: "all done", noPrompts: "no prompts", isThere: "is there", undone: "undone" },
  submitted: (count, file) => `${count} in ${file}`,
};
const prompts: readonly Prompt[] = [
  { id: "p1", text: "one ?", user: "u1" },
  { id: "p2", text: "two ?", useCase: "haiku" },
  { id: "p3", text: "three ?" },
];

describe("a session of writing demonstrations", () => {
  let project: string;
  let path: string;
  let drafts: string;
  let id = 0;
  beforeEach(() => {
    project = temporaryProject();
    path = join(project, "data/demonstrations.jsonl");
    drafts = draftsFile(project, "mina");
    mkdirSync(join(project, "data"));
  });
  afterEach(() => removeProject(project));

  /** A session over the files as they are; `page` is the page's state, made of the deltas alone. */
  function open(more: { prompts?: readonly Prompt[]; restored?: DemonstrationDraft; author?: string } = {}) {
    const said: string[] = [];
    const page: { state: DemonstrationsState | null } = { state: null };
    const store = new DraftStore(draftsFile(project, more.author ?? "mina"), ({ message }) =>
      said.push(message),
    );
    const file = new DemonstrationsFile(path, "data/demonstrations.jsonl", (line) => `line ${line} moved on`);
    const session = new DemonstrationsSession(
      { project, author: more.author ?? "mina" },
      file,
      store,
      {
        changed: (delta) => (page.state = page.state && applyDemonstrationsDelta(page.state, delta)),
        now: () => new Date("2026-01-02T03:04:05.000Z"),
        random: () => `n${id++}`,
        prompts: () => more.prompts ?? [],
        counter: () => good(lengthCounter(null, "tokenizer.json", limits)),
        problemText: (message) => message,
        sentences,
      },
      more.restored,
    );
    page.state = session.state;
    const act = (action: Parameters<DemonstrationsSession["act"]>[0]): void => {
      session.act(action);
      assert.deepEqual(page.state, session.state, "host and page show the same");
    };
    /** Writes into the open draft, as the page does. */
    const write = (fields: Partial<DemonstrationDraft>): void => {
      const { draft } = session.state;
      const edited = { ...draft, ...fields, revision: draft.revision + 1 };
      // The page changes its own copy first.
      page.state = page.state && { ...page.state, draft: withEdit(draft, edited) };
      act({ type: "edit", draft: edited });
    };
    return { session, store, said, act, write, notice: () => session.state.notice?.text ?? null };
  }
  const content = (): string => (existsSync(path) ? readFileSync(path, "utf8") : "");
  const records = () => parseRecords("demonstrations", content(), "f").records;
  const line = (n: string, author = "ann"): string =>
    `{"id": "${n}",  "prompt": "p ${n}", "response": "r", "author": "${author}"}`;

  it("a plain demonstration is appended, with its draft gone and nothing else changed", () => {
    writeFileSync(path, `${line("a")}\r\n\r\n`);
    const { act, write, notice, session } = open();
    write({ prompt: "Name a colour.", response: "Blue." });
    act({ type: "submit" });
    assert.equal(notice(), "1 in data/demonstrations.jsonl");
    assert.ok(content().startsWith(`${line("a")}\r\n\r\n{"id":"by-hand-20260102030405-n`));
    assert.ok(content().endsWith("}\r\n"));
    assert.deepEqual([records()[1].prompt, records()[1].author], ["Name a colour.", "mina"]);
    assert.ok(!existsSync(drafts));
    assert.deepEqual([session.state.draft.kind, session.state.draft.prompt], ["plain", ""]);
    assert.equal(session.state.list.rows[0].title, "Name a colour.");
  });

  it("the first demonstration makes the file; a fault is said and nothing is written", () => {
    const { act, write, notice } = open();
    act({ type: "submit" });
    assert.equal(notice(), "no prompt");
    write({ prompt: "p" });
    assert.equal(notice(), null, "what was said goes when one goes on");
    act({ type: "submit" });
    assert.equal(notice(), "no response");
    assert.equal(content(), "");
    write({ response: "r" });
    act({ type: "submit" });
    assert.equal(records().length, 1);
  });

  it("given prompts come one after the other, without those of this author, around the end and back", () => {
    writeFileSync(
      path,
      `${JSON.stringify({ id: "a", prompt: "two ?", response: "r", author: "mina" })}\n` +
        `${JSON.stringify({ id: "b", prompt: "x", response: "r", author: "ann", meta: { promptId: "p1" } })}\n`,
    );
    const { act, write, session, notice } = open({ prompts });
    const shown = () => [session.state.draft.prompt, session.state.given];
    assert.deepEqual(shown(), ["one ?", { place: 1, count: 3, done: 1 }]);
    act({ type: "next" });
    assert.deepEqual(shown(), ["three ?", { place: 3, count: 3, done: 1 }]);
    act({ type: "next" });
    assert.equal(session.state.draft.prompt, "one ?");
    act({ type: "previous" });
    assert.equal(session.state.draft.prompt, "three ?");
    write({ response: "3", prompt: "another" });
    act({ type: "submit" });
    assert.equal(session.state.draft.prompt, "one ?");
    write({ response: "1" });
    act({ type: "submit" });
    assert.equal(records()[2].prompt, "three ?", "a given prompt is not the page's to change");
    assert.deepEqual([records()[3].user, records()[3].meta?.promptId], ["u1", "p1"]);
    assert.equal(session.state.draft.kind, "plain");
    assert.equal(notice(), "1 in data/demonstrations.jsonl");
    act({ type: "next" });
    assert.equal(notice(), "all done");
  });

  it("a draft waits in its author's file and comes back with its prompt; a submitted one does not", () => {
    const first = open({ prompts });
    first.write({ response: "half an ans" });
    first.act({ type: "save" });
    assert.equal(first.notice(), "saved");
    const { draft } = first.session.state;
    assert.match(readFileSync(drafts, "utf8"), /"response": "half an ans"/);
    const second = open({ prompts });
    assert.equal(second.session.state.draft.id, draft.id, "the next prompt is the one with a draft");
    second.act({ type: "kind", kind: "plain" });
    assert.deepEqual(second.session.state.drafts, [
      { id: draft.id, kind: "given", title: "one ?", line: null },
    ]);
    second.act({ type: "openDraft", id: draft.id });
    assert.equal(second.session.state.draft.response, "half an ans");
    // The process died between the file and the drafts: the record is there, and so is the draft.
    const kept = readFileSync(drafts);
    second.act({ type: "submit" });
    assert.ok(!existsSync(drafts));
    writeFileSync(drafts, kept);
    const third = open({ prompts });
    assert.deepEqual(third.session.state.drafts, []);
    assert.equal(records().length, 1);
    assert.equal(third.session.state.draft.prompt, "two ?");
  });

  it("what the editor kept of the page is taken where it is later than the file", () => {
    const first = open();
    first.write({ prompt: "early" });
    first.store.flush();
    const { draft } = first.session.state;
    const later = { ...draft, prompt: "later", revision: 9 };
    assert.equal(open({ restored: later }).session.state.draft.prompt, "later");
    const unknown = { ...later, id: "by-hand-lost" };
    const second = open({ restored: unknown });
    assert.equal(second.session.state.draft.id, "by-hand-lost");
    assert.equal(second.session.state.drafts.length, 2);
    assert.equal(
      open({ restored: { ...draft, prompt: "older", revision: 0 } }).session.state.draft.prompt,
      "early",
    );
  });

  it("a line is opened, replaced in place and taken back; the others are never touched", () => {
    const before = `\ufeff${line("a")}\n{broken\n${line("b")}\n${line("c")}`;
    writeFileSync(path, before);
    const { act, write, session, notice } = open();
    assert.deepEqual(
      session.state.list.rows.map((row) => [row.line, row.problem === null]),
      [
        [4, true],
        [3, true],
        [2, false],
        [1, true],
      ],
    );
    act({ type: "openLine", line: 2 });
    assert.equal(session.state.draft.replaces, null, "a line with a problem is not opened here");
    act({ type: "openLine", line: 3 });
    assert.deepEqual(session.state.draft.replaces, { line: 3, text: line("b") });
    write({ response: "better" });
    act({ type: "submit" });
    const lines = content().split("\n");
    assert.deepEqual(
      [lines[0], lines[1], lines[3]],
      before.split("\n").filter((_, i) => i !== 2),
    );
    assert.deepEqual(
      { ...(JSON.parse(lines[2]) as object), meta: null },
      { id: "b", prompt: "p b", response: "better", author: "ann", meta: null },
    );
    act({ type: "undo" });
    assert.equal(notice(), "undone");
    assert.equal(content(), before);
    assert.equal(session.state.draft.response, "better", "and the draft is there again");
    act({ type: "deleteLine" });
    assert.equal(content(), `\ufeff${line("a")}\n{broken\n${line("c")}`);
    act({ type: "undo" });
    assert.equal(content(), before);
    assert.ok(!session.state.canUndo);
  });

  it("a line that somebody changed meanwhile is not overwritten; one that only moved is replaced where it stands", () => {
    writeFileSync(path, `${line("a")}\n${line("b")}\n`);
    const { act, write, session, notice } = open();
    act({ type: "openLine", line: 2 });
    write({ response: "mine" });
    const theirs = `${line("new")}\n${line("a")}\n${line("b")}\n`;
    writeFileSync(path, theirs);
    act({ type: "submit" });
    assert.equal(content().split("\n")[1], line("a"));
    assert.match(content().split("\n")[2], /"response":"mine"/);
    act({ type: "openLine", line: 1 });
    write({ response: "mine too" });
    const changed = content().replace('"new"', '"newer"');
    writeFileSync(path, changed);
    act({ type: "submit" });
    assert.equal(notice(), "line 1 moved on");
    assert.equal(content(), changed);
    assert.equal(session.state.draft.response, "mine too");
    act({ type: "keepAsNew" });
    act({ type: "submit" });
    assert.ok(content().startsWith(changed));
    assert.equal(records().at(-1)?.response, "mine too");
  });

  it("what others append while one writes stays, and is seen", () => {
    writeFileSync(path, `${line("a")}\n`);
    const { act, write, session } = open();
    write({ prompt: "p", response: "r" });
    writeFileSync(path, `${line("a")}\n${line("b")}\n`);
    session.look();
    assert.equal(session.state.list.total, 2);
    writeFileSync(path, `${line("a")}\n${line("b")}\n${line("c")}`);
    act({ type: "submit" });
    assert.deepEqual(
      records().map((each) => each.id.slice(0, 2)),
      ["a", "b", "c", "by"],
    );
    assert.ok(!content().endsWith("\n"), "the file keeps its own way to end");
  });

  it("few-shot: K records in one go, taken back in one go; only missing ones are written again", () => {
    const { act, write, session, notice } = open();
    act({ type: "kind", kind: "few-shot" });
    const pairs = ["a", "b", "c"].map((letter) => ({ query: `q${letter}`, response: `r${letter}` }));
    write({ prompt: "Do.", pairs });
    write({ prompt: "Do.", pairs: [] });
    act({ type: "save" });
    assert.equal(open().session.state.drafts.length, 1, "without pairs it is no less a draft");
    write({ prompt: "Do.", pairs });
    assert.equal(session.state.example, "Do.\n\nqb\nrb\n\nqc\nrc\n\nqa");
    act({ type: "save" });
    const kept = readFileSync(drafts);
    act({ type: "submit" });
    assert.equal(notice(), "3 in data/demonstrations.jsonl");
    const whole = content();
    act({ type: "undo" });
    assert.equal(content(), "");
    // The process died in the middle of writing: one whole line and a torn one.
    writeFileSync(drafts, kept);
    writeFileSync(path, whole.split("\n")[0] + "\n");
    const again = open();
    again.act({ type: "openDraft", id: session.state.draft.id });
    again.act({ type: "submit" });
    assert.equal(again.notice(), "2 in data/demonstrations.jsonl");
    assert.deepEqual(
      records().map((each) => each.response),
      ["ra", "rb", "rc"],
    );
  });

  it("a model's answer streams in and is edited; the record says what it began as", () => {
    const { act, write, session } = open();
    const settings = { temperature: 0.5, responseTokens: 9, seed: 3 };
    assert.equal(session.beginAnswer("models/base", settings), null);
    write({ prompt: " who ? " });
    const question = session.beginAnswer("models/base", settings);
    assert.ok(question !== null);
    assert.deepEqual([question.prompt, question.model, question.seed], ["who ?", "models/base", 3]);
    const event = { id: question.id, model: "models/base", text: "the " } as const;
    session.onEvent({ event: "token", ...event });
    session.onEvent({ event: "token", ...event, id: "another", text: "no" });
    assert.equal(session.state.draft.response, "the ");
    const { draft } = session.state;
    act({ type: "edit", draft: { ...draft, response: "typed meanwhile", revision: 99 } });
    act({ type: "submit" });
    assert.equal(content(), "");
    const rest = {
      tokens: [1],
      endReached: true,
      cancelled: false,
      seed: 3,
      temperature: 0.5,
      checkpointHash: "h",
    };
    session.onEvent({ event: "answer", ...event, text: "the fax", ...rest });
    assert.equal(session.state.answering, null);
    write({ response: "the fox" });
    act({ type: "submit" });
    assert.deepEqual(records()[0].meta?.editedFrom, answerExample);
  });

  it("an edit that was under way while the host changed the draft does not take that back", () => {
    const { act, write, session } = open();
    write({ prompt: "who ?" });
    const { draft } = session.state;
    session.beginAnswer("m", { temperature: 1, responseTokens: 9, seed: 3 });
    session.endAnswer(null, { model: "m", checkpointHash: "h", temperature: 1, seed: 3, text: "the fox" });
    act({ type: "edit", draft: { ...draft, response: "late", revision: draft.revision + 1 } });
    assert.equal(session.state.draft.response, "the fox");
  });

  it("one who empties the response and writes anew has not edited the model's", () => {
    const { act, write, session } = open();
    write({ prompt: "who ?" });
    const question = session.beginAnswer("m", { temperature: 1, responseTokens: 9, seed: 3 });
    session.endAnswer(null, { model: "m", checkpointHash: "h", temperature: 1, seed: 3, text: "x" });
    assert.ok(question !== null && session.state.draft.editedFrom !== null);
    write({ response: "" });
    write({ response: "mine" });
    act({ type: "submit" });
    assert.equal(records()[0].meta?.editedFrom, undefined);
  });

  it("drafts that cannot be read are said and never written over, and writing goes on", () => {
    mkdirSync(join(project, "labels"));
    const conflict = '<<<<<<< HEAD\n{"formatVersion": 1}\n';
    writeFileSync(drafts, conflict);
    const { act, write, said, notice } = open();
    assert.equal(said.length, 1);
    write({ prompt: "p" });
    act({ type: "save" });
    assert.match(notice() ?? "", /mina\.drafts\.json is not valid JSON/);
    assert.equal(readFileSync(drafts, "utf8"), conflict);
    write({ response: "r" });
    act({ type: "submit" });
    assert.equal(records().length, 1);
    assert.equal(readFileSync(drafts, "utf8"), conflict);
  });

  it("drafts of another window of the same author stay when this one writes its own", () => {
    const [first, second] = [open(), open()];
    first.write({ prompt: "first" });
    second.write({ prompt: "second" });
    first.store.flush();
    second.store.flush();
    assert.deepEqual(
      open()
        .store.all()
        .map(({ prompt }) => prompt),
      ["first", "second"],
    );
    second.act({ type: "discard" });
    second.store.flush();
    assert.deepEqual(
      open()
        .store.all()
        .map(({ prompt }) => prompt),
      ["first"],
    );
    second.act({ type: "undo" });
    assert.equal(second.session.state.draft.prompt, "second", "a discarded draft can be taken back");
  });

  it("no action of a page throws or writes, whatever it names", () => {
    writeFileSync(path, `${line("a")}\n`);
    const { act } = open({ prompts });
    const odd: readonly DemonstrationsAction[] = [
      ...([
        { type: "openDraft", id: "constructor" },
        { type: "openLine", line: 99 },
        { type: "undo" },
      ] as const),
      ...([
        { type: "keepAsNew" },
        { type: "deleteLine" },
        { type: "discard" },
        { type: "previous" },
      ] as const),
      { type: "search", query: "(", problemsOnly: true, page: 1e9 },
    ];
    for (const action of odd)
      if (action.type !== "openText" && action.type !== "answer" && action.type !== "stopAnswer") act(action);
    assert.equal(content(), `${line("a")}\n`);
  });
});
