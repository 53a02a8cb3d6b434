// The built chat page in a real browser, with the editor's end of the line played by the test. Needs `node build.mjs --tests` before it,
// playwright-core, axe-core, and a browser: $CHROMIUM, or the one that test/host/install.mjs unpacks.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const dist = process.env.RLHF_DIST ?? join(root, "dist");
const require = createRequire(join(process.env.RLHF_BROWSER_MODULES ?? root, "/"));
const unpacked = join(root, "test/host/node_modules/.browser");
const address = "http://panel.test/";
const version = 1;

/** As extension/host/webviewPanel.ts writes it. */
const html = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${address} 'nonce-style'; font-src ${address}; script-src 'nonce-script'">
<meta property="csp-nonce" content="style">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="chat.css"><title>RLHF</title></head>
<body class="vscode-dark"><script nonce="script" src="chat.js"></script></body></html>`;

const keys = [
  ...readFileSync(join(root, "extension/protocol/chatMessages.ts"), "utf8")
    .match(/chatTextKeys = \[([^]*?)\] as const/)[1]
    .matchAll(/"(\w+)"/g),
].map(([, key]) => key);
/** A button's longer name begins with what stands on it, as in the host's texts. */
const texts = Object.fromEntries(keys.map((key) => [key, `${key.replace(/Of$/, "")} {0} {1}`]));
for (const key of ["change", "copy", "remove"]) texts[key] = key;
const settings = { temperature: 1, responseTokens: 64, seed: null };
const answer = (model, text, status = "done") => ({
  ...{ model, text, status, endReached: true, problem: null, seed: 7 },
});
const turn = (id, answers, vote = null) => ({
  ...{ id, prompt: "who ?", promptId: null, temperature: 1, answers, vote },
});
const stateOf = (mode, models, turns = []) => ({
  ...{ mode, project: "/p", models, settings, turns, score: null, status: "ready", problem: null },
});

describe("the chat page in a browser", function () {
  this.timeout(60_000);
  let browser;
  let page;
  let complaints;
  before(async () => {
    const { chromium } = require("playwright-core");
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? join(unpacked, "chromium"),
      args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
      env: { LD_LIBRARY_PATH: join(unpacked, "libraries/lib"), ...process.env, FONTCONFIG_PATH: unpacked },
    });
  });
  after(() => browser?.close());
  afterEach(() => page?.context().close());

  /** Opens the page; `kept` is what the editor kept of the one before. */
  async function open(kept = null, width = 900) {
    const context = await browser.newContext({ viewport: { width, height: 700 } });
    page = await context.newPage();
    complaints = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    await page.addInitScript((value) => {
      globalThis.sent = [];
      globalThis.kept = value;
      globalThis.acquireVsCodeApi = () => ({
        postMessage: (message) => globalThis.sent.push(message),
        setState: (state) => (globalThis.kept = state),
        getState: () => globalThis.kept,
      });
    }, kept);
    await page.route(`${address}**`, (route) => {
      const name = new URL(route.request().url()).pathname.slice(1);
      if (name === "") return route.fulfill({ contentType: "text/html", body: html });
      return route.fulfill({ path: join(dist, "webviews", name) });
    });
    await page.goto(address);
  }
  const say = (message) => page.evaluate((value) => window.postMessage(value, "*"), message);
  const hydrate = (state, more = {}) => say({ type: "hydrate", version, texts, state, ...more });
  const sent = () => page.evaluate(() => globalThis.sent);
  const last = async () => (await sent()).at(-1);
  const violations = async () => {
    await page.evaluate(readFileSync(require.resolve("axe-core/axe.min.js"), "utf8"));
    // Colours are the editor's and are looked at there.
    const result = await page.evaluate(() =>
      globalThis.axe.run(document, { rules: { "color-contrast": { enabled: false } } }),
    );
    assert.ok(result.passes.length > 10);
    return result.violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]);
  };

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
    await say({ type: "delta", delta: { type: "turn", turn: turn("1", [answer("a", "", "waiting")]) } });
    for (const text of ["he", "y"])
      await say({ type: "delta", delta: { type: "text", turn: "1", index: 0, text } });
    await page.locator(".answer.streaming", { hasText: "hey" }).waitFor();
    await page.keyboard.press("Escape");
    assert.deepEqual(await last(), { type: "action", action: { type: "stop" } });
    await say({ type: "delta", delta: { type: "turn", turn: turn("1", [answer("a", "hey")]) } });
    await page.locator("[role=status]", { hasText: "saidAnswer a hey" }).waitFor({ state: "attached" });
  });

  it("blind: two answers without names take a vote by key, and the focus goes where the keys work", async () => {
    await open();
    const trial = turn("1", [answer("", "left"), answer("", "right", "streaming")]);
    await hydrate(stateOf("blind", ["sft", "ppo"], [trial]));
    await page.locator("vscode-text-area").waitFor();
    await page.keyboard.press("1");
    assert.equal((await sent()).length, 1, "a vote before both have answered");
    await say({
      type: "delta",
      delta: { type: "turn", turn: turn("1", [answer("", "left"), answer("", "right")]) },
    });
    await page.locator(".votes:focus").waitFor();
    assert.doesNotMatch(await page.locator(".turn").innerText(), /sft|ppo/);
    assert.deepEqual(await violations(), []);
    await page.keyboard.press("ArrowRight");
    assert.deepEqual(await last(), { type: "action", action: { type: "vote", turn: "1", vote: "right" } });
    const voted = turn("1", [answer("ppo", "left"), answer("sft", "right")], "right");
    await say({ type: "delta", delta: { type: "turn", turn: voted } });
    await page.locator(".verdict", { hasText: "votedRight ppo sft" }).waitFor();
    await page.locator("vscode-text-area:focus").waitFor();
  });

  it("keeps the draft and the state, and brings the draft back", async () => {
    await open();
    await hydrate(stateOf("chat", ["a"]));
    await page.locator("vscode-text-area textarea").click();
    await page.keyboard.type("half a prom");
    const kept = await page.evaluate(() => globalThis.kept);
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
    const [first, second] = [
      await page.locator(".answer").nth(0).boundingBox(),
      await page.locator(".answer").nth(1).boundingBox(),
    ];
    assert.ok(second.y >= first.y + first.height);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 320));
  });
});
