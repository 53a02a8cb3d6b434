// The built reward inspector in a real browser, with the editor's end of the line played by the test.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import type { Page } from "playwright-core";
import { webviewProtocolVersion as version } from "../../extension/protocol/webviewProtocol";
import type { RewardState } from "../../extension/protocol/rewardMessages";
import { panelsOfSuite, type PanelOptions, type PanelPage } from "../support/panelPage";
import { signed } from "../../webviews/rewards/state";
import { hostile, onTheLine, rewardState, rewardTextExamples, twoAxes } from "../support/rewardStates";

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

  for (const [theme, width] of [
    ...(
      ["vscode-light", "vscode-dark", "vscode-high-contrast", "vscode-high-contrast-light"] as const
    ).flatMap((theme) => [[theme, 1000] as const, [theme, 320] as const]),
  ])
    it(`${theme}, ${width} px: figures, worst pairs and probe, and axe finds nothing`, async () => {
      const words = [
        { text: "hello ", effect: 0.5 },
        { text: "there", effect: -0.25 },
      ];
      const result = {
        ...{ id: 1, score: 0.5, words, tokens: [{ text: "hello", score: 0.1 }] },
        variants: [{ name: "flipped" as const, response: null, score: NaN }],
      };
      await open(twoAxes({ result }), { theme, width, height: 2400 });
      await page.locator(".axes .plot").nth(7).waitFor();
      for (const plot of [0, 2]) await page.locator(".plots .plot").nth(plot).locator(".bin").nth(1).click();
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
        await page.setViewportSize({ width, height: 1150 });
        await page.evaluate("scrollTo(0, 0)");
        await page.screenshot({ path: `${screenshots}/rewards-${theme}-${width}.png` });
        await page
          .locator(".axes")
          .evaluate((node) => (node as unknown as { scrollIntoView(): void }).scrollIntoView());
        await page.screenshot({ path: `${screenshots}/rewards-${theme}-${width}-axes.png` });
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

  it("a bar lists what lies in it, by a click and by keys alone, and a screen reader hears how many", async () => {
    await open(rewardState());
    const [scores, margins] = [
      page.locator(".plots > section").nth(0),
      page.locator(".plots > section").nth(2),
    ];
    assert.equal(await scores.locator(".picked").isVisible(), false);
    const { inspection } = rewardState();
    const figures = inspection?.figures.find(({ group }) => group === "validation");
    assert.ok(inspection && figures);
    const { histogram, pairs } = figures.margins;
    const filled = histogram.counts.flatMap((count, bin) => (count > 0 ? [bin] : []));
    assert.equal(await margins.locator(".bin").count(), filled.length);
    assert.equal(await margins.locator(".bin[tabindex='0']").count(), 1);
    await margins.locator(".bin").first().focus();
    for (const key of ["ArrowRight", "ArrowRight", "ArrowLeft", "Enter"]) await page.keyboard.press(key);
    const second = filled[1];
    const rows = margins.locator(".picked li");
    assert.equal(await rows.count(), Math.min(5, pairs[second].length));
    const [first] = pairs[second];
    await rows
      .first()
      .getByText(signed(first.chosenScore - first.rejectedScore), { exact: true })
      .waitFor();
    await page.locator("[role=status]", { hasText: "binPairs" }).waitFor({ state: "attached" });
    assert.equal(await page.evaluate("document.activeElement.getAttribute('aria-pressed')"), "true");
    await page.keyboard.press("End");
    await page.keyboard.press(" ");
    assert.equal(await margins.locator(".bin[aria-pressed=true]").count(), 1);
    assert.equal(await rows.count(), Math.min(5, pairs[filled[filled.length - 1]].length));
    await rows
      .first()
      .getByRole("button", { name: /^openItem/ })
      .click();
    const { id } = inspection.labels[pairs[filled[filled.length - 1]][0].label];
    assert.deepEqual(await last(), { type: "action", action: { type: "openLabel", id } });
    await scores.locator(".bin").last().click();
    const counts = figures.distributions.map(({ answers }) => answers[answers.length - 1].length);
    const expected = Math.min(
      5,
      counts.reduce((sum, count) => sum + count, 0),
    );
    assert.equal(await scores.locator(".picked li").count(), expected);
  });

  it("axes that were labelled apart stand side by side, on one scale", async () => {
    await open(twoAxes());
    const columns = page.locator(".axes > section");
    assert.equal(await columns.count(), 2);
    assert.equal(await columns.nth(1).locator(".plot").count(), 4);
    const [left, right] = [await columns.nth(0).boundingBox(), await columns.nth(1).boundingBox()];
    assert.ok(left && right && left.y === right.y && left.x < right.x);
    for (const plot of [0, 2]) {
      const ticks = (column: number) =>
        columns.nth(column).locator(".plot").nth(plot).locator("text[text-anchor=middle]").allTextContents();
      assert.deepEqual(await ticks(0), await ticks(1));
    }
    await open(rewardState());
    await page.locator(".axes", { hasText: "notInspectedAxis" }).waitFor();
  });

  it("what was typed and where somebody stands stay when a first inspection is done", async () => {
    await open(rewardState({ inspection: null }));
    const answer = page.locator(".probe textarea").nth(1);
    await answer.fill("half an ans");
    const done = (): Promise<void> => panel.hydrate(texts, onTheLine(rewardState()));
    await done();
    await page.locator(".plots").waitFor();
    await page.keyboard.type("wer");
    assert.equal(await answer.inputValue(), "half an answer");
    await page.locator("[role=status]", { hasText: "inspected" }).waitFor({ state: "attached" });
    const again = page.getByRole("button", { name: /^inspect / });
    await again.focus();
    await page.keyboard.press("Enter");
    assert.deepEqual(await last(), { type: "action", action: { type: "inspect" } });
    await change({ type: "working", working: { isInspecting: true, done: 1, total: 9, problem: null } });
    await page.getByText("inspecting 1 9").waitFor();
    const asked = (await panel.sent()).length;
    await page.keyboard.press("Enter");
    assert.equal((await panel.sent()).length, asked, "asked again while it works");
    await page.locator("input[value=training]").check();
    await done();
    await panel.until(`document.activeElement?.value === "training"`);
    assert.ok(await page.locator("input[value=training]").isChecked());
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
