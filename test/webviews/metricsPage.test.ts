// The metrics page in a browser: what it draws, says and does, with the editor's end of the line played by the test.
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { MetricsDelta, MetricsState } from "../../extension/protocol/metricsMessages";
import {
  aboutOf,
  asJson,
  columnsOf,
  metricTextExamples,
  ppoRun,
  runId,
  stateOf,
} from "../support/metricStates";
import { panelsOfSuite, type PanelOptions, type PanelPage } from "../support/panelPage";

const texts = metricTextExamples();
const score = "objective/score";

describe("the metrics page in a browser", function () {
  this.timeout(60_000);
  const openPanel = panelsOfSuite();
  let page: Page;
  let panel: PanelPage;

  async function open(state: MetricsState, options: PanelOptions = {}): Promise<void> {
    panel = await openPanel("metrics", { width: 1000, height: 900, ...options });
    ({ page } = panel);
    await panel.hydrate(texts, asJson(state) as object);
    await page.locator("h1").waitFor();
  }
  const change = (delta: MetricsDelta): Promise<void> => panel.change(asJson(delta) as object);
  const actions = async (): Promise<readonly unknown[]> =>
    (await panel.sent()).flatMap((each) => {
      const message = each as { readonly type: string; readonly action?: unknown };
      return message.type === "action" ? [message.action] : [];
    });
  const figure = (name: string) =>
    page.locator("section.figure", { has: page.getByRole("heading", { name, exact: true }) });
  const canvas = (name: string) => figure(name).locator("canvas");

  it("shows the four charts of PPO first, then the others by group, and what a value means", async () => {
    await open(stateOf([ppoRun(1, 40)]));
    await canvas(score).waitFor();
    const headings = await page.locator("h3").allTextContents();
    assert.deepEqual(headings.slice(0, 4), [
      ...[score, "objective/klPolicyReference", "objective/rewardPerSequence", "policy/entropy"],
    ]);
    assert.ok(headings.includes("check/firstRatioDeviation") && headings.length > 25);
    const box = await canvas(score).boundingBox();
    assert.ok(box);
    await page.mouse.move(box.x + box.width - 60, box.y + 60);
    const tooltip = page.locator(".tooltip:not(.hidden)");
    await tooltip.waitFor();
    const words = await tooltip.innerText();
    for (const word of [
      score,
      "run 1",
      "reward-model units",
      "mean over episodes of r(x, y)",
      "Ouyang et al. 2022",
    ])
      assert.ok(words.includes(word), `${word} in ${words}`);
    assert.deepEqual(panel.complaints, []);
  });

  it("follows a run, value by value, with the keyboard and aloud", async () => {
    await open(stateOf([{ about: aboutOf(1), columns: columnsOf({ [score]: [1, 2] }) }]));
    await canvas(score).waitFor();
    await page.locator(".chart").focus();
    await page.keyboard.press("End");
    const said = page.locator("[role=status]");
    await said.filter({ hasText: "saidPoint 1 run 1: 2" }).waitFor({ state: "attached" });
    const columns = { iterations: Float64Array.of(2), values: { [score]: Float64Array.of(2.7183) } };
    await change({ type: "columns", id: runId(1), from: 2, columns });
    await figure(score).locator(".value", { hasText: "2.718" }).waitFor();
    await page.keyboard.press("ArrowRight");
    await said.filter({ hasText: "saidPoint 2 run 1: 2.718" }).waitFor({ state: "attached" });
    await page.keyboard.press("Enter");
    await page.locator(".point:not(.hidden)", { hasText: "pointOf run 1 2" }).waitFor();
    assert.deepEqual((await actions()).at(-1), { type: "rollouts", id: runId(1), iteration: 2 });
  });

  for (const theme of ["vscode-dark", "vscode-light", "vscode-high-contrast", "vscode-high-contrast-light"])
    it(`axe finds nothing in ${theme}, wide and at 320 pixels`, async () => {
      const settings = { "ppo.klCoef": "0.1" };
      const about = {
        ...{
          settings,
          live: { klCoef: "0.1" },
          checkpoints: [10],
          pins: [{ iteration: 12, note: "<b>here</b>" }],
        },
        interventions: [{ iteration: 20, key: "klCoef", old: "0.1", new: "0.2", who: "ann" }],
      };
      const state = stateOf([ppoRun(1, 40, about), ppoRun(2, 30, { settings })], { tables: true });
      for (const width of [1000, 320]) {
        await open(state, { theme, width });
        await canvas(score).waitFor();
        await page.screenshot({ path: `/tmp/metrics-${theme}-${width}.png` });
        assert.deepEqual(await panel.violations(), []);
        assert.ok(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"));
        assert.deepEqual(panel.complaints, []);
      }
    });
});
