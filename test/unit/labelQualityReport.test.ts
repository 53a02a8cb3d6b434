import assert from "node:assert/strict";
import type { GoldItem } from "../../extension/data/goldItems";
import { labelQuality } from "../../extension/data/labelQuality";
import { labelQualityMarkdown } from "../../extension/data/labelQualityReport";
import { inEnglish } from "../../extension/protocol/fieldValue";
import { batchOf, labelItem, rankingOf, submitted } from "../support/labelBatches";

const abc = ["a", "b", "c"];

describe("report on label quality", () => {
  it("says what was measured, beside the paper's figures", () => {
    const items = ["1", "2"].map((id) => labelItem(id, abc));
    const batch = batchOf(items, {
      jin: { "1": "a > b > c", "2": "a = b > c" },
      mina: { "1": "a > c > b", "2": "a > b > c" },
      "simulated-training-1": { "1": "c > a > b" },
    });
    const markdown = labelQualityMarkdown(labelQuality([batch], { heldOut: new Set(["mina"]) }), inEnglish);
    // jin and mina: 2 of 3 pairs, 2 of 2; simulated with jin 1 of 3, with mina 2 of 3. Together 7 of 11, with ties 7 of 12.
    assert.match(markdown, /\| all labelers \| 63&#46;6 % \|.*\| 11 \| 2 \| 58&#46;3 % \|/);
    assert.match(markdown, /\| held&#45;out labelers \| – \| – \| 0 \| 0 \| – \| – \|/);
    assert.match(markdown, /\| paper&#58; training labelers \| 72&#46;6 % \| ± 1&#46;5 % \|/);
    assert.match(markdown, /\| simulated&#45;training&#45;1 \| training, simulated \| 1 \| 0 \|/);
    assert.match(markdown, /\| mina \| held out \| 2 \|/);
    assert.match(markdown, /Nothing stands out/);
    assert.doesNotMatch(markdown, /undefined|NaN|null|\{\d\}/);
  });

  it("says that nothing can be measured where no two labelers meet", () => {
    const batch = batchOf([labelItem("1", abc)], { jin: { "1": "a > b > c" } });
    const markdown = labelQualityMarkdown(labelQuality([batch]), inEnglish);
    assert.match(markdown, /No two labelers have ordered the same two responses yet/);
    assert.doesNotMatch(markdown, /undefined|NaN|null|contested/);
    assert.match(labelQualityMarkdown(labelQuality([]), inEnglish), /^# Quality of the labels\n/);
  });

  it("shows prompts, ids, axes, flags and groups as text, whatever they hold", () => {
    const hostile = "| [x](command:evil) <img src=x onerror=y>\n# `{0}` **b** https://evil.example";
    const [item, again] = [labelItem(hostile, abc, hostile), labelItem("again", abc, hostile)];
    const builtIn = ["constructor", "__proto__"].map((id) => labelItem(id, abc));
    const ratings = { r1: { likert: 3, flags: [hostile] }, r2: { likert: 2, flags: [] } };
    const judge = (order: string) => ({
      [hostile]: submitted(item, order, { ratings }, hostile),
      again: submitted(again, order, { ratings, activeMs: 1000 }),
    });
    const gold: GoldItem = {
      id: hostile,
      prompt: hostile,
      responses: abc.map((text) => ({ text })),
      tiers: [[0], [1], [2]],
      flags: [[hostile], [], []],
    };
    const rankings = [rankingOf("jin", judge("a > b > c")), rankingOf("mina", judge("c > b > a"))];
    const file = { formatVersion: 1, labeler: "jin", selfAssessment: { [hostile]: 5 } };
    const quality = labelQuality([{ batch: hostile, items: [item, again, ...builtIn], rankings }], {
      gold: [gold],
      screeningFiles: [file],
    });
    const linked = labelQualityMarkdown(quality, inEnglish, ({ itemId }) => `vscode://x/item?item=${itemId}`);
    const links = [...linked.matchAll(/\[([^\]]*)\]\(([^)]*)\)/g)];
    assert.deepEqual(
      links.map(([, , address]) => decodeURI(address)).sort(),
      ["vscode://x/item?item=again", `vscode://x/item?item=${hostile}`].sort(),
    );
    const markdown = labelQualityMarkdown(quality, inEnglish);
    assert.equal(
      linked.replace(/\[([^\]]*)\]\(([^)]*)\)/g, (_, shown: string) => shown),
      markdown,
    );
    assert.doesNotMatch(markdown, /[`<>[\]]|\*\*|command:|https:|\/\/|\{0\}/);
    const lines = markdown.split("\n").filter((line) => line.trim() !== "");
    assert.ok(
      lines.every((line) => /^(#{1,2} |\| |- )/.test(line)),
      markdown,
    );
    // Every row of a table has the cells of its head.
    const cells = lines.filter((line) => line.startsWith("|")).map((line) => line.split("|").length);
    assert.ok(
      cells.every((count) => [6, 7, 8, 9].includes(count)),
      cells.join(),
    );
    assert.ok(quality.axes.some(({ axis }) => axis === hostile) && quality.flags[0].flag === hostile);
  });
});
