// The built chat page in a real browser, with the editor's end of the line played by the test.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import type { ChatAnswer, ChatState, ChatTurn } from "../../extension/protocol/chatMessages";
import { isObject } from "../../extension/protocol/codec";
import { webviewProtocolVersion as version } from "../../extension/protocol/webviewProtocol";
import { startBrowser } from "../host/support/browser";
import { repository } from "../host/support/installed";
import { chatTextExamples } from "../support/chatTextExamples";

const address = "http://panel.test/";
const pages = join(process.env.RLHF_DIST ?? join(repository, "dist"), "webviews");
const axe = readFileSync(join(repository, "node_modules/axe-core/axe.min.js"), "utf8");

/** As extension/host/webviewPanel.ts writes it. */
const html = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${address} 'nonce-style'; font-src ${address}; script-src 'nonce-script'">
<meta property="csp-nonce" content="style">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="chat.css"><title>RLHF</title></head>
<body class="vscode-dark"><script nonce="script" src="chat.js"></script></body></html>`;

/** What the editor gives a page, before its script runs. */
const editor = (kept: unknown): string => `
  globalThis.sent = [];
  globalThis.kept = ${JSON.stringify(kept)};
  globalThis.acquireVsCodeApi = () => ({
    postMessage: (message) => globalThis.sent.push(message),
    setState: (state) => (globalThis.kept = state),
    getState: () => globalThis.kept,
  });`;

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
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  before(async () => (browser = await startBrowser()));
  after(() => browser?.close());
  afterEach(() => page?.context().close());

  /** Opens the page; `kept` is what the editor kept of the one before. */
  async function open(kept: unknown = null, width = 900): Promise<void> {
    const context = await browser.newContext({ viewport: { width, height: 700 } });
    page = await context.newPage();
    complaints = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    await page.addInitScript(editor(kept));
    await page.route(`${address}**`, (route) => {
      const name = new URL(route.request().url()).pathname.slice(1);
      if (name === "") return route.fulfill({ contentType: "text/html", body: html });
      return route.fulfill({ path: join(pages, name) });
    });
    await page.goto(address);
  }
  const say = (message: unknown): Promise<unknown> =>
    page.evaluate(`window.postMessage(${JSON.stringify(message)}, "*")`);
  const hydrate = (state: ChatState, more: object = {}): Promise<unknown> =>
    say({ type: "hydrate", version, texts, state, ...more });
  const change = (now: ChatTurn): Promise<unknown> =>
    say({ type: "delta", delta: { type: "turn", turn: now } });
  const sent = (): Promise<unknown[]> => page.evaluate("globalThis.sent");
  const last = async (): Promise<unknown> => (await sent()).at(-1);
  async function violations(): Promise<unknown> {
    await page.evaluate(axe);
    // Colours are the editor's and are looked at there.
    const run = `axe.run(document, { rules: { "color-contrast": { enabled: false } } })`;
    const counts = `({ passes, violations }) => ({ passes: passes.length, violations: violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]) })`;
    const found = await page.evaluate<{ passes: number; violations: unknown }>(`${run}.then(${counts})`);
    assert.ok(found.passes > 10);
    return found.violations;
  }

  it("says ready, is hydrated, and shows what models say as text", async () => {
    await open();
    assert.deepEqual(await sent(), [{ type: "ready", version }]);
    const markup = '<img src="x" onerror="document.title=1"><b>bold</b>';
    await hydrate(stateOf("chat", ["models/base"], [turn("1", [answer("models/base", markup)])]));
    await page.locator(".answer .text").waitFor();
    assert.equal(await page.locator(".answer .text").textContent(), markup);
    assert.equal(await page.locator("img, b").count(), 0);
    assert.deepEqual(complaints, []);
    assert.deepEqual(await violations(), []);
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
    for (const text of ["he", "y"])
      await say({ type: "delta", delta: { type: "text", turn: "1", index: 0, text } });
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
    assert.equal((await sent()).length, 1, "a vote before both have answered");
    await change(turn("1", [answer("", "left"), answer("", "right")]));
    await page.locator(".votes:focus").waitFor();
    assert.doesNotMatch(await page.locator(".turn").innerText(), /sft|ppo/);
    assert.deepEqual(await violations(), []);
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
    await page.context().close();
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
    assert.equal((await sent()).length, 1);
  });

  it("refuses another version with a sentence, and lives on after messages that are none", async () => {
    await open();
    for (const message of [null, 3, { type: "delta" }, { type: "delta", delta: { type: "turn" } }])
      await say(message);
    await hydrate(stateOf("chat", ["a"]), { version: version + 1 });
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
