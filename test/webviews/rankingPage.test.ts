// The built ranking page in a real browser, by the keyboard alone where a labeler would use it; the test plays the editor.
import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import type { RankingItem, RankingState } from "../../extension/protocol/rankingMessages";
import { webviewProtocolVersion as version } from "../../extension/protocol/webviewProtocol";
import { panelsOfSuite, type PanelOptions } from "../support/panelPage";
import { RankingHost } from "../support/rankingHost";
import { themeVariables } from "../support/themeVariables";

const flags = Array.from({ length: 11 }, (_, i) => ({ name: `flag-${i}`, text: `Flag number ${i}` }));
const itemOf = (id: string, texts: readonly string[], more: Partial<RankingItem> = {}): RankingItem => ({
  ...{ id, prompt: `the prompt of ${id}`, about: ["plain prompt", "brainstorming"], reason: null },
  ...{ responses: texts.map((text, i) => ({ id: `r${i}`, text, source: null })), judgement: null },
  ...more,
});
const seven = ["one", "two", "three", "four", "five", "six", "seven"].map(
  (word) => `a response, the ${word}`,
);

describe("the ranking page in a browser", function () {
  this.timeout(60_000);
  const openPanel = panelsOfSuite();
  let host: RankingHost;

  async function open(
    items: readonly RankingItem[],
    more: Partial<RankingState> = {},
    options: PanelOptions = {},
  ): Promise<void> {
    const state: RankingState = {
      ...{ batch: "b", labeler: "l", axes: ["overall"], flags, hasGuidelines: true, index: 0, problem: null },
      items: items.map(({ id, judgement }) => ({ id, status: judgement?.status ?? null })),
      ...{ team: { done: 3, items: 9, labelers: 2 }, item: items[0] ?? null, readOnly: false },
      ...more,
    };
    host = await RankingHost.fill(await openPanel("ranking", options), items, state);
  }
  const find = (selector: string, options: { readonly hasText?: string } = {}): Locator =>
    host.panel.page.locator(selector, options);
  const said = (): Promise<string | null> => find("[role=status]").textContent();
  const card = (letter: string): Locator => find(`.card:has(h2 .chip:text-is("${letter}"))`);
  const edits = (): unknown[] => host.sentOf("edit").map(({ edit }) => edit);
  /** Waits until the page has sent an edit of a kind. */
  const until = (type: string): Promise<void> =>
    host.panel.until(`globalThis.sent.some(({ action }) => action?.edit?.type === "${type}")`);
  const focusedLabel = (): Promise<string> =>
    host.panel.page.evaluate("document.activeElement.getAttribute('aria-label')");

  it("seven responses are ranked, rated and flagged by keys alone, and the next item opens", async () => {
    await open([itemOf("i1", seven), itemOf("i2", seven.slice(0, 4))]);
    await host.press("3", "1", "2", "2", "5", "6", "7");
    await host.press("b", "%", "m", "c", "k", "Escape", "Enter");
    assert.deepEqual(host.judgements.get("i1"), {
      status: "submitted",
      tiers: { overall: [["r1"], ["r2", "r3"], ["r0"], ["r4"], ["r5"], ["r6"]] },
      ratings: { r1: { likert: 5, flags: ["flag-2", "flag-10"] } },
    });
    await find("h1", { hasText: "itemOf 2 2" }).waitFor();
    assert.equal(await find(".card").count(), 4);
    assert.match(await focusedLabel(), /^answer A/);
    const numbers = host.sentOf("edit").map(({ number }) => number);
    assert.deepEqual(
      numbers,
      numbers.map((_, i) => i + 1),
    );
    assert.ok(host.sentOf("edit").every(({ activeMs }) => activeMs >= 0 && activeMs < 60_000));
    assert.deepEqual(host.panel.complaints, []);
  });

  it("ranks are options of a list with names, and what happens is said", async () => {
    await open([itemOf("i1", seven.slice(0, 3))]);
    await host.press("2", "1", "a", "=");
    assert.equal(await said(), "saidTied A 1 B");
    const names = await find("[role=listbox] [role=option]").evaluateAll((options) =>
      options.map((option) => [option.getAttribute("aria-label"), option.getAttribute("aria-posinset")]),
    );
    assert.deepEqual(names, [
      ["A, rank 1, tiedWith B", "1"],
      ["B, rank 1, tiedWith A", "2"],
      ["C, unranked", "3"],
    ]);
    assert.equal(await find("[role=option][tabindex='0']").textContent(), "A");
    await find("[role=option]").first().focus();
    await host.press("ArrowRight");
    assert.equal(await find("[role=option]:focus").textContent(), "B");
    assert.equal(await find(".card.focused h2 .chip").textContent(), "B");
    await host.press("Alt+ArrowDown");
    assert.equal(await find("[role=option]:focus").textContent(), "B", "the focus goes along");
    assert.equal(await said(), "saidRank B 2");
  });

  it("the focused answer is whole in view from the start, and so are flags that a key opens", async () => {
    const long = "many words of one answer, ".repeat(200);
    const judgement = { status: "draft", tiers: { overall: [["r0"], ["r1"], ["r2"]] } } as const;
    const items = [itemOf("i1", [long, long, long, long], { judgement })];
    await open(items, {}, { width: 1000, height: 900 });
    await card("D").and(find(":focus")).waitFor();
    const places = (selector: string): Promise<readonly [number, number, number, number]> =>
      host.panel.page.evaluate(`(() => {
        const part = document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect();
        const [top, foot] = [".top", ".foot"].map((each) => document.querySelector(each).getBoundingClientRect());
        return [top.bottom, part.top, part.bottom, foot.top].map(Math.round);
      })()`);
    const isInView = ([top, from, to, bottom]: readonly number[]): boolean => top <= from && to <= bottom;
    // Once more when the page has come to rest: what is laid out late would move it away.
    await host.panel.page.evaluate(
      "new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))",
    );
    const whole = await places(".card.focused");
    assert.ok(isInView(whole), String(whole));
    await host.press("m");
    const list = await places(".flags[open]");
    assert.ok(isInView(list), String(list));
  });

  it("a submission names what has no rank, and asks about the order shown", async () => {
    await open([itemOf("i1", seven.slice(0, 3)), itemOf("i2", seven)]);
    await host.press("1", "Enter");
    assert.match((await said()) ?? "", /^saidMissing B, C/);
    await host.press("2", "3", "Enter");
    assert.match((await said()) ?? "", /^saidShownOrder/);
    assert.equal(host.sentOf("open").length, 0);
    await host.press("Enter");
    assert.deepEqual([edits().at(-1), host.sentOf("open").length], [{ type: "submit" }, 1]);
  });

  it("skips with a reason: letters are text there, Esc leaves, Enter confirms", async () => {
    await open([itemOf("i1", seven), itemOf("i2", seven)]);
    await host.press("s");
    await host.panel.page.keyboard.type("none of a, b: 12");
    await host.press("Escape");
    await find(".card:focus").waitFor();
    assert.equal(await find(".skipping").isVisible(), false);
    await host.press("s");
    await host.panel.page.keyboard.type("not clear 1?");
    await host.press("Enter");
    assert.deepEqual(edits(), [{ type: "skip", reason: "not clear 1?" }]);
    assert.deepEqual(
      host.sentOf("open").map(({ index }) => index),
      [1],
    );
  });

  it("a note takes letters as letters, is sent a moment later, and Esc goes back to the card", async () => {
    await open([itemOf("i1", seven)]);
    await host.press("b", "t");
    await host.answer();
    assert.equal(host.sentOf("focus").at(-1)?.focused, false);
    await host.press("n", "s", "1", "Enter", "?", "Shift+A");
    assert.equal(await find("textarea:focus").inputValue(), "ns1\n?A");
    await until("note");
    await host.answer();
    assert.deepEqual(edits(), [{ type: "note", response: "r1", text: "ns1\n?A" }]);
    await host.press("x", "Escape");
    await host.answer();
    assert.match(await focusedLabel(), /^answer B/);
    assert.deepEqual(edits().at(-1), { type: "note", response: "r1", text: "ns1\n?Ax" });
    assert.equal(host.sentOf("focus").at(-1)?.focused, true);
    await host.panel.page.keyboard.press("Control+z");
    assert.deepEqual(await host.panel.page.evaluate("globalThis.forwarded.at(-1).control"), true);
  });

  it("what the host undoes is undone, in a note too", async () => {
    await open([itemOf("i1", seven)]);
    await host.press("2", "a", "t", "x");
    await until("note");
    await host.answer();
    await host.panel.change({ type: "judgement", id: "i1", judgement: null, upTo: 2 });
    await host.answer();
    assert.equal(await card("A").locator("textarea").inputValue(), "");
    assert.equal(await find(".lane:not(.none) .chip").count(), 0);
  });

  it("Enter and Space on controls are theirs alone", async () => {
    await open([itemOf("i1", seven.slice(0, 2))]);
    await card("A").locator("summary").focus();
    await host.press("Enter");
    assert.equal(await card("A").locator("details").getAttribute("open"), "");
    await card("A").locator("input[type=checkbox]").nth(1).focus();
    await host.press("Space", "Enter");
    await card("B").locator("input[type=radio]").first().focus();
    await host.press("Space", "ArrowRight", "4");
    assert.deepEqual(edits(), [
      { type: "flag", response: "r0", flag: "flag-1", on: true },
      ...[1, 2, 4].map((likert) => ({ type: "rate", response: "r1", likert })),
    ]);
    assert.equal(await card("B").locator("input:checked").getAttribute("value"), "4");
    await host.press("Space");
    assert.equal(await card("B").locator("input:checked").count(), 0, "the same again takes it back");
    assert.equal(await said(), "saidNoQuality B");
  });

  it("the list of keys keeps the focus, and Esc closes it", async () => {
    await open([itemOf("i1", seven)]);
    await host.press("c", "?");
    await find("dialog[open]").waitFor();
    for (let i = 0; i < 3; i++) {
      await host.press("Tab");
      assert.ok(await host.panel.page.evaluate("document.activeElement.closest('dialog') !== null"));
    }
    assert.deepEqual(await host.panel.violations(), []);
    await host.press("1");
    assert.deepEqual(edits(), []);
    await host.press("Escape");
    assert.equal(await find("dialog[open]").count(), 0);
    assert.match(await focusedLabel(), /^answer C/);
  });

  it("what models say is text: markup, scripts, control characters, emoji, right to left", async () => {
    const texts = [
      `</script><img src=x onerror="document.title=1"><b>bold</b>`,
      "bell \u0007, escape \u001b[31m, turned \u202eround",
      "👩‍👩‍👧‍👦 한국어 e\u0301",
      "مرحبا بالعالم (1969)",
    ];
    await open([itemOf("i1", texts, { prompt: "<i>prompt</i> \u0000" })]);
    assert.equal(await card("A").locator(".text").textContent(), texts[0]);
    assert.equal(
      await card("B").locator(".text").textContent(),
      "bell ␇, escape ␛[31m, turned [U+202E]round",
    );
    assert.equal(await card("B").getByText("control").isVisible(), true);
    assert.equal(await card("C").locator(".text").textContent(), texts[2]);
    assert.equal(await card("C").getByText("control").isVisible(), false);
    assert.equal(await find(".prompt .text").textContent(), "<i>prompt</i> ␀");
    assert.equal(await find("img, b, i").count(), 0);
    const direction = "getComputedStyle(document.querySelector('.card:nth-child(4) .text')).direction";
    assert.equal(await host.panel.page.evaluate(direction), "rtl");
    assert.deepEqual(host.panel.complaints, []);
  });

  it("long responses fold, open by key, and never hang the comparison", async () => {
    const long = (word: string): string => Array.from({ length: 12_000 }, (_, i) => `${word}${i}`).join(" ");
    await open([itemOf("i1", [long("alpha"), long("beta"), `${long("alpha")} end`, long("alpha"), "short"])]);
    const more = card("A").locator(".more");
    await more.waitFor();
    assert.equal(await card("E").locator(".more").isVisible(), false);
    const height = async (): Promise<number> => (await card("A").locator(".text").boundingBox())?.height ?? 0;
    const folded = await height();
    await host.press("z");
    assert.ok((await height()) > 10 * folded);
    assert.equal(await card("A").locator(".text").textContent(), long("alpha"));
    assert.equal(await more.locator("button").getAttribute("aria-expanded"), "true");
    await host.press("z", "v", "c", "z", "a");
    await card("C").locator("ins").waitFor();
    assert.equal((await card("C").locator("ins").textContent())?.trim(), "end");
    assert.equal(await card("C").locator("del").count(), 0);
    await card("B").getByText("diffTooLong A").waitFor();
    await card("D").getByText("same A").waitFor();
    await host.press("v");
    assert.equal(await find("ins, del").count(), 0);
  });

  it("marks words against the response that has the focus, and follows it", async () => {
    await open([itemOf("i1", ["the big ship", "the red ship", "the big ship"])]);
    await host.press("v");
    await card("B").locator("ins", { hasText: "red" }).waitFor();
    await card("B").locator("del", { hasText: "big" }).waitFor();
    await host.press("b");
    await card("A").locator("ins", { hasText: "big" }).waitFor();
    assert.equal(await card("B").locator("ins, del").count(), 0);
    assert.deepEqual(await host.panel.violations(), []);
  });

  it("cards and letters are dragged to ranks, and out of the ranking", async () => {
    await open([itemOf("i1", seven.slice(0, 3))], {}, { width: 1000 });
    await card("C").locator("header").dragTo(find(".lane").nth(0));
    await find(".lane .chip", { hasText: "A" }).dragTo(find(".lane").nth(1));
    await find(".lane .chip", { hasText: "C" }).dragTo(find(".lane.none"));
    await host.answer();
    assert.deepEqual(host.judgements.get("i1")?.tiers, { overall: [[], ["r0"]] });
  });

  it("two rankings are kept apart, and a key changes between them", async () => {
    await open([itemOf("i1", seven.slice(0, 2))], { axes: ["instruction", "preference"] });
    assert.equal(await find("[role=listbox]").count(), 2);
    await host.press("2", "1", "x", "a", "1", "b", "1", "Enter");
    assert.deepEqual(host.judgements.get("i1")?.tiers, {
      ...{ instruction: [["r1"], ["r0"]], preference: [["r0", "r1"]] },
    });
    assert.match(
      (await card("A").getAttribute("aria-label")) ?? "",
      /axisInstruction rank 2.*axisPreference rank 1, tiedWith B/,
    );
  });

  it("a submitted item shows its sources and changes only when it is taken up again", async () => {
    await open([itemOf("i1", seven.slice(0, 2)), itemOf("i2", seven.slice(0, 2))]);
    assert.equal(await find(".source:not(:empty)").count(), 0);
    await host.press("2", "1", "Enter", "Alt+ArrowLeft");
    await find(".badge.submitted", { hasText: "statusSubmitted" }).waitFor();
    assert.deepEqual(await find(".source").allTextContents(), ["source model r0", "source model r1"]);
    await host.press("a", "1");
    assert.match((await said()) ?? "", /^saidFinished/);
    assert.equal(await card("A").locator("input[type=radio]").first().isDisabled(), true);
    await find("vscode-button", { hasText: "reopen" }).click();
    await host.answer();
    assert.match(await focusedLabel(), /^answer A/);
    await host.press("1");
    assert.deepEqual(host.judgements.get("i1"), { status: "draft", tiers: { overall: [["r1", "r0"]] } });
  });

  it("a file that cannot be written is shown and says why it cannot be changed", async () => {
    await open([itemOf("i1", seven)], { readOnly: true });
    await find(".notice", { hasText: "readOnly" }).waitFor();
    await host.press("1", "m", "s", "Enter");
    assert.deepEqual(edits(), []);
    for (const control of await find(".judging input").all()) assert.equal(await control.isDisabled(), true);
    assert.equal(await find("[draggable=true]").count(), 0);
    assert.deepEqual(await host.panel.violations(), []);
  });

  it("a file that cannot be read shows the problem and the way to its text, and nothing else", async () => {
    await open([], { problem: { message: "labels/b.l.ranking.json is <b>wrong</b>", line: 12 } });
    await find(".problem", { hasText: "problemLine 12" }).waitFor();
    assert.match((await find(".problem").textContent()) ?? "", /is <b>wrong<\/b>$/);
    assert.equal(await find(".card, .foot").count(), 0);
    await find("vscode-button").click();
    await host.answer();
    assert.deepEqual(host.sentOf("openText"), [{ type: "openText", line: 12 }]);
  });

  it("refuses another version with a sentence, and lives on after messages that are none", async () => {
    await open([itemOf("i1", seven)]);
    for (const message of [null, 3, { type: "delta" }, { type: "delta", delta: { type: "judgement" } }])
      await host.panel.say(message);
    await host.press("1");
    assert.equal(edits().length, 1);
    await host.panel.say({ type: "hydrate", version: version + 1, texts: {}, state: {} });
    await host.panel.page.getByText("close the panel and open it again.").waitFor();
  });

  for (const theme of Object.keys(themeVariables))
    it(`${theme}: nothing for axe to find, wide or narrow, and nothing wider than the page`, async () => {
      const long = Array.from(
        { length: 9 },
        (_, i) => `${"x".repeat(300)} response ${i} ${"text ".repeat(200)}`,
      );
      for (const width of [1200, 320]) {
        await open(
          [itemOf("i1", long, { prompt: "p".repeat(900) })],
          { axes: ["instruction", "preference"] },
          { theme, width },
        );
        await host.press("1", "2", "=", "m", "c", "Enter");
        assert.deepEqual(await host.panel.violations(), []);
        await host.command("fold");
        assert.equal(await host.panel.page.evaluate("document.documentElement.scrollWidth"), width);
        const isWide =
          "[...document.querySelectorAll('.text')].some((text) => text.scrollWidth > text.clientWidth)";
        assert.equal(await host.panel.page.evaluate(isWide), false);
        const boxes = await Promise.all(
          (await find(".card").all()).slice(0, 2).map((each) => each.boundingBox()),
        );
        assert.equal(boxes[0]?.y === boxes[1]?.y, width === 1200, "two columns where there is room");
      }
    });
});
