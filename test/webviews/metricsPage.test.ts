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
import { themeVariables } from "../support/themeVariables";
import { numberText } from "../../extension/charts/numberText";
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
    await figure(score).locator(".chart").focus();
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

  /** How many pixels of a chart's canvas have this colour, nearly, in some rows of it (shares of its height). */
  const pixelsOf = (name: string, color: readonly number[], from = 0, to = 1): Promise<number> =>
    canvas(name).evaluate(
      (element, [red, green, blue, low, high]) => {
        const drawn = element as unknown as {
          width: number;
          height: number;
          getContext(kind: string): {
            getImageData(...box: number[]): { readonly data: Uint8ClampedArray };
          };
        };
        const top = Math.floor(low * drawn.height);
        const rows = Math.ceil(high * drawn.height) - top;
        const { data } = drawn.getContext("2d").getImageData(0, top, drawn.width, rows);
        let count = 0;
        for (let i = 0; i < data.length; i += 4) {
          const distance =
            Math.abs(data[i] - red) + Math.abs(data[i + 1] - green) + Math.abs(data[i + 2] - blue);
          if (data[i + 3] > 100 && distance < 40) count++;
        }
        return count;
      },
      [...color, from, to],
    );
  const rgb = (name: string): number[] => {
    const color = themeVariables["vscode-dark"][`charts-${name}`];
    return [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  };
  const [blue, red] = [rgb("blue"), rgb("red")];
  /** Waits for a chart's blue line, however long it takes. */
  async function drawn(name: string): Promise<void> {
    await canvas(name).waitFor();
    while ((await pixelsOf(name, blue)) < 100) await page.waitForTimeout(20);
  }
  const long = (change: (y: Float64Array) => void) => {
    const y = new Float64Array(20_000).fill(1);
    change(y);
    return { about: aboutOf(1, { slot: 0 }), columns: columnsOf({ [score]: [...y] }) };
  };

  it("a spike of one iteration among 20,000 reaches the top of the chart; without it nothing does", async () => {
    for (const [isSpike, expected] of [
      [true, true],
      [false, false],
    ] as const) {
      await open(stateOf([long((y) => isSpike && (y[7777] = 50))]));
      await drawn(score);
      assert.equal((await pixelsOf(score, blue, 0.06, 0.3)) > 0, expected);
      assert.ok((await pixelsOf(score, blue)) > 100);
    }
  });

  it("NaN is a gap with a red mark", async () => {
    await open(stateOf([long((y) => y.fill(NaN, 5000, 15_000))]));
    await drawn(score);
    const gap = await pixelsOf(score, blue);
    assert.ok((await pixelsOf(score, red, 0, 0.2)) > 100);
    await open(stateOf([long(() => undefined)]));
    await drawn(score);
    assert.equal(await pixelsOf(score, red), 0);
    assert.ok(gap < 0.7 * (await pixelsOf(score, blue)), "half of the line is missing");
  });

  it("all runs stand in one tooltip by value, and a drag zooms every chart along the axis", async () => {
    await open(stateOf([ppoRun(1, 40), ppoRun(2, 40), ppoRun(3, 40)], { tables: true }));
    await canvas(score).waitFor();
    const box = await figure(score).locator(".u-over").boundingBox();
    assert.ok(box);
    const at = (share: number): number => box.x + share * box.width;
    await page.mouse.move(at(0.5), box.y + 50);
    await page.locator(".tooltip:not(.hidden)").waitFor();
    assert.deepEqual(await page.locator(".tooltip .label").allTextContents(), ["run 3", "run 2", "run 1"]);
    const rows = (name: string) => figure(name).locator("tbody").first().locator("tr");
    const other = "objective/klPolicyReference";
    assert.equal(await rows(other).count(), 40);
    await page.mouse.move(at(0.25), box.y + 50);
    await page.mouse.down();
    await page.mouse.move(at(0.4), box.y + 52, { steps: 4 });
    await page.mouse.move(at(0.5), box.y + 52, { steps: 4 });
    await page.mouse.up();
    await page.locator("vscode-button:not([disabled])", { hasText: "resetZoom" }).waitFor();
    await panel.until(
      `[...document.querySelectorAll("section.figure")].some((each) => each.ariaLabel === "${other}" && each.querySelectorAll("tbody")[0].rows.length < 15)`,
    );
    assert.equal(
      await figure(score)
        .locator(".u-select")
        .evaluate((node) => (node as unknown as { clientWidth: number }).clientWidth),
      0,
    );
    await page.mouse.dblclick(at(0.5), box.y + 50);
    await panel.until(
      `[...document.querySelectorAll("section.figure")].some((each) => each.ariaLabel === "${other}" && each.querySelectorAll("tbody")[0].rows.length === 40)`,
    );
    await page.locator("vscode-button[disabled]", { hasText: "resetZoom" }).waitFor();
    assert.deepEqual(panel.complaints, []);
  });

  it("a click anywhere on a curve leads to its responses, on the newest point too; a drag does not", async () => {
    await open(stateOf([ppoRun(1, 40)]));
    await canvas(score).waitFor();
    const box = await figure(score).locator(".u-over").boundingBox();
    assert.ok(box);
    for (const x of [0.5, box.width - 1]) {
      await page.mouse.click(box.x + x, box.y + 50, { delay: 20 });
      await panel.until(`globalThis.sent.some(({ action }) => action?.iteration === ${x < 1 ? 0 : 39})`);
    }
    await page.mouse.move(box.x + 40, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + 90, box.y + 50, { steps: 3 });
    await page.mouse.up();
    await page.waitForTimeout(400);
    const id = runId(1);
    assert.deepEqual(await actions(), [
      { type: "rollouts", id, iteration: 0 },
      { type: "rollouts", id, iteration: 39 },
    ]);
    assert.deepEqual(panel.complaints, []);
  });

  it("draws only what is in view, and later what comes into view", async () => {
    await open(stateOf([ppoRun(1, 40)]), { height: 500 });
    await canvas(score).waitFor();
    const last = figure("throughput/tokensPerSecond");
    assert.equal(await last.locator("canvas").count(), 0);
    await last.scrollIntoViewIfNeeded();
    await last.locator("canvas").waitFor();
  });

  it("the view is kept by the host: axis, smoothing, groups; only axes that have their metric are offered", async () => {
    const settings = { seed: "1" };
    await open(stateOf([ppoRun(1, 40, { settings }), ppoRun(2, 30, { settings })]));
    await canvas(score).waitFor();
    assert.deepEqual(
      await page.locator("select").filter({ hasText: "axisIteration" }).locator("option").allTextContents(),
      [...["axisIteration", "axisKl", "axisSqrtKl"]],
    );
    await page.getByLabel("groupBy").selectOption("seed");
    await page.getByRole("checkbox", { name: "log" }).check();
    await page.locator("select").filter({ hasText: "axisIteration" }).selectOption("sqrtKl");
    const view = { ...stateOf([]).view, groupBy: "seed", log: true, axis: "sqrtKl" };
    await panel.until(`globalThis.sent.at(-1).action?.view?.axis === "sqrtKl"`);
    assert.deepEqual((await actions()).at(-1), { type: "view", view });
    assert.deepEqual(await page.evaluate("globalThis.kept"), { project: "/p", id: runId(1) });
    assert.deepEqual(panel.complaints, []);
  });

  it("pause, a live change, branch at a chosen point, a pinned note and exports go to the host", async () => {
    const about = { live: { klCoef: "0.1", ptxCoef: "2" }, checkpoints: [10, 20] };
    await open(stateOf([ppoRun(1, 40, about)]));
    await canvas(score).waitFor();
    await page.getByRole("button", { name: "pause" }).click();
    await page.getByText("change", { exact: true }).click();
    await page.getByLabel("setting").selectOption("ptxCoef");
    await page.locator("form input").fill("3");
    await page.keyboard.press("Enter");
    const chart = figure(score).locator(".chart");
    await chart.focus();
    await page.keyboard.press("End");
    await page.keyboard.press("Shift+ArrowLeft");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "branch", exact: true }).click();
    await page.locator(".pin input").fill("look here");
    await page.keyboard.press("Enter");
    const id = runId(1);
    assert.deepEqual(await actions(), [
      { type: "command", id, command: "pause" },
      { type: "set", id, key: "ptxCoef", value: "3" },
      { type: "rollouts", id, iteration: 29 },
      { type: "branch", id, iteration: 20 },
      { type: "pin", id, iteration: 29, note: "look here" },
    ]);
    for (const kind of ["png", "svg", "csv"]) {
      await figure(score).locator(".foot button", { hasText: kind.toUpperCase() }).click();
      await panel.until(`globalThis.sent.at(-1).action.kind === "${kind}"`);
    }
    const saved = (await actions()).slice(-3) as readonly { readonly content: string }[];
    assert.ok(saved[0].content.startsWith("data:image/png;base64,") && saved[0].content.length > 2000);
    assert.ok(saved[1].content.startsWith("<svg") && saved[2].content.startsWith("iteration,run 1\r\n0,"));
    await page.getByRole("button", { name: "exportEvents" }).click();
    assert.deepEqual((await actions()).at(-1), { type: "exportEvents", ids: [id] });
    assert.deepEqual(panel.complaints, []);
  });

  it("a finding leads to its place in the chart; the over-optimisation view says law and stop", async () => {
    const health = [
      {
        ...{ rule: "kl", severity: "warning" as const, sentence: "KL <i>runs</i> away", remedy: "Raise β" },
        evidence: { metric: score, from: 10, to: 14 },
      },
    ];
    await open(stateOf([ppoRun(1, 40, { health })]));
    await page.getByText("KL <i>runs</i> away").waitFor();
    await page.getByRole("button", { name: "Raise β" }).click();
    assert.deepEqual((await actions()).at(-1), { type: "remedy", id: runId(1), rule: "kl" });
    await page.getByRole("button", { name: `evidence ${score} 10 14` }).click();
    await page.locator(`.chart:focus[aria-label^="chartOf ${score}"]`).waitFor();
    await page.locator("section.frontier").scrollIntoViewIfNeeded();
    await page.locator("section.frontier canvas").waitFor();
    await page.getByText(/frontierFit/).waitFor();
    assert.deepEqual(await panel.violations(), []);
  });

  it("the over-optimisation chart has the other charts' cursor and its own zoom, which a double click and Escape undo", async () => {
    const runs = [ppoRun(1, 40), ppoRun(2, 30)];
    await open(stateOf(runs, { tables: true }));
    const place = page.locator("section.frontier .chart");
    await place.scrollIntoViewIfNeeded();
    await page.locator("section.frontier canvas").waitFor();
    const rows = page.locator("section.frontier tbody tr");
    await rows.first().waitFor();
    const all = await rows.count();
    await place.focus();
    await page.keyboard.press("End");
    const { columns } = runs[0];
    const most = Math.sqrt(Math.max(...columns.values["objective/klPolicyReference"]));
    const said = page.locator("p[role=status]", { hasText: `saidPoint ${numberText(most)} ` });
    await said.filter({ hasText: "run 1: " }).waitFor({ state: "attached" });
    await page.locator(".tooltip", { hasText: "run 1" }).waitFor();
    await page.keyboard.press("Enter");
    const chosen = { type: "rollouts", id: runId(1), iteration: 39 };
    assert.deepEqual((await actions()).at(-1), chosen);
    const box = await page.locator("section.frontier .u-over").boundingBox();
    assert.ok(box);
    const [left, middle, high] = [box.x + 0.1 * box.width, box.x + 0.5 * box.width, box.y + 0.5 * box.height];
    const zoomIn = async (): Promise<void> => {
      await page.mouse.move(left, high);
      await page.mouse.down();
      await page.mouse.move(middle, high, { steps: 4 });
      await page.mouse.up();
      await panel.until(`document.querySelectorAll("section.frontier tbody tr").length < ${all}`);
    };
    const back = (): Promise<void> =>
      panel.until(`document.querySelectorAll("section.frontier tbody tr").length === ${all}`);
    await zoomIn();
    await page.mouse.dblclick(middle, high);
    await back();
    await zoomIn();
    await place.focus();
    await page.keyboard.press("Escape");
    await back();
    assert.deepEqual(panel.complaints, []);
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
        assert.deepEqual(await panel.violations(), []);
        assert.ok(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"));
        assert.deepEqual(panel.complaints, []);
      }
    });
});
