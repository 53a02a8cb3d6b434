// The built reward inspector in a real browser, with the editor's end of the line played by the test.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import type { Page } from "playwright-core";
import { webviewProtocolVersion as version } from "../../extension/protocol/webviewProtocol";
import type { RewardState } from "../../extension/protocol/rewardMessages";
import { panelsOfSuite, type PanelOptions, type PanelPage } from "../support/panelPage";
import { hostile, onTheLine, rewardState, rewardTextExamples } from "../support/rewardStates";

const texts = rewardTextExamples();

describe("the reward inspector's page in a browser", function () {
  this.timeout(60_000);
  const openPanel = panelsOfSuite();
  let page: Page;
  let panel: PanelPage;

  async function open(state: RewardState, options: PanelOptions = {}): Promise<void> {
    panel = await openPanel("rewards", options);
    ({ page } = panel);
    await panel.hydrate(texts, onTheLine(state));
    await page.locator("h1").waitFor();
  }
  const change = (delta: object): Promise<void> => panel.change(onTheLine(delta));
  const last = async (): Promise<unknown> => (await panel.sent()).at(-1);
  const screenshots = process.env.RLHF_SCREENSHOTS;

  for (const theme of ["vscode-light", "vscode-dark", "vscode-high-contrast", "vscode-high-contrast-light"])
    it(`${theme}: figures, worst pairs and probe, and axe finds nothing`, async () => {
      const words = [
        { text: "hello ", effect: 0.5 },
        { text: "there", effect: -0.25 },
      ];
      const result = {
        ...{ id: 1, score: 0.5, words, tokens: [{ text: "hello", score: 0.1 }] },
        variants: [{ name: "flipped" as const, response: null, score: NaN }],
      };
      await open(rewardState({ result }), {
        theme,
        width: theme === "vscode-dark" ? 320 : 1100,
        height: 2400,
      });
      await page.locator(".plot").nth(3).waitFor();
      for (const fold of await page.locator("main details > summary").all()) await fold.click();
      assert.deepEqual(await panel.violations(), []);
      assert.deepEqual(panel.complaints, []);
      assert.equal(await page.locator("img").count(), 0);
      assert.ok(
        await page.evaluate("document.documentElement.scrollWidth <= innerWidth"),
        "wider than the page",
      );
      if (screenshots !== undefined) {
        mkdirSync(screenshots, { recursive: true });
        for (const fold of await page.locator("main details > summary").all()) await fold.click();
        await page.setViewportSize({ width: theme === "vscode-dark" ? 320 : 1100, height: 1150 });
        await page.evaluate("scrollTo(0, 0)");
        await page.screenshot({ path: `${screenshots}/rewards-${theme}.png` });
      }
    });

  it("says ready, and shows what files hold as text in its own direction", async () => {
    await open(rewardState());
    assert.deepEqual(await panel.sent(), [{ type: "ready", version }]);
    await page.locator(".worst").getByRole("button", { name: "more" }).click();
    const text = page.locator(".worst .text", { hasText: hostile });
    await text.first().waitFor();
    assert.equal(await text.first().getAttribute("dir"), "auto");
    assert.equal(await page.title(), "RLHF");
  });

  it("begins with validation labels; another group has figures and worst pairs of its own", async () => {
    await open(rewardState());
    assert.ok(await page.locator("input[value=validation]").isChecked());
    const before = await page.locator(".worst").innerText();
    await page.locator("input[value=training]").check();
    assert.notEqual(await page.locator(".worst").innerText(), before);
  });

  it("a worst pair opens its item, and says which reward models a correction has made stale", async () => {
    await open(rewardState());
    const row = page.locator(".worst li").first();
    await row.getByRole("button", { name: /^openItem/ }).click();
    const { inspection } = rewardState();
    assert.ok(inspection);
    const worst = inspection.worst.find(({ label }) => inspection.labels[label].group === "validation");
    const { id } = inspection.labels[worst?.label ?? -1];
    assert.deepEqual(await last(), { type: "action", action: { type: "openLabel", id } });
    assert.equal(await row.locator(".changed").isVisible(), false);
    await change({ type: "corrections", corrections: [{ id, isGone: false, models: ["rm-a", "rm-b"] }] });
    await row.locator(".changed", { hasText: "changedSince rm-a, rm-b" }).waitFor();
    await page.locator(".notice", { hasText: "corrections 1 rm-a, rm-b" }).waitFor();
    await row.getByRole("button", { name: /^who/ }).click();
    assert.deepEqual(await last(), { type: "action", action: { type: "showUse", id } });
    const use = { id, models: [{ run: "rm-a", group: "validation", isStale: true }], policies: [] };
    await change({ type: "use", use });
    await row.locator(".use", { hasText: "stale rm-a validation" }).waitFor();
    assert.equal(await page.locator(".use:visible").count(), 1);
  });

  it("asks for a score after a pause in typing, once, and shows the answer and where it comes from", async () => {
    await open(rewardState());
    const fields = page.locator(".probe textarea");
    await fields.nth(0).fill("say hello");
    await fields.nth(1).pressSequentially("hello there", { delay: 5 });
    await panel.until(`sent.some(({ action }) => action?.response === "hello there")`);
    const asked = (await panel.sent()).flatMap((message) => {
      const { action } = message as { readonly action?: { readonly type: string; readonly id: number } };
      return action?.type === "probe" ? [action] : [];
    });
    assert.ok(asked.length < 5, `${asked.length} requests for eleven letters`);
    const { id } = asked[asked.length - 1];
    const tokens = [
      { text: "hello", score: 1 },
      { text: " there", score: 0.5 },
      { text: "", score: 0.75 },
    ];
    await change({ type: "result", result: { id, score: 0.75, tokens, words: null, variants: null } });
    await page.locator(".probe .score", { hasText: "0.75" }).waitFor();
    await page.locator(".strip .down.by-4", { hasText: "there" }).waitFor();
    await page.locator(".strip .up.by-2", { hasText: "end" }).waitFor();
    assert.deepEqual(await page.evaluate("kept"), {
      ...{ project: "/p", run: "rm-20260101T000000Z-0001" },
      ...{ prompt: "say hello", response: "hello there" },
    });
  });

  it("brings what was typed back, and keeps and tries probes", async () => {
    await open(rewardState(), { kept: { prompt: "p", response: "r" } });
    assert.equal(await page.locator(".probe textarea").nth(1).inputValue(), "r");
    await page.getByRole("button", { name: "save" }).click();
    const saving = { type: "saveProbe", prompt: "p", response: "r" };
    assert.deepEqual(await last(), { type: "action", action: saving });
    await page.getByRole("button", { name: /^load/ }).click();
    const { response } = rewardState().probes[0];
    const trying = { type: "probe", id: 1, prompt: "say hello", response };
    assert.deepEqual(await last(), { type: "action", action: trying });
  });

  it("a model that nobody has inspected says so, with its progress and its problem", async () => {
    await open(rewardState({ inspection: null }));
    await page.getByText("notYet").waitFor();
    await change({ type: "working", working: { isInspecting: true, done: 5, total: 9, problem: null } });
    await page.getByText("inspecting 5 9").waitFor();
    await change({
      type: "working",
      working: { isInspecting: false, done: 0, total: 0, problem: "no room" },
    });
    await page.locator(".problem", { hasText: "no room" }).waitFor();
    await page.locator("[role=status]", { hasText: "no room" }).waitFor({ state: "attached" });
  });

  it("labels can be found by a part of their prompt, labeler or id", async () => {
    await open(rewardState());
    await page.locator(".labels > summary").click();
    assert.equal(await page.locator(".labels li").count(), 5);
    await page.locator(".labels").getByRole("button", { name: "more" }).click();
    assert.equal(await page.locator(".labels li").count(), 25);
    await page.locator(".labels input").fill("PROMPT 17");
    await panel.until(`document.querySelectorAll(".labels li").length === 1`);
  });
});
