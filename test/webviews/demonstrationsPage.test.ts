// The built demonstrations page in a real browser, with the editor's end of the line played by the test.
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { isObject } from "../../extension/protocol/codec";
import type { DemonstrationDraft } from "../../extension/protocol/demonstrationDraft";
import type {
  DemonstrationsDelta,
  DemonstrationsState,
} from "../../extension/protocol/demonstrationMessages";
import { panelsOfSuite, type PanelPage } from "../support/panelPage";
import {
  answerExample,
  demonstrationTextExamples,
  draftOf,
  emptyList,
  stateOf,
} from "../support/demonstrationStates";

const markup = '<img src="x" onerror="document.title=1"><b>bold</b>';

describe("the demonstrations page in a browser", function () {
  this.timeout(60_000);
  const openPanel = panelsOfSuite();
  let page: Page;
  let panel: PanelPage;

  /** Opens the page with a state; `kept` is what the editor kept of the one before. */
  async function open(state: DemonstrationsState, kept: unknown = null, width = 1000): Promise<void> {
    panel = await openPanel("demonstrations", { width, height: 800, kept });
    ({ page } = panel);
    await panel.hydrate(demonstrationTextExamples(), state);
    await page.locator("h1").waitFor();
  }
  const change = (delta: DemonstrationsDelta): Promise<void> => panel.change(delta);
  const actions = async (): Promise<Readonly<Record<string, unknown>>[]> => {
    const sent = await panel.sent();
    return sent.flatMap((each) => (isObject(each) && isObject(each.action) ? [each.action] : []));
  };
  const types = async (): Promise<unknown[]> => (await actions()).map(({ type }) => type);
  /** The draft as the page sent it last. */
  const draft = async (): Promise<DemonstrationDraft> => {
    const edits = (await actions()).filter(({ type }) => type === "edit");
    return edits.at(-1)?.draft as DemonstrationDraft;
  };
  const until = (expression: string): Promise<void> => panel.until(expression);
  const area = (name: string) => page.getByRole("textbox", { name });
  const focused = (): Promise<string> =>
    page.evaluate<string>("document.activeElement?.textContent?.trim() ?? ''");

  it("says what files and models say as text, and nothing on it is out of reach", async () => {
    const rows = [
      { line: 2, title: markup, detail: markup, author: markup, problem: null },
      { line: 1, title: markup, detail: "", author: "", problem: `line 1: ${markup}.` },
    ];
    await open(
      stateOf({
        draft: draftOf({ kind: "given", promptId: "p", prompt: markup, response: markup }),
        given: { place: 3, count: 9, done: 1 },
        drafts: [{ id: "other", kind: "plain", title: markup, line: null }],
        list: { ...emptyList, total: 1, problems: 1, found: 2, rows },
        length: {
          unit: "tokens",
          prompt: 70,
          response: 4,
          words: 2,
          maxPrompt: 64,
          context: 128,
          fault: "promptTooLong",
        },
        notice: { isProblem: true, text: markup },
      }),
    );
    assert.equal(await page.locator("img, b").count(), 0);
    assert.equal(await page.locator(".given .text").textContent(), markup);
    assert.equal(await area("response").inputValue(), markup);
    assert.equal(await page.getByRole("alert").textContent(), markup);
    await page.getByText("tokens 70 64 4").waitFor();
    await page.getByText("promptTooLong").waitFor();
    assert.deepEqual(await panel.violations(), []);
    assert.deepEqual(panel.complaints, []);
    // Every control comes by Tab alone.
    const reached = new Set<string>();
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press(i < 30 ? "Tab" : "Shift+Tab");
      reached.add(
        await page.evaluate<string>(
          "document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent?.trim() ?? ''",
        ),
      );
    }
    const wanted = [
      ...["openText", "previousAlt+←", "nextAlt+→", "response", "submitCtrl+Enter", "saveDraftCtrl+S"],
      ...["answer", "discard", "search", `openText: ${markup}line 1: ${markup}.lineOf 1 {1} {2}`, markup],
    ];
    const missing = wanted.filter((name) => !reached.has(name));
    assert.deepEqual(missing, []);
  });

  it("what is written is sent in a moment and kept at once; Ctrl+Enter sends the rest and submits", async () => {
    await open(stateOf());
    await area("ownPrompt").click();
    await page.keyboard.type("Name a colour.");
    const kept = await page.evaluate<unknown>("globalThis.kept");
    assert.ok(isObject(kept) && isObject(kept.draft));
    assert.equal(kept.draft.prompt, "Name a colour.");
    await until("globalThis.sent.some(({ action }) => action?.draft?.prompt === 'Name a colour.')");
    await page.keyboard.press("Tab");
    await page.keyboard.type("Blue.");
    await page.keyboard.press("Control+Enter");
    assert.deepEqual((await types()).slice(-2), ["edit", "submit"]);
    const { prompt, response, activeMs, revision } = await draft();
    assert.deepEqual([prompt, response], ["Name a colour.", "Blue."]);
    assert.ok(activeMs > 0 && revision > 10);
  });

  it("a key of the editor saves what was written a moment before", async () => {
    await open(stateOf());
    await area("ownPrompt").fill("just now");
    await change({ type: "command", command: "save" });
    await until("globalThis.sent.at(-1).action?.type === 'save'");
    assert.deepEqual((await types()).slice(-2), ["edit", "save"]);
    assert.equal((await draft()).prompt, "just now");
  });

  it("the Enter of an input method does not submit, and a line break does not either", async () => {
    await open(stateOf());
    await area("response").click();
    await page.keyboard.press("Enter");
    await page.evaluate(`document.querySelector("vscode-text-area").shadowRoot.querySelector("textarea").dispatchEvent(
      new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, isComposing: true, bubbles: true, composed: true }))`);
    assert.ok(!(await types()).includes("submit"));
  });

  it('texts that are not touched go back as they came, "\\r" and all', async () => {
    const from = draftOf({
      kind: "plain",
      prompt: "one\r\ntwo",
      response: "x",
      replaces: { line: 3, text: "{}" },
    });
    await open(stateOf({ draft: from }));
    await area("response").fill("y");
    await page.keyboard.press("Control+Enter");
    const { prompt, response } = await draft();
    assert.deepEqual([prompt, response], ["one\r\ntwo", "y"]);
    await page.getByRole("button", { name: "replace 3" }).waitFor();
    await page.getByRole("button", { name: "deleteLine 3" }).waitFor();
    assert.equal(await page.getByRole("radio").count(), 0, "a line of the file has no kind to choose");
  });

  it("few-shot: pairs are added, written and removed with the keys", async () => {
    const pairs = [1, 2].map(() => ({ query: "", response: "" }));
    await open(stateOf({ draft: draftOf({ kind: "few-shot", pairs }) }));
    await page.keyboard.type("Opposite.");
    for (const text of ["hot", "cold"]) {
      await page.keyboard.press("Tab");
      await page.keyboard.type(text);
    }
    await page.getByRole("button", { name: "addPair" }).press("Enter");
    await area("query 3").waitFor();
    await until("document.activeElement?.textContent.includes('query 3')");
    await page.keyboard.type("big");
    await page.getByRole("button", { name: "removePair 2" }).press("Enter");
    await until("document.querySelectorAll('.pair').length === 2");
    await until(
      "document.querySelectorAll('.pair vscode-text-area')[2].shadowRoot.querySelector('textarea').value === 'big'",
    );
    await page.keyboard.press("Control+Enter");
    const sent = await draft();
    assert.equal(sent.prompt, "Opposite.");
    assert.deepEqual(sent.pairs, [
      { query: "hot", response: "cold" },
      { query: "big", response: "" },
    ]);
    assert.deepEqual(await panel.violations(), []);
  });

  it("a kind is chosen with the arrow keys, which stay where they are; another draft takes the focus", async () => {
    await open(stateOf());
    await page.getByRole("radio", { name: "plain" }).focus();
    await page.keyboard.press("ArrowRight");
    assert.deepEqual((await actions()).at(-1), { type: "kind", kind: "few-shot" });
    await change({ type: "draft", draft: draftOf({ kind: "few-shot", revision: 1 }), given: null });
    await area("instruction").waitFor();
    assert.equal(await page.evaluate("document.activeElement.type"), "radio");
    await page.getByRole("button", { name: "next" }).click();
    const given = draftOf({ id: "by-hand-2", kind: "given", promptId: "p", prompt: "who ?" });
    await change({ type: "draft", draft: given, given: { place: 1, count: 2, done: 0 } });
    await page.getByText("who ?").waitFor();
    await until("document.activeElement?.tagName === 'VSCODE-TEXT-AREA'");
    assert.equal(await focused(), "response");
  });

  it("a model's answer streams into the response, which is locked until it is there; Esc stops", async () => {
    const start = draftOf({ prompt: "who ?" });
    await open(stateOf({ draft: start }));
    await change({ type: "answering", answering: "models/base" });
    for (const text of ["th", "e fox"]) await change({ type: "text", text });
    await until("document.querySelectorAll('vscode-text-area')[1].value === 'the fox'");
    await area("response").click();
    await page.keyboard.type("x");
    assert.equal(await area("response").inputValue(), "the fox");
    await page.keyboard.press("Escape");
    assert.deepEqual((await actions()).at(-1), { type: "stopAnswer" });
    await change({ type: "answering", answering: null });
    await change({
      type: "draft",
      draft: { ...start, response: "the fox", editedFrom: answerExample, revision: 2 },
      given: null,
    });
    await page.getByText("editedFrom models/base").waitFor();
    await area("response").click();
    await page.keyboard.press("End");
    await page.keyboard.type("!");
    assert.equal(await area("response").inputValue(), "the fox!");
  });

  it("a hidden page that comes back has what was written last, and tells the host", async () => {
    const kept = { project: "/p", draft: draftOf({ prompt: "later", revision: 5 }) };
    await open(stateOf({ draft: draftOf({ prompt: "earlier", revision: 4 }) }), kept);
    assert.equal(await area("ownPrompt").inputValue(), "later");
    assert.equal((await draft()).prompt, "later");
    await open(stateOf({ draft: draftOf({ prompt: "of the host", revision: 6 }) }), kept);
    assert.equal(await area("ownPrompt").inputValue(), "of the host");
    await open(stateOf({ draft: draftOf({ prompt: "fine" }) }), { project: 3, draft: "broken" });
    assert.equal(await area("ownPrompt").inputValue(), "fine");
  });

  it("a long list is paged and searched, and a row opens its line", async () => {
    const rows = Array.from({ length: 50 }, (_, i) => ({
      ...{ line: 100 - i, title: `prompt ${100 - i}`, detail: "x", author: "mina", problem: null },
    }));
    await open(stateOf({ list: { ...emptyList, pages: 2, total: 100, found: 100, rows } }));
    await page.getByRole("button", { name: "edit: prompt 99" }).click();
    assert.deepEqual((await actions()).at(-1), { type: "openLine", line: 99 });
    await page.getByRole("button", { name: "older" }).click();
    assert.deepEqual((await actions()).at(-1), { type: "search", query: "", problemsOnly: false, page: 1 });
    await page.getByRole("textbox", { name: "search" }).fill("fox");
    await until("globalThis.sent.at(-1).action?.query === 'fox'");
    assert.deepEqual((await actions()).at(-1), {
      type: "search",
      query: "fox",
      problemsOnly: false,
      page: 0,
    });
  });

  it("a narrow panel has one column, and nothing is wider than it", async () => {
    const long = "x".repeat(400);
    const rows = [{ line: 1, title: long, detail: long, author: long, problem: long }];
    await open(
      stateOf({
        draft: draftOf({ kind: "given", promptId: "p", prompt: long }),
        file: long,
        drafts: [{ id: "2", kind: "plain", title: long, line: null }],
        list: { ...emptyList, found: 1, total: 1, rows },
        notice: { isProblem: false, text: long },
      }),
      null,
      320,
    );
    assert.deepEqual(
      await page.evaluate(
        '[...document.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > 320).map((e) => e.tagName + e.className)',
      ),
      [],
    );
  });
});
