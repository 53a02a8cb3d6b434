// The reward inspector in a real window: figures, a worst pair to its item, a corrected label, a probe that is typed, a reload.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  makeRankingBatch,
  newRankingFile,
  rankingFileText,
  rankingsToComparisons,
} from "../../../extension/data/labels";
import { toJsonLines, type Comparison } from "../../../extension/data/records";
import type { LabelItem, RankingFile } from "../../../extension/protocol/rankingFormat";
import { rewardModelRun } from "../../support/rewardModelRun";
import { themesToSee, withWindow } from "../support/editorWindow";
import { endSession, session } from "../support/session";
import { until } from "../support/until";

after(endSession);

const answers = ["the cat sat .", "</script><b>the</b> dog", "on the log", "the mat the mat the mat"];

/** Eight items that kim has ranked, the first four from the first answer down and the others the other way round. */
function writeLabels(folder: string) {
  const prompts = Array.from({ length: 8 }, (_, i) => `what of the cat number ${i} ?`);
  const items = makeRankingBatch(
    "round",
    prompts.map((text, i) => ({
      prompt: { id: `p${i}`, text, kind: "plain", useCase: "open QA" },
      responses: answers.map((answer) => ({ text: answer })),
    })),
    "2026-01-02T03:04:05.000Z",
  );
  mkdirSync(join(folder, "labels"), { recursive: true });
  writeFileSync(join(folder, "labels/round.items.jsonl"), toJsonLines(items));
  return { items, comparisons: rank(folder, items, (i) => i < 4) };
}

/** Writes kim's rankings, and gives them as a reward model reads them. */
function rank(
  folder: string,
  items: readonly LabelItem[],
  isDown: (item: number) => boolean,
): readonly Comparison[] {
  const ids = answers.map((_, i) => [`r${i + 1}`]);
  const judgements = Object.fromEntries(
    items.map(({ id }, i) => {
      const overall = isDown(i) ? ids : [...ids].reverse();
      return [id, { status: "submitted" as const, tiers: { overall } }];
    }),
  );
  const file: RankingFile = { ...newRankingFile("round", "kim"), judgements };
  writeFileSync(join(folder, "labels/round.kim.ranking.json"), rankingFileText(file));
  return rankingsToComparisons(items, file, "overall");
}

describe("the reward inspector", function () {
  this.timeout(180_000);

  it("goes from a number to the label behind it and back, follows what is typed, and outlives a reload", async () => {
    const folder = await (await session()).project("rewards");
    const { items, comparisons } = writeLabels(folder);
    const { manifest, paths } = rewardModelRun(folder, {
      ...{ comparisons: comparisons.slice(0, 5), validation: comparisons.slice(5) },
      demonstrations: [{ id: "d", prompt: "the cat ?", response: "the mat ." }],
    });
    await withWindow({ folder }, async (window) => {
      const page = window.webview();
      await window.openContainer("RLHF");
      await window.runCommand("RLHF: Inspect Rewards");
      await window.answer(manifest.id);
      await page.getByRole("rowheader", { name: "validation labels" }).waitFor();
      assert.ok(existsSync(paths.inspection));
      assert.equal(await page.locator("b").count(), 0, "markup of an answer");
      const kept = readFileSync(paths.inspection, "utf8");

      await page.getByRole("textbox", { name: "Prompt" }).fill("the cat ?");
      await page.getByRole("textbox", { name: "Answer" }).fill("the mat .");
      // The only demonstration, which the head was not centred on: an untrained model gives it a score that is no 0.
      await page.locator(".probe .score", { hasText: /^Score −?[\d.]+$/ }).waitFor();
      await page.getByRole("rowheader", { name: "said twice" }).waitFor();
      await page.getByRole("button", { name: "Keep as Probe" }).click();
      await until(
        () => /the mat \./.test(readFileSync(join(folder, "labels/probes.json"), "utf8")),
        "the probe",
      );

      for (const theme of themesToSee) {
        await window.changeTheme(theme);
        await window.screenshot(`rewards-${theme}`);
        assert.deepEqual(await window.accessibilityProblems(), [], theme);
      }

      const worst = page.locator(".worst li").first();
      const prompt = (await worst.locator(".prompt").innerText()).trim();
      await worst.getByRole("button", { name: /^Open Item/ }).click();
      await page.getByRole("listbox").first().waitFor();
      await page.getByText(prompt).first().waitFor();
      await window.runCommand("View: Close Editor");

      // The labeler thinks better of all of them.
      rank(folder, items, (i) => i >= 4);
      await page.getByText("Labels that have changed since this model read them: 8.").waitFor();
      await page.locator(".worst li .changed", { hasText: manifest.id }).first().waitFor();
      await page
        .getByRole("button", { name: /^Who Read It/ })
        .first()
        .click();
      await page.locator(".use", { hasText: "as it was before" }).waitFor();

      // The editor keeps what is open a moment later.
      await window.page.waitForTimeout(1500);
      await window.page.reload();
      await page.getByRole("rowheader", { name: "validation labels" }).waitFor();
      assert.equal(await page.getByRole("textbox", { name: "Answer" }).inputValue(), "the mat .");
      // The probe is new since the file was written, so it has been made again, with the same scores.
      await until(() => readFileSync(paths.inspection, "utf8") !== kept, "the new inspection");
      await window.screenshot("rewards-reloaded");
    });
  });
});
