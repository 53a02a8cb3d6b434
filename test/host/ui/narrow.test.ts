// A narrow window, and the side bar at its smallest: what a person must read is there and nothing sticks out.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LabelItem, RankingFile } from "../../../extension/protocol/rankingFormat";
import { writeManyRuns } from "../../support/manyRuns";
import { withWindow, type EditorWindow } from "../support/editorWindow";
import { endSession, session } from "../support/session";

after(endSession);

const narrow = { width: 500, height: 800 };

describe("a narrow window", function () {
  this.timeout(240_000);

  for (const theme of process.env.RLHF_FULL_TESTS ? (["dark", "light"] as const) : (["light"] as const))
    it(`has the side bar, a quick pick, a report and the walkthrough readable (${theme})`, async () => {
      const folder = await (await session()).project("narrow");
      writeManyRuns(folder, 12);
      writeLabels(folder);
      await withWindow({ folder, theme }, async (window) => {
        const { page } = window;
        await window.openContainer("RLHF");
        await window.treeItem(/PPO/).first().waitFor();
        await window.treeItem(/batch-1/).waitFor();
        await shrinkSideBar(window);
        await page.setViewportSize(narrow);
        await window.screenshot(`narrow-explorer-${theme}`);

        await window.runCommand("RLHF: Show Metrics");
        await page.getByText("Metrics of which run?").waitFor();
        const row = page.locator(".quick-input-list .monaco-list-row", { hasText: "PPO" }).first();
        // The figure comes before the id, which may be cut off.
        assert.match(await row.locator(".quick-input-list-label-meta").innerText(), /score [\d.]+ · .*ppo-/);
        await window.screenshot(`narrow-quick-pick-${theme}`);
        await window.answer("ppo-");
        const report = window.webview();
        await report.getByRole("heading", { name: /^Metrics: / }).waitFor();
        await window.runCommand("View: Toggle Primary Side Bar Visibility");
        await report.locator("canvas").first().waitFor();
        await window.screenshot(`narrow-metrics-${theme}`);
        await fits(window, report.locator("section.figure").first());
        await window.runCommand("View: Close All Editors");

        await window.runCommand("RLHF: Open Report");
        await page.getByText("Report on which run?").waitFor();
        await window.answer("ppo-");
        await report.getByText("objective/score").first().waitFor();
        await window.screenshot(`narrow-report-${theme}`);
        await fits(window, report.getByRole("cell", { name: "backend", exact: true }));
        await fits(window, report.getByRole("columnheader", { name: "last", exact: true }));
        await window.runCommand("View: Close All Editors");

        await window.runCommand("RLHF: Open Walkthrough");
        await page.getByText("From demonstrations to an aligned policy").first().waitFor();
        await fits(window, page.getByRole("button", { name: "New Project" }).first());
        await window.screenshot(`narrow-walkthrough-${theme}`);
      });
    });
});

/** Whether something lies within the window from its left to its right end. */
async function fits({ page }: EditorWindow, what: ReturnType<EditorWindow["treeItem"]>): Promise<void> {
  const box = await what.boundingBox();
  const width = page.viewportSize()?.width ?? 0;
  assert.ok(box && box.x >= 0 && box.x + box.width <= width, `${JSON.stringify(box)} in ${width}`);
}

/** A batch of three items of which one is ranked. */
function writeLabels(folder: string): void {
  const items = [1, 2, 3].map((n): LabelItem => {
    const responses = [1, 2, 3, 4].map((k) => ({ id: `r${k}`, text: `Answer ${k}.` }));
    return { id: `i${n}`, prompt: `Question ${n}?`, responses, createdAt: "2026-01-31T12:00:00.000Z" };
  });
  const tiers = { overall: [["r1"], ["r2", "r3"], ["r4"]] };
  const ranking: RankingFile = {
    ...{ formatVersion: 1, batch: "batch-1", labeler: "mina", shuffleSeed: 1 },
    judgements: { i1: { status: "submitted", tiers } },
  };
  const lines = items.map((item) => JSON.stringify(item));
  writeFileSync(join(folder, "labels/batch-1.items.jsonl"), `${lines.join("\n")}\n`);
  writeFileSync(join(folder, "labels/batch-1.mina.ranking.json"), JSON.stringify(ranking));
}

/** Drags the side bar's edge to the left as far as it goes without closing. */
async function shrinkSideBar({ page }: EditorWindow): Promise<void> {
  const box = await page.locator(".part.sidebar").boundingBox();
  assert.ok(box);
  const [edge, y] = [box.x + box.width, box.y + box.height / 2];
  await page.mouse.move(edge, y);
  await page.mouse.down();
  for (const x of [edge - 60, box.x + 175]) await page.mouse.move(x, y, { steps: 8 });
  await page.mouse.up();
  await page.mouse.move(edge + 200, y);
}
