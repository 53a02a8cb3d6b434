// The built page that compares runs in a real browser, with the editor's end of the line played by the test.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import type { Page } from "playwright-core";
import type { CompareState } from "../../extension/protocol/compareMessages";
import { webviewProtocolVersion as version } from "../../extension/protocol/webviewProtocol";
import {
  cellExample,
  compareState,
  compareTextExamples,
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

  it("shows each figure with its interval and what it is against the baseline, in signs and words", async () => {
    await open(compareState());
    assert.deepEqual(await panel.sent(), [{ type: "ready", version }]);
    assert.deepEqual(
      (await texted(".difference")).map((text) => text.replace(/ \{.*/, "")),
      ["✓ +1 better", "≈ −0.05 unclear", "✓ −1.05 better", "↓ −2 lower"],
    );
    assert.deepEqual(panel.complaints, []);
  });
});
