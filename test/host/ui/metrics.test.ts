// The metrics panel in a real window: a value goes from the run's file to the tooltip, and the panel comes back after a reload.
import assert from "node:assert/strict";
import { appendFileSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { readMarks } from "../../../extension/runs/runFolder";
import { metricsText, writeManyRuns, writeRun } from "../../support/manyRuns";
import { themesToSee, withWindow } from "../support/editorWindow";
import { endSession, session } from "../support/session";
import { until } from "../support/until";

after(endSession);

describe("the metrics panel", function () {
  this.timeout(120_000);

  it("follows a run from its file to the tooltip, with the checked runs beside it, and comes back after a reload", async () => {
    const folder = (await session()).folder("metrics");
    writeManyRuns(folder, 4);
    const values = Array.from({ length: 40 }, (_, i) => Math.sqrt(i) / 3);
    const name = "<b>mine</b>";
    const paths = writeRun(folder, { stage: "ppo", minute: 500, values, marks: { name }, iterations: 60 });
    await withWindow({ folder }, async (window) => {
      await window.openContainer("RLHF");
      await window.treeItem(/mine/).first().waitFor();
      await window.runCommand("RLHF: Show Metrics");
      await window.answer("mine");
      const page = window.webview();
      await page.getByRole("heading", { name: `Metrics: ${name}`, exact: true }).waitFor();
      const chart = page.getByRole("group", { name: "Chart of objective/score", exact: true });
      await chart.locator("canvas").waitFor();

      appendFileSync(paths.metrics, `${metricsText("ppo", 40, 2.71828)}\n`);
      const figure = page.locator("section.figure", { has: chart });
      await figure.locator(".value", { hasText: "2.718" }).waitFor();
      await chart.focus();
      await window.page.keyboard.press("End");
      const tooltip = page.locator(".tooltip:not(.hidden)");
      await tooltip.getByText("2.718").waitFor();
      await tooltip.getByText("mean over episodes of r(x, y), before scaling and penalties").waitFor();
      await tooltip.getByText("Ouyang et al. 2022, §3.5, eq. 2").waitFor();
      await page.getByRole("status").getByText(`At 40: ${name}: 2.718`).waitFor({ state: "attached" });

      // The point's responses open beside it, and the chart keeps the focus.
      await window.page.keyboard.press("Enter");
      await window.page.getByRole("tab", { name: /^Rollouts: / }).waitFor();
      await page.getByRole("textbox", { name: "Note" }).fill("a jump");
      await window.page.keyboard.press("Enter");
      await page.getByText("Iteration 40: a jump").waitFor();
      await until(() => readFileSync(paths.marks, "utf8").includes("a jump"), "the pin on disk");
      const marks = readMarks(paths);
      assert.ok("pins" in marks);
      assert.deepEqual(marks.pins, [{ iteration: 40, note: "a jump" }]);

      // The third of the runs that were made is of PPO, too, and is called by its time.
      const other = window.page.locator(".monaco-list-row", { hasText: /:02/ });
      await other.locator(".custom-view-tree-node-item-checkbox").click();
      await page.locator("ul.runs > li").nth(1).waitFor();
      for (const theme of themesToSee) {
        await window.changeTheme(theme);
        await window.screenshot(`metrics-${theme}`);
        assert.deepEqual(await window.accessibilityProblems(), []);
      }

      await page.getByRole("checkbox", { name: "Ignore outliers" }).check();
      await window.page.waitForTimeout(1500);
      await window.page.reload();
      await page.getByRole("heading", { name: `Metrics: ${name}`, exact: true }).waitFor();
      await figure.locator(".value", { hasText: "2.718" }).waitFor();
      await page.getByText("Iteration 40: a jump").waitFor();
      assert.ok(await page.getByRole("checkbox", { name: "Ignore outliers" }).isChecked());
      assert.ok(basename(paths.folder).startsWith("ppo-"));
    });
  });
});
