// From the palette to the numbers of one token, on a PPO run that a trainer has recorded.
import assert from "node:assert/strict";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readEpisodes } from "../../../extension/runs/runFolder";
import { labelFiles } from "../../../extension/runs/labelFiles";
import { rolloutFile } from "../../../extension/runs/runPaths";
import { numberText } from "../../../webviews/rollouts/numbers";
import { themesToSee, withWindow } from "../support/editorWindow";
import { rlhf } from "../support/longProject";
import { runsOf } from "../support/runsOfProject";
import { endSession, session } from "../support/session";
import { makeTiny } from "../support/tinyProject";
import { until } from "../support/until";

after(endSession);

/** A project with a PPO run of four iterations; with so few prompts each comes again. */
async function recorded(): Promise<string> {
  const folder = await (await session()).project("rollouts");
  const settings = { "ppo.rewards": ["judge", "length:0.1"], "ppo.iterations": 4, "ppo.loggedEpisodes": 8 };
  makeTiny(folder, { demonstrations: 50, settings: { ...settings, "ppo.ptxCoef": 0 } });
  const prompts = join(folder, "data/prompts.jsonl");
  writeFileSync(prompts, `${readFileSync(prompts, "utf8").split("\n").slice(0, 20).join("\n")}\n`);
  await rlhf(folder, "pretrain");
  await rlhf(folder, "ppo", "--model", runsOf(folder)[0].manifest.id);
  return folder;
}

describe("the rollouts of a run", function () {
  this.timeout(180_000);

  it("are listed, opened to a token's numbers, kept over a reload, and sent to be ranked", async () => {
    const folder = await recorded();
    const [ppo] = runsOf(folder);
    const best = [...readEpisodes(ppo.paths, 4).values].sort((a, b) => b.score - a.score)[0];
    await withWindow({ folder }, async (window) => {
      await window.openContainer("RLHF");
      await window.runCommand("RLHF: Show Rollouts");
      await window.page
        .getByPlaceholder("Rollouts of which run?")
        .or(window.page.getByText("Rollouts of which run?"))
        .first()
        .waitFor();
      await window.page.keyboard.press("Enter");
      const page = window.webview();
      await page.getByRole("heading", { name: "Iteration 4" }).waitFor();
      assert.equal(await page.locator("button.open").count(), 8);
      await window.screenshot("rollouts-list");
      await page.locator("button.open").first().press("Enter");
      await page.getByRole("heading", { name: `Iteration 4, episode ${best.episode}` }).waitFor();
      const tokens = page.locator(".token");
      assert.equal(await tokens.count(), best.responseTokens.length);
      await tokens.first().focus();
      await window.page.keyboard.press("End");
      const last = best.rewards.length - 1;
      const reward = page.locator(".numbers div", { hasText: /^Reward/ }).locator("dd");
      assert.equal(await reward.innerText(), numberText(best.rewards[last]));
      await page.getByText("✓ Both agree to 1e-5.").waitFor();
      await page.getByText("All tokens as a table").click();
      await page.locator("table.tokens").waitFor();
      await page.getByText("The same prompt over time").click();
      await page.getByRole("button", { name: "Open This Episode" }).waitFor();
      for (const theme of themesToSee) {
        await window.changeTheme(theme);
        assert.deepEqual(await window.accessibilityProblems(), [], theme);
        await page.locator(".strip").scrollIntoViewIfNeeded();
        await page.locator("h1").scrollIntoViewIfNeeded();
        await window.screenshot(`rollouts-${theme}`);
        await page.getByText("Sum over the response").scrollIntoViewIfNeeded();
        await window.screenshot(`rollouts-terms-${theme}`);
      }

      // The run goes on: another iteration is offered, and the place stays.
      copyFileSync(rolloutFile(ppo.paths, 4), rolloutFile(ppo.paths, 5));
      await page.getByRole("status").getByText("Iteration 5 is there.").waitFor({ state: "attached" });
      await page.getByRole("heading", { name: `Iteration 4, episode ${best.episode}` }).waitFor();
      // The editor writes down what pages keep every five seconds.
      await window.page.waitForTimeout(6000);
      await window.page.reload();
      await page.getByRole("heading", { name: `Iteration 4, episode ${best.episode}` }).waitFor();
      await page.getByRole("button", { name: "Send to Labels" }).click();
      const ranking = page.getByRole("heading", { level: 1 });
      await until(() => labelFiles(folder).length === 1, "a batch");
      await window.sayName(ranking);
      const [batch] = labelFiles(folder);
      const [item] = readFileSync(join(folder, "labels", `${batch.batch}.items.jsonl`), "utf8").split("\n");
      const { prompt, promptId, responses } = JSON.parse(item) as Record<string, unknown>;
      assert.deepEqual([prompt, promptId], [best.prompt, best.promptId]);
      assert.ok(Array.isArray(responses) && responses.length >= 4);
    });
  });
});
