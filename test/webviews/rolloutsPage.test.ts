// The built rollouts page in a real browser, with the editor's end of the line played by the test.
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { RolloutState } from "../../extension/protocol/rolloutMessages";
import { webviewProtocolVersion as version } from "../../extension/protocol/webviewProtocol";
import { panelsOfSuite, type PanelOptions, type PanelPage } from "../support/panelPage";
import {
  episodeExample,
  rolloutState,
  rolloutTextExamples,
  rowExample,
  tokenExample,
} from "../support/rolloutStates";
import { themeVariables } from "../support/themeVariables";

const texts = rolloutTextExamples();
const hostile = '</script><img src="x" onerror="document.title=1">';

describe("the rollouts page in a browser", function () {
  this.timeout(60_000);
  const openPanel = panelsOfSuite();
  let page: Page;
  let panel: PanelPage;

  async function open(state: RolloutState, options: PanelOptions = {}): Promise<void> {
    panel = await openPanel("rollouts", options);
    ({ page } = panel);
    await panel.hydrate(texts, state);
    await page.locator("h1", { hasText: "title steady" }).waitFor();
  }
  const lastAction = async (): Promise<unknown> =>
    ((await panel.sent()).at(-1) as { readonly action?: unknown }).action;
  const texted = (selector: string): Promise<readonly string[]> => page.locator(selector).allTextContents();

  it("lists an iteration's episodes by the best score; headings sort and say so", async () => {
    await open(rolloutState({ problems: ["line 4: broken"] }));
    assert.deepEqual(await panel.sent(), [{ type: "ready", version }]);
    assert.deepEqual(await texted("button.open"), ["prompt 3", "prompt 2", "prompt 1"]);
    assert.deepEqual(await texted("ul.problem li"), ["line 4: broken"]);
    const heading = page.getByRole("columnheader", { name: "columnKl" });
    await heading.getByRole("button").click();
    assert.deepEqual(await texted("button.open"), ["prompt 1", "prompt 2", "prompt 3"]);
    assert.equal(await heading.getAttribute("aria-sort"), "descending");
    await heading.getByRole("button").click();
    assert.deepEqual(await texted("button.open"), ["prompt 3", "prompt 2", "prompt 1"]);
    assert.deepEqual(panel.complaints, []);
  });

  it("keys go through the list, open an episode, change the iteration and come back to the row", async () => {
    await open(rolloutState());
    await page.keyboard.press("ArrowRight");
    assert.deepEqual(await lastAction(), { type: "showIteration", iteration: 4 });
    await page.keyboard.press("ArrowLeft");
    assert.deepEqual(await lastAction(), { type: "showIteration", iteration: 0 });
    await page.locator("button.open").first().focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    assert.deepEqual(await lastAction(), { type: "openEpisode", iteration: 3, line: 2 });
    await panel.change({ type: "open", open: episodeExample() });
    await page.locator("h2:focus", { hasText: "episodeTitle 3 5" }).waitFor();
    await page.keyboard.press("Escape");
    assert.deepEqual(await lastAction(), { type: "close" });
    await panel.change({ type: "open", open: null });
    await page.locator("button.open:focus", { hasText: "prompt 2" }).waitFor();
  });

  it("offers the newest iteration of a run that goes on, and leaves the place as it is", async () => {
    await open(rolloutState({ iterations: [0, 3] }));
    await page.locator("button.open").first().focus();
    assert.equal(await page.getByText("newest", { exact: false }).isVisible(), false);
    await panel.change({ type: "iterations", iterations: [0, 3, 4] });
    await page.locator("[role=status]", { hasText: "saidNewer 4" }).waitFor({ state: "attached" });
    assert.ok(await page.locator("button.open:focus", { hasText: "prompt 3" }).isVisible());
    await page.locator("vscode-button", { hasText: "newest 4" }).click();
    assert.deepEqual(await lastAction(), { type: "showIteration", iteration: 4 });
  });

  it("a token's numbers, alternatives and terms follow focus and pointer; the sums agree", async () => {
    await open(rolloutState({ open: episodeExample() }));
    const tokens = page.locator(".token");
    assert.deepEqual(await texted(".token .text"), ["the", "·fox"]);
    assert.deepEqual(await tokens.evaluateAll((all) => all.map((each) => each.dataset.side)), [
      "below",
      "above",
    ]);
    await tokens.first().focus();
    assert.match(await page.locator(".details").innerText(), /tokenTitle 1 2/);
    assert.ok((await texted(".figures")).includes("= −0.1 · 0.5 = −0.05"));
    await page.keyboard.press("ArrowRight");
    await page.locator(".token:focus", { hasText: "·fox" }).waitFor();
    const figures = await texted(".details .figures");
    assert.ok(figures.includes("= 3 / 2 = 1.5"), String(figures));
    assert.ok(figures.includes("= −0.1 · (−1) + 1.5 = 1.6"), String(figures));
    assert.deepEqual(await texted(".tops section:first-child code"), ["·fox", "·else"]);
    assert.match((await texted(".tops .number"))[0], /^50 %$/);
    await tokens.first().hover();
    assert.match(await page.locator(".details").innerText(), /tokenTitle 1 2/);
    await page.locator("h1").hover();
    assert.match(await page.locator(".details").innerText(), /tokenTitle 2 2/);
    assert.match(await page.locator(".verdict").innerText(), /^agrees/);
    await page.locator("select").selectOption("kl");
    await page.getByRole("option", { name: "·fox, kl {0} {1} {2} {3} −1" }).waitFor();
  });

  it("what is not known yet is not judged, and is judged when it comes to be known", async () => {
    const known = rolloutState().constants;
    assert.ok(known);
    await open(rolloutState({ open: episodeExample(), constants: { ...known, scoreDivisor: null } }));
    assert.match(await page.locator(".verdict").innerText(), /^sumUnknown/);
    await panel.change({ type: "constants", constants: known });
    await page.locator(".verdict", { hasText: "agrees" }).waitFor();
  });

  it("a reward that was altered is told", async () => {
    const [first, second] = episodeExample().tokens;
    await open(rolloutState({ open: episodeExample({ tokens: [{ ...first, reward: 0 }, second] }) }));
    assert.match(await page.locator(".verdict").innerText(), /^differs 0.05/);
  });

  it("what models say is text, however it is written", async () => {
    const strange = [hostile, "مرحبا", "👩‍👩‍👧", "\u0000\u202e", "\n", "F0 9F"];
    const tokens = strange.map((text, i) => tokenExample(text, i === 5 ? { kind: "bytes" } : {}));
    const row = rowExample(1, { prompt: hostile, response: `${hostile}\u0007` });
    const shown = episodeExample({ prompt: hostile, response: strange.join(""), tokens });
    await open(rolloutState({ name: "steady </script>", rows: [row] }));
    assert.deepEqual(await texted("button.open"), [hostile]);
    await panel.change({ type: "open", open: shown });
    await page.locator(".token").first().waitFor();
    assert.deepEqual(await texted(".token .text"), [
      hostile.replace(" ", "·").replace(" ", "·"),
      "مرحبا",
      "👩‍👩‍👧",
      "␀[U+202E]",
      "⏎",
      "⟨F0 9F⟩",
    ]);
    assert.equal(await page.locator("img").count(), 0);
    assert.deepEqual(panel.complaints, []);
  });

  it("the same prompt over time: a slider with the words that changed", async () => {
    await open(rolloutState({ open: episodeExample() }));
    await page.locator("summary", { hasText: "history" }).click();
    await panel.until("globalThis.sent.at(-1).action?.type === 'askHistory'");
    const answer = { line: 1, episode: 1, promptId: "p5", score: 1, kl: 0, endReached: true };
    const history = [
      { ...answer, iteration: 0, response: "the dog" },
      { ...answer, iteration: 3, line: 2, response: "the fox" },
      { ...answer, iteration: 4, response: "a fox" },
    ];
    await panel.change({ type: "history", history });
    await page.locator("[role=status]", { hasText: "historyAt 3 1 0" }).waitFor();
    assert.deepEqual([await texted("ins"), await texted("del")], [["fox"], ["dog"]]);
    await page.locator("input[type=range]").focus();
    await page.keyboard.press("ArrowRight");
    await page.locator("[role=status]", { hasText: "historyAt 4 1 0" }).waitFor();
    assert.deepEqual([await texted("ins"), await texted("del")], [["a fox"], ["the dog"]]);
    await page.locator("vscode-button", { hasText: "historyOpen" }).click();
    assert.deepEqual(await lastAction(), { type: "openEpisode", iteration: 4, line: 1 });
  });

  it("keeps the place, the order and the colours, and brings the latter back", async () => {
    await open(rolloutState({ open: episodeExample() }));
    await page.locator("select").selectOption("entropy");
    const kept = await page.evaluate<object>("globalThis.kept");
    assert.deepEqual(kept, {
      ...{ project: "/p", run: "ppo-20260102T030405Z-0001", iteration: 3, line: 2 },
      ...{ order: { key: "score", isDescending: true }, quantity: "entropy" },
    });
    await open(rolloutState({ open: episodeExample() }), { kept });
    assert.equal(await page.locator("select").inputValue(), "entropy");
  });

  it("axe finds nothing in any kind of theme, and nothing is wider than a narrow panel", async () => {
    const history = [0, 3].map((iteration) => ({
      ...{ line: 1, episode: 1, promptId: "p5", score: 1, kl: 0, endReached: true, iteration },
      response: `answer ${iteration}`,
    }));
    const long = tokenExample("x".repeat(200));
    const tokens = [...episodeExample().tokens, tokenExample("\n"), long];
    for (const theme of Object.keys(themeVariables))
      for (const width of [320, 1000]) {
        await open(rolloutState(), { theme, width });
        const listed = await panel.violations();
        assert.deepEqual(listed, [], `${theme}, list`);
        await panel.change({ type: "open", open: episodeExample({ tokens, response: "x".repeat(400) }) });
        await panel.change({ type: "history", history });
        for (const summary of await page.locator("summary").all()) await summary.click();
        await page.locator("table.tokens").waitFor();
        assert.deepEqual(await panel.violations(), [], `${theme}, episode`);
        assert.ok(
          await page.evaluate(`document.documentElement.scrollWidth <= ${width}`),
          `${theme} ${width}`,
        );
      }
    assert.deepEqual(panel.complaints, []);
  });
});
