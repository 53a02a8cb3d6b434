// The ranking page as a screen reader would say it: names, roles, positions and news, out of the browser's accessibility tree.
import assert from "node:assert/strict";
import type { RankingItem, RankingState } from "../../extension/protocol/rankingMessages";
import { panelsOfSuite } from "../support/panelPage";
import { RankingHost } from "../support/rankingHost";
import { spokenFocus, spokenNews, spokenPage } from "../support/spokenPage";

const letters = [..."ABCDEFGHI"];
const itemOf = (id: string): RankingItem => ({
  ...{ id, prompt: `the prompt of ${id}`, about: ["plain prompt"], reason: null, judgement: null },
  responses: letters.map((letter) => ({ id: letter, text: `what ${letter} answers`, source: null })),
});
const flags = ["untrue", "unkind"].map((name) => ({ name, text: `It is ${name}` }));

describe("the ranking page in a screen reader's words", function () {
  this.timeout(60_000);
  const openPanel = panelsOfSuite();
  let host: RankingHost;

  beforeEach(async () => {
    const items = [itemOf("i1"), itemOf("i2")];
    const state: RankingState = {
      ...{ batch: "b", labeler: "l", axes: ["overall"], flags, hasGuidelines: true, index: 0, problem: null },
      items: items.map(({ id }) => ({ id, status: null })),
      ...{ team: { done: 0, items: 2, labelers: 1 }, item: items[0], readOnly: false },
    };
    host = await RankingHost.fill(await openPanel("ranking"), items, state);
  });
  const focus = (): Promise<string> => spokenFocus(host.panel.page);
  const news = async (): Promise<string> => (await spokenNews(host.panel.page)).join("; ");
  /** The sentences of what has a role. */
  const said = async (...roles: readonly string[]): Promise<string[]> =>
    (await spokenPage(host.panel.page))
      .filter(({ role }) => roles.includes(role))
      .map(({ sentence }) => sentence);

  it("the headings are a way through the item, and each answer is a region that says its rank", async () => {
    assert.deepEqual(await said("heading"), [
      "itemOf 1 2, heading",
      "prompt, heading",
      ...letters.map((letter) => `answer ${letter}, heading`),
    ]);
    await host.press("2", "2");
    assert.deepEqual((await said("region")).slice(0, 4), [
      "prompt, region",
      "answer A, rank 2, tiedWith B, region",
      "answer B, rank 2, tiedWith A, region",
      "answer C, unranked, region",
    ]);
  });

  it("the ranking is one list of nine, in the order of the ranks, with places and ties", async () => {
    assert.deepEqual(await said("listbox"), ["rankingBy axisOverall, listbox"]);
    assert.deepEqual(
      await said("option"),
      letters.map((letter, i) => `${letter}, unranked, option${i === 0 ? ", selected" : ""}, ${i + 1} of 9`),
    );
    await host.press("i", "1", "c", "2", "b", "2");
    assert.deepEqual((await said("option")).slice(0, 4), [
      "I, rank 1, option, 1 of 9",
      "B, rank 2, tiedWith C, option, 2 of 9",
      "C, rank 2, tiedWith B, option, 3 of 9",
      "A, unranked, option, 4 of 9",
    ]);
  });

  it("each move is news, with the tie that it makes, and the focus says where one is", async () => {
    assert.equal(await focus(), "answer A, unranked, region");
    await host.press("1");
    assert.equal(await news(), "saidRank A 1");
    assert.equal(await focus(), "answer B, unranked, region");
    await host.press("1");
    assert.equal(await news(), "saidTied B 1 A");
    await host.press("b", "Alt+ArrowDown");
    assert.equal(await news(), "saidRank B 2");
    assert.equal(await focus(), "answer B, rank 2, region");
    await host.press("0");
    assert.equal(await news(), "saidUnranked B");
    await host.press("a", "Alt+ArrowUp");
    assert.equal(await news(), "saidTopRank A");
    await host.press("Enter");
    assert.match(await news(), /^saidMissing B, C, D, E, F, G, H, I/);
  });

  it("in the list the arrows go from answer to answer, and a moved answer keeps the focus", async () => {
    await host.press("1", "2");
    await host.panel.page.locator("[role=option]").first().focus();
    assert.equal(await focus(), "A, rank 1, option, selected, 1 of 9");
    await host.press("ArrowRight");
    assert.equal(await focus(), "B, rank 2, option, selected, 2 of 9");
    await host.press("Alt+ArrowUp");
    assert.equal(await focus(), "B, rank 1, tiedWith A, option, selected, 2 of 9");
    assert.equal(await news(), "saidTied B 1 A");
  });

  it("quality, flags and the note have names that say whose they are", async () => {
    await host.press("b", "%", "m");
    assert.equal(await news(), "saidQuality B 5");
    const radios = (await said("radio")).slice(7, 14);
    assert.deepEqual(
      radios,
      [1, 2, 3, 4, 5, 6, 7].map((value) => `${value}, radio${value === 5 ? ", checked" : ""}, ${value} of 7`),
    );
    assert.ok((await said("group")).includes("qualityOf B, group"));
    assert.deepEqual((await said("DisclosureTriangle")).slice(0, 2), [
      "flags (flagsOf A), DisclosureTriangle, collapsed",
      "flags (flagsOf B), DisclosureTriangle, expanded",
    ]);
    assert.deepEqual(await said("checkbox"), ["It is untrue, checkbox", "It is unkind, checkbox"]);
    await host.press("b");
    assert.equal(await news(), "saidFlagOn B It is unkind");
    assert.deepEqual(await said("checkbox"), ["It is untrue, checkbox", "It is unkind, checkbox, checked"]);
    assert.ok((await said("textbox")).includes("noteOf B, textbox"));
  });

  it("the buttons say their keys, and whether words are compared", async () => {
    const buttons = async (): Promise<(readonly [string, string])[]> =>
      (await spokenPage(host.panel.page))
        .filter(({ role }) => role === "button")
        .map(({ sentence, keys }) => [sentence, keys] as const);
    const before = await buttons();
    assert.deepEqual(before, [
      ["previous, button, unavailable", "Alt+ArrowLeft"],
      ["next, button", "Alt+ArrowRight"],
      ["nextOpen, button", "O"],
      ["guidelines, button", "R"],
      ["keys, button", "?"],
      ["submit, button", "Enter"],
      ["skip, button", "S"],
      ["unrankable, button", "N"],
      ["diff, button, not pressed", "V"],
    ]);
    await host.press("v");
    // The toolkit hands it on to the button inside a moment later.
    await host.panel.until(
      `[...document.querySelectorAll("vscode-button")].some((each) => each.shadowRoot.querySelector("button").ariaPressed === "true")`,
    );
    assert.deepEqual((await buttons()).at(-1), ["diff, button, pressed", "V"]);
    assert.equal(await news(), "saidDiffOn A");
  });

  it("what asks for words is named, and an item that opens is said", async () => {
    await host.press("s");
    assert.equal(await focus(), "skipReason, textbox");
    await host.press("Escape", "Alt+ArrowRight");
    assert.equal(await news(), "saidItem 2 2");
    assert.equal(await focus(), "answer A, unranked, region");
    await host.press("?");
    assert.deepEqual(await said("dialog"), ["keys, dialog"]);
  });

  it("nothing that can be used is without a name", async () => {
    await host.press("m", "s");
    const used = ["button", "textbox", "radio", "checkbox", "option", "listbox", "region", "dialog"];
    const nameless = (await said(...used)).filter((sentence) => used.includes(sentence.split(", ")[0]));
    assert.deepEqual(nameless, []);
  });
});
