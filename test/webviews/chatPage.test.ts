// The built chat page in a real browser, with the editor's end of the line played by the test.
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { ChatAnswer, ChatState, ChatTurn } from "../../extension/protocol/chatMessages";
import { isObject } from "../../extension/protocol/codec";
import { webviewProtocolVersion as version } from "../../extension/protocol/webviewProtocol";
import { chatTextExamples } from "../support/chatTextExamples";
import { panelsOfSuite, type PanelPage } from "../support/panelPage";

const texts = chatTextExamples();
const settings = { temperature: 1, responseTokens: 64, seed: null };
const answer = (model: string, text: string, status: ChatAnswer["status"] = "done"): ChatAnswer => ({
  ...{ model, text, status, endReached: true, problem: null, seed: 7 },
});
const turn = (id: string, answers: readonly ChatAnswer[], vote: ChatTurn["vote"] = null): ChatTurn => ({
  ...{ id, prompt: "who ?", promptId: null, temperature: 1, answers, vote },
});
const stateOf = (
  mode: ChatState["mode"],
  models: readonly string[],
  turns: readonly ChatTurn[] = [],
): ChatState => ({
  ...{ mode, project: "/p", models, settings, turns, score: null, status: "ready", problem: null },
});

describe("the chat page in a browser", function () {
  this.timeout(60_000);
  const openPanel = panelsOfSuite();
  let page: Page;
  let panel: PanelPage;

  /** Opens the page; `kept` is what the editor kept of the one before. */
  async function open(kept: unknown = null, width = 900): Promise<void> {
    panel = await openPanel("chat", { kept, width });
    ({ page } = panel);
  }
  const hydrate = (state: ChatState): Promise<void> => panel.hydrate(texts, state);
  const change = (now: ChatTurn): Promise<void> => panel.change({ type: "turn", turn: now });
  const last = async (): Promise<unknown> => (await panel.sent()).at(-1);

  it("says ready, is hydrated, and shows what models say as text", async () => {
    await open();
    assert.deepEqual(await panel.sent(), [{ type: "ready", version }]);
    const markup = '<img src="x" onerror="document.title=1"><b>bold</b>';
    await hydrate(stateOf("chat", ["models/base"], [turn("1", [answer("models/base", markup)])]));
    await page.locator(".answer .text").waitFor();
    assert.equal(await page.locator(".answer .text").textContent(), markup);
    assert.equal(await page.locator("img, b").count(), 0);
    assert.deepEqual(panel.complaints, []);
    assert.deepEqual(await panel.violations(), []);
  });

  it("Enter asks with the settings, Shift+Enter begins a line; text streams and Esc stops", async () => {
    await open();
    await hydrate(stateOf("chat", ["a"]));
    await page.locator("vscode-text-area textarea").click();
    await page.keyboard.type("one");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("two");
    await page.keyboard.press("Enter");
    assert.deepEqual(await last(), { type: "action", action: { type: "ask", prompt: "one\ntwo", settings } });
    await change(turn("1", [answer("a", "", "waiting")]));
    for (const text of ["he", "y"]) await panel.change({ type: "text", turn: "1", index: 0, text });
    await page.locator(".answer.streaming", { hasText: "hey" }).waitFor();
    await page.keyboard.press("Escape");
    assert.deepEqual(await last(), { type: "action", action: { type: "stop" } });
    await change(turn("1", [answer("a", "hey")]));
    await page.locator("[role=status]", { hasText: "saidAnswer a hey" }).waitFor({ state: "attached" });
  });

  it("blind: two answers without names take a vote by key, and the focus goes where the keys work", async () => {
    await open();
    const trial = turn("1", [answer("", "left"), answer("", "right", "streaming")]);
    await hydrate(stateOf("blind", ["sft", "ppo"], [trial]));
    await page.locator("vscode-text-area").waitFor();
    await page.keyboard.press("1");
    assert.equal((await panel.sent()).length, 1, "a vote before both have answered");
    await change(turn("1", [answer("", "left"), answer("", "right")]));
    await page.locator(".votes:focus").waitFor();
    assert.doesNotMatch(await page.locator(".turn").innerText(), /sft|ppo/);
    assert.deepEqual(await panel.violations(), []);
    await page.keyboard.press("ArrowRight");
    assert.deepEqual(await last(), { type: "action", action: { type: "vote", turn: "1", vote: "right" } });
    const voted = turn("1", [answer("ppo", "left"), answer("sft", "right")], "right");
    await change(voted);
    await page.locator(".verdict", { hasText: "votedRight ppo sft" }).waitFor();
    await page.locator("vscode-text-area:focus").waitFor();
  });

  it("keeps the draft and the state, and brings the draft back", async () => {
    await open();
    await hydrate(stateOf("chat", ["a"]));
    await page.locator("vscode-text-area textarea").click();
    await page.keyboard.type("half a prom");
    const kept = await page.evaluate<unknown>("globalThis.kept");
    assert.ok(isObject(kept));
    assert.deepEqual([kept.draft, kept.models], ["half a prom", ["a"]]);
    await open(kept);
    await hydrate(stateOf("chat", ["a"]));
    await page.locator("vscode-text-area textarea").waitFor();
    assert.equal(await page.locator("vscode-text-area textarea").inputValue(), "half a prom");
  });

  it("a wrong setting is named and takes the focus; nothing is asked", async () => {
    await open();
    await hydrate(stateOf("chat", ["a"]));
    await page.locator("summary").click();
    await page.locator("vscode-text-field input").first().fill("9");
    await page.locator("vscode-text-area textarea").fill("x");
    await page.locator("vscode-text-area textarea").press("Enter");
    await page.locator("[role=alert]", { hasText: "wrongSetting" }).waitFor();
    assert.equal((await panel.sent()).length, 1);
  });

  it("refuses another version with a sentence, and lives on after messages that are none", async () => {
    await open();
    for (const message of [null, 3, { type: "delta" }, { type: "delta", delta: { type: "turn" } }])
      await panel.say(message);
    await panel.say({ type: "hydrate", version: version + 1, texts, state: stateOf("chat", ["a"]) });
    await page.getByText("close the panel and open it again.").waitFor();
    await hydrate(stateOf("chat", ["a"]));
    await page.locator("h1").waitFor();
  });

  it("a narrow panel has one column, and nothing is wider than it", async () => {
    await open(null, 320);
    const long = "x".repeat(400);
    await hydrate(stateOf("chat", ["a", "b"], [turn("1", [answer("a", long), answer("b", long)])]));
    await page.locator(".answer").nth(1).waitFor();
    const boxes = await page.locator(".answer").all();
    const [first, second] = await Promise.all(boxes.map((box) => box.boundingBox()));
    assert.ok(first && second && second.y >= first.y + first.height);
    assert.ok(await page.evaluate("document.documentElement.scrollWidth <= 320"));
  });
});
