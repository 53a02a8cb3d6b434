import assert from "node:assert/strict";
import {
  applyDemonstrationsDelta,
  type DemonstrationsAction,
  type DemonstrationsDelta,
} from "../../extension/protocol/demonstrationMessages";
import {
  parseHostMessage,
  parsePageMessage,
  webviewProtocolVersion as version,
} from "../../extension/protocol/webviewProtocol";
import { assertRefused, damaged } from "../support/damage";
import {
  answerExample,
  demonstrationTextExamples,
  draftOf,
  emptyList,
  stateOf,
} from "../support/demonstrationStates";

type ByType<M extends { readonly type: string }> = {
  readonly [T in M["type"]]: Extract<M, { readonly type: T }>;
};

const draft = draftOf({
  ...{ kind: "few-shot", promptId: "p", user: "u", useCase: "chat", prompt: "한", response: "r" },
  editedFrom: answerExample,
  ...{ pairs: [{ query: "q", response: "r" }], replaces: { line: 1, text: "{}" }, activeMs: 5, revision: 2 },
});
const given = { place: 1, count: 2, done: 0 };
const length = {
  unit: "tokens",
  prompt: 1,
  response: 2,
  words: 3,
  maxPrompt: 4,
  context: 5,
  fault: "noRoom",
} as const;
const notice = { isProblem: true, text: "no" };
const list = {
  ...emptyList,
  rows: [{ line: 1, title: "t", detail: "d", author: "a", problem: "no" }],
};
const drafts = [{ id: "1", kind: "plain", title: "t", line: 3 }] as const;
const state = stateOf({ draft, given, drafts, list, length, example: "e", answering: "m", notice });
/** The types make the lists complete. */
const deltas: ByType<DemonstrationsDelta> = {
  draft: { type: "draft", draft, given },
  drafts: { type: "drafts", drafts },
  list: { type: "list", list, canUndo: true },
  length: { type: "length", length, example: "e" },
  text: { type: "text", text: "x" },
  answering: { type: "answering", answering: "m" },
  notice: { type: "notice", notice },
  command: { type: "command", command: "save" },
};
const actions: ByType<DemonstrationsAction> = {
  edit: { type: "edit", draft },
  save: { type: "save" },
  submit: { type: "submit" },
  kind: { type: "kind", kind: "user-based" },
  next: { type: "next" },
  previous: { type: "previous" },
  openDraft: { type: "openDraft", id: "1" },
  discard: { type: "discard" },
  openLine: { type: "openLine", line: 1 },
  keepAsNew: { type: "keepAsNew" },
  deleteLine: { type: "deleteLine" },
  undo: { type: "undo" },
  search: { type: "search", query: "x", problemsOnly: true, page: 2 },
  openText: { type: "openText", line: 3 },
  answer: { type: "answer" },
  stopAnswer: { type: "stopAnswer" },
};
const toPage: readonly object[] = [
  { type: "hydrate", version, texts: demonstrationTextExamples(), state },
  ...Object.values(deltas).map((delta) => ({ type: "delta", delta })),
];
const toHost: readonly object[] = Object.values(actions).map((action) => ({ type: "action", action }));

describe("the demonstrations page's protocol, fuzzed", () => {
  it("good messages are taken as they are", () => {
    for (const message of toPage) assert.deepEqual(parseHostMessage("demonstrations", message), message);
    for (const message of toHost) assert.deepEqual(parsePageMessage("demonstrations", message), message);
  });

  it("1,000 damaged messages to a page and to the host each give a named problem", () => {
    assertRefused(damaged(toPage), (text) => parseHostMessage("demonstrations", JSON.parse(text)));
    assertRefused(damaged(toHost), (text) => parsePageMessage("demonstrations", JSON.parse(text)));
  });

  it("every change leaves a state that the page takes", () => {
    for (const delta of Object.values(deltas)) {
      const after = applyDemonstrationsDelta(stateOf(), delta);
      const hydrate = { type: "hydrate", version, texts: demonstrationTextExamples(), state: after };
      assert.deepEqual(parseHostMessage("demonstrations", hydrate), hydrate);
    }
  });
});
