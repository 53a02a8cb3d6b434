// The built page that compares runs in a real browser, with the editor's end of the line played by the test.
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { CompareState } from "../../extension/protocol/compareMessages";
import { webviewProtocolVersion as version } from "../../extension/protocol/webviewProtocol";
import {
  cellExample,
  compareState,
  compareTextExamples,
  figureExample,
  hostile,
  metricExample,
  onTheLine,
  promptExample,
  runExample,
  runIds,
} from "../support/compareStates";
import { panelsOfSuite, type PanelOptions, type PanelPage } from "../support/panelPage";
import { themeVariables } from "../support/themeVariables";

const texts = compareTextExamples();

describe("the page that compares runs in a browser", function () {
  this.timeout(60_000);
  const openPanel = panelsOfSuite();
  let page: Page;
  let panel: PanelPage;

  async function open(state: CompareState, options: PanelOptions = {}): Promise<void> {
    panel = await openPanel("compare", { height: 1600, ...options });
    ({ page } = panel);
    await panel.hydrate(texts, onTheLine(state));
    await page.locator("h1", { hasText: `title ${state.runs.length}` }).waitFor();
  }
  const change = (delta: object): Promise<void> => panel.change(onTheLine(delta));
  const lastAction = async (): Promise<unknown> =>
    ((await panel.sent()).at(-1) as { readonly action?: unknown }).action;
  const texted = (selector: string): Promise<readonly string[]> => page.locator(selector).allTextContents();
  const differences = async (): Promise<readonly string[]> =>
    (await texted(".difference")).map((text) => text.replace(/ \{.*/, ""));

  it("shows each figure with its interval and what it is against the baseline, in signs and words", async () => {
    await open(compareState());
    assert.deepEqual(await panel.sent(), [{ type: "ready", version }]);
    assert.deepEqual(await differences(), ["✓ +1 better", "≈ −0.05 unclear", "✓ −1.05 better", "↓ −2 lower"]);
    const cell = page
      .getByRole("row", { name: /^objective\/score/ })
      .first()
      .locator("td")
      .nth(2);
    assert.deepEqual(await cell.locator(".value > *").allTextContents(), [
      "2",
      "interval 1.9 2.1 {2}, batchMeans 5 {1} {2}",
    ]);
    assert.equal(await cell.locator(".spark").getAttribute("aria-label"), "course objective/score 1.5 2");
    await cell.getByText("bestAt 2.5 (interval 2.4 2.6 {2}) 31").waitFor();
    assert.match((await page.locator(".metric").first().getAttribute("title")) ?? "", /mean score/);
    await page.getByText("noInterval").first().waitFor();
    assert.deepEqual(panel.complaints, []);
  });

  it("another baseline, another figure and a filter change what is shown", async () => {
    await open(compareState());
    await page.getByRole("radio", { name: "makeBaseline run 2" }).check();
    assert.deepEqual(await lastAction(), { type: "baseline", id: runIds[2] });
    await change({ type: "baseline", baseline: runIds[2] });
    await page.getByRole("columnheader", { name: "run 2 ◆ isBaseline" }).first().waitFor();
    await page.locator("[role=status]", { hasText: "saidBaseline run 2" }).waitFor({ state: "attached" });
    assert.deepEqual(await differences(), ["✗ −1 worse", "✗ +1 worse", "✗ +1.05 worse", "↑ +2 higher"]);
    assert.equal(
      await page.evaluate("document.activeElement.getAttribute('aria-label')"),
      "makeBaseline run 2 {1} {2}",
    );

    await page.getByLabel("figure").selectOption("step");
    const view = { figure: "step", step: 0, showsAll: false } as const;
    assert.deepEqual(await lastAction(), { type: "view", view });
    await change({ type: "view", view });
    await page.getByLabel("iteration {0}").fill("7");
    await page.keyboard.press("Enter");
    assert.deepEqual(await lastAction(), { type: "view", view: { ...view, step: 7 } });
    await page.getByLabel("filter").fill("entropy");
    assert.deepEqual((await texted(".metric > span:first-child")).slice(0, 1), ["policy/entropy"]);
  });

  it("a figure at one iteration says that its interval is of the mean around it", async () => {
    const cell = cellExample(1, { last: figureExample(1, { mean: 0.75, low: 0.5, high: 0.9 }) });
    const metrics = [metricExample({ cells: [cell, null, null] })];
    await open(compareState({ metrics, view: { figure: "last", step: 0, showsAll: false } }));
    await page.getByText("around 0.5 0.9 {2}, batchMeans 5").waitFor();
  });

  it("runs are added and removed, and the focus stays where it was", async () => {
    await open(compareState());
    await page.getByRole("combobox", { name: "addHint" }).selectOption("rm-20260102T030405Z-0004");
    await page.getByRole("button", { name: /^add \{0\}/ }).click();
    assert.deepEqual(await lastAction(), { type: "add", id: "rm-20260102T030405Z-0004" });
    await page.getByRole("button", { name: "remove {0} {1} {2}: removeOf run 0" }).focus();
    await page.keyboard.press("Enter");
    assert.deepEqual(await lastAction(), { type: "remove", id: runIds[0] });
    const state = compareState({
      runs: [runExample(1)],
      metrics: [],
      prompts: [],
      settings: [],
      origins: [],
      candidates: [],
    });
    await change({ type: "all", state });
    await page.locator("[role=status]", { hasText: "saidRemoved run 0" }).waitFor({ state: "attached" });
    for (const text of ["tooFew", "addNone", "metricsNone", "settingsSame", "answersNone"])
      await page.getByText(text).waitFor();
    await page.getByRole("button", { name: "copyMarkdown" }).click();
    assert.deepEqual(await lastAction(), { type: "copyMarkdown" });
    assert.deepEqual(await page.evaluate("globalThis.kept"), {
      ...{ project: "/p", runs: [runIds[1]], baseline: runIds[1], prompt: 0, filter: "", isDiff: true },
    });
  });

  it("settings show what differs with what they are for and live changes; a choice shows all", async () => {
    await open(compareState());
    assert.deepEqual(await texted(".setting"), ["ppo.klCoef"]);
    assert.equal(await page.locator(".setting").getAttribute("title"), "Weight of the penalty.");
    await page.getByText("⚑ changedFrom 12 0.2 Ada").waitFor();
    await page.getByText("= sameData").waitFor();
    await page.getByText("≠ otherParents initial").waitFor();
    await page.getByRole("checkbox", { name: "showAll" }).check();
    const view = { figure: "final", step: 0, showsAll: true } as const;
    assert.deepEqual(await lastAction(), { type: "view", view });
    await change({ type: "view", view });
    await page.getByText("ppo.gamma").waitFor();
    assert.deepEqual(await texted(".setting"), ["≠ ppo.klCoef", "ppo.gamma"]);
  });

  it("one prompt at a time with the words that differ from the baseline's; keys go on", async () => {
    await open(compareState());
    assert.deepEqual(
      [await texted("article ins"), await texted("article del")],
      [
        ["dog ", "ran"],
        ["cat ", "sat"],
      ],
    );
    await page.locator(".shown").focus();
    await page.keyboard.press("ArrowRight");
    await page.locator("[role=status]", { hasText: "promptOf 2 2" }).waitFor();
    assert.deepEqual(await texted("article .quiet"), [
      "noAnswer {0} {1} {2}",
      "fromRollout 40 {1} {2} · score 1 {1} {2}",
      "",
      "fromRollout 40 {1} {2} · score 2 {1} {2}",
      "= sameAnswer {0} {1} {2}",
    ]);
    await page.keyboard.press("ArrowRight");
    await page.locator("[role=status]", { hasText: "promptOf 2 2" }).waitFor();
    await page.getByRole("button", { name: "previous" }).click();
    await page.getByRole("checkbox", { name: "wordDiff" }).uncheck();
    assert.equal(await page.locator("ins").count(), 0);
    const { prompt, isDiff } = await page.evaluate<{ prompt: number; isDiff: boolean }>("globalThis.kept");
    assert.deepEqual([prompt, isDiff], [0, false]);
  });

  it("the lineage is a picture whose runs open by Enter, and a list in lists", async () => {
    await open(compareState());
    const node = page.locator(".lineage").getByRole("button", { name: /^PPO, run 1, finished/ });
    assert.match(
      (await node.locator("title").textContent()) ?? "",
      /◆ compared .*, isBaseline .*, starts from, KL reference: run 0/,
    );
    await node.focus();
    await page.keyboard.press("Enter");
    assert.deepEqual(await lastAction(), { type: "openMetrics", id: runIds[1] });
    await page.locator("summary").click();
    assert.equal(await page.locator(".branches > li > .branches > li > .branches > li").count(), 2);
    await page
      .locator(".branches")
      .first()
      .getByRole("button", { name: /^openReport .*: run 2$/ })
      .click();
    assert.deepEqual(await lastAction(), { type: "openReport", id: runIds[2] });
  });

  it("what models, files and people say is text, however it is written", async () => {
    const lineage = compareState().lineage;
    const nodes = lineage.nodes.map((node) => ({ ...node, name: hostile }));
    const prompts = [{ ...promptExample(1, [hostile, "\u0000\u202e", `${hostile} x`]), prompt: hostile }];
    const runs = [0, 1, 2].map((i) => runExample(i, { name: hostile, stateText: hostile }));
    await open(
      compareState({
        runs,
        prompts,
        lineage: { ...lineage, nodes },
        metrics: [metricExample({ name: hostile, meaning: hostile })],
      }),
    );
    await page.getByText("␀[U+202E]").first().waitFor();
    await page.locator("summary").click();
    assert.equal(await page.locator("img").count(), 0);
    assert.equal(await page.title(), "RLHF");
    assert.deepEqual(panel.complaints, []);
  });

  it("axe finds nothing in any kind of theme, and nothing is wider than a narrow panel", async () => {
    const prompts = [promptExample(1, ["x".repeat(400), "the cat sat", "the cat ran"])];
    for (const theme of Object.keys(themeVariables))
      for (const width of [320, 1100]) {
        await open(compareState({ prompts }), { theme, width });
        await page.locator("summary").click();
        assert.deepEqual(await panel.violations(), [], `${theme}, ${width}`);
        assert.ok(
          await page.evaluate(`document.documentElement.scrollWidth <= ${width}`),
          `${theme} ${width}`,
        );
      }
    assert.deepEqual(panel.complaints, []);
  });
});
