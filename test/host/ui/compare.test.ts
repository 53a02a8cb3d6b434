// Runs side by side in a real window: two seeds of PPO with what they come from, answers, another run, a live one, a reload.
import assert from "node:assert/strict";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readEpisodes } from "../../../extension/runs/runFolder";
import { metricsText } from "../../support/manyRuns";
import { themesToSee, withWindow } from "../support/editorWindow";
import { rlhf } from "../support/longProject";
import { runsOf } from "../support/runsOfProject";
import { endSession, session } from "../support/session";
import { makeTiny } from "../support/tinyProject";

after(endSession);

/** A base model, two PPO runs of it that differ in their seed alone, and an evaluation of each. */
async function trained(): Promise<string> {
  const folder = await (await session()).project("compare");
  const settings = {
    "ppo.rewards": ["judge"],
    "ppo.iterations": 6,
    "ppo.loggedEpisodes": 8,
    "ppo.ptxCoef": 0,
  };
  makeTiny(folder, { demonstrations: 50, settings });
  const prompts = join(folder, "data/prompts.jsonl");
  writeFileSync(prompts, `${readFileSync(prompts, "utf8").split("\n").slice(0, 20).join("\n")}\n`);
  await rlhf(folder, "pretrain");
  const base = runsOf(folder)[0].manifest.id;
  await rlhf(folder, "ppo", "--model", base, "--seed", "1");
  await rlhf(folder, "ppo", "--model", base, "--seed", "2");
  for (const { manifest } of runsOf(folder))
    if (manifest.stage === "ppo") await rlhf(folder, "evaluate", "--model", manifest.id, "--seed", "1");
  return folder;
}

describe("the comparison of runs", function () {
  this.timeout(300_000);

  it("shows what differs, follows a run, takes another one in, and comes back after a reload", async () => {
    const folder = await trained();
    const runs = runsOf(folder);
    const [second, first] = runs.filter(({ manifest }) => manifest.stage === "ppo");
    const pretrained = runs.find(({ manifest }) => manifest.stage === "pretrain");
    assert.ok(pretrained);
    await withWindow({ folder }, async (window) => {
      await window.openContainer("RLHF");
      await window.runCommand("RLHF: Compare Runs");
      const rows = window.page.locator(".quick-input-list .monaco-list-row");
      await rows.filter({ hasText: first.manifest.id }).click();
      await rows.filter({ hasText: second.manifest.id }).click();
      await window.page.getByRole("button", { name: "OK" }).click();
      const page = window.webview();
      await page.getByRole("heading", { name: "2 runs compared" }).waitFor();

      // Only the seed differs, so that the two are a group.
      await page.getByText("All settings are the same.").waitFor();
      await page.getByRole("rowheader", { name: "seed", exact: true }).waitFor();
      await page.getByRole("heading", { name: "Runs that differ in their seed alone" }).waitFor();
      await page.getByRole("radio", { name: `Compare with ${first.manifest.id}` }).check();
      await page.getByRole("columnheader", { name: `${first.manifest.id} ◆ baseline` }).waitFor();

      // Both evaluations have asked the same prompts.
      const evaluation = runs.filter(({ manifest }) => manifest.stage === "evaluate").at(-1);
      assert.ok(evaluation);
      const [asked] = readEpisodes(evaluation.paths, 0).values;
      await page.locator(".shown .prompt", { hasText: asked.prompt.trim().split("\n")[0] }).waitFor();
      await page.getByText(`evaluation ${evaluation.manifest.id}`).waitFor();
      await page.locator(".shown").focus();
      await window.page.keyboard.press("ArrowRight");
      await page.getByRole("status").getByText("Prompt 2 of").waitFor();

      for (const theme of themesToSee) {
        await window.changeTheme(theme);
        await page.locator("h1").scrollIntoViewIfNeeded();
        await window.screenshot(`compare-${theme}`);
        await page.locator(".lineage").scrollIntoViewIfNeeded();
        await window.screenshot(`compare-lineage-${theme}`);
        assert.deepEqual(await window.accessibilityProblems(), [], theme);
      }

      // The run goes on.
      appendFileSync(second.paths.metrics, `${metricsText("ppo", 7, 2.71828)}\n`);
      await page.getByRole("combobox", { name: "Figure" }).selectOption("last");
      await page.getByText("2.718").first().waitFor();

      // A run of another stage comes in.
      await page.getByRole("combobox", { name: "Run to add" }).selectOption(pretrained.manifest.id);
      await page.getByRole("button", { name: "Add", exact: true }).click();
      await page.getByRole("heading", { name: "3 runs compared" }).waitFor();
      await page.getByText("They come from different models").waitFor();
      await window.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      await page.getByRole("button", { name: "Copy as Markdown" }).click();
      await window.page.getByText("The comparison is on the clipboard.").waitFor();
      const copied = await window.page.evaluate<string>("navigator.clipboard.readText()");
      for (const part of [
        /^# 3 runs compared$/m,
        /^\| objective&#47;score \|/m,
        /2&#46;718/,
        /^## Lineage$/m,
      ])
        assert.match(copied, part);

      // The editor in a browser writes what pages keep every five seconds.
      await window.page.waitForTimeout(6000);
      await window.page.reload();
      await page.getByRole("heading", { name: "3 runs compared" }).waitFor();
      await page.getByRole("columnheader", { name: `${first.manifest.id} ◆ baseline` }).waitFor();
      assert.equal(await page.getByRole("combobox", { name: "Figure" }).inputValue(), "last");
      await page.getByRole("status").getByText("Prompt 2 of").waitFor();
      await page.getByRole("button", { name: `Remove: Take ${pretrained.manifest.id} out` }).click();
      await page.getByRole("heading", { name: "2 runs compared" }).waitFor();

      // A node of the lineage opens the run's metrics.
      await page.locator(".lineage .compared.run").first().focus();
      await window.page.keyboard.press("Enter");
      await window.page.getByRole("tab", { name: /^Metrics: / }).waitFor();
    });
  });
});
