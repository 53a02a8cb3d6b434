import assert from "node:assert/strict";
import { maxPairs } from "../../extension/protocol/demonstrationDraft";
import { edited, keyMeaning, laterDraft, reduce } from "../../webviews/demonstrations/state";
import { answerExample, draftOf, stateOf } from "../support/demonstrationStates";

describe("the demonstrations page's state", () => {
  it("shows nothing before it is hydrated, and then what the host says", () => {
    const delta = { type: "text", text: "x" } as const;
    assert.equal(reduce(null, { type: "delta", delta }), null);
    const state = stateOf({ draft: draftOf({ response: "he" }) });
    const hydrated = reduce(null, { type: "hydrate", version: 1, texts: {}, state });
    assert.deepEqual(hydrated, state);
    assert.equal(reduce(hydrated, { type: "delta", delta })?.draft.response, "hex");
  });

  it("an edit changes what it is about, counts on, and leaves the rest as it came", () => {
    const pairs = [
      { query: "a\r\n", response: "b" },
      { query: "c", response: "d" },
    ];
    const draft = draftOf({ prompt: "p\r", pairs, revision: 3 });
    assert.deepEqual(edited(draft, { field: "query", index: 1, text: "x" }), {
      ...draft,
      pairs: [pairs[0], { query: "x", response: "d" }],
      revision: 4,
    });
    assert.deepEqual(edited(draft, { field: "removePair", index: 0 }).pairs, [pairs[1]]);
    assert.equal(edited(draft, { field: "addPair" }).pairs.length, 3);
    const full = draftOf({ pairs: Array.from({ length: maxPairs }, () => pairs[0]) });
    assert.equal(edited(full, { field: "addPair" }), full);
    const begun = draftOf({ response: "the fax", editedFrom: answerExample });
    assert.deepEqual(edited(begun, { field: "response", text: "the fox" }).editedFrom, answerExample);
    assert.equal(edited(begun, { field: "response", text: " " }).editedFrom, null);
    const given = draftOf({ kind: "given", prompt: "p" });
    assert.equal(edited(given, { field: "prompt", text: "q" }).prompt, "p");
  });

  it("what the editor kept counts where it is of the same draft and later", () => {
    const state = stateOf({ draft: draftOf({ revision: 4 }) });
    const kept = (more: object): unknown => ({
      project: "/p",
      draft: { ...draftOf({ revision: 5 }), ...more },
    });
    assert.equal(laterDraft(kept({}), state)?.revision, 5);
    assert.equal(laterDraft(kept({ revision: 4 }), state), null);
    assert.equal(laterDraft(kept({ id: "another" }), state), null);
    for (const broken of [null, 3, {}, kept({ pairs: [3] })]) assert.equal(laterDraft(broken, state), null);
  });

  it("Ctrl+Enter submits, that of an input method does not; Esc stops an answer that is coming", () => {
    const key = (name: string, more: object = {}) => ({
      key: name,
      control: false,
      composing: false,
      ...more,
    });
    assert.equal(keyMeaning(stateOf(), key("Enter", { control: true })), "submit");
    assert.equal(keyMeaning(stateOf(), key("Enter")), null);
    assert.equal(keyMeaning(stateOf(), key("Enter", { control: true, composing: true })), null);
    assert.equal(keyMeaning(stateOf(), key("Escape")), null);
    assert.equal(keyMeaning(stateOf({ answering: "m" }), key("Escape")), "stopAnswer");
  });
});
