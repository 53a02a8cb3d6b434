// From "RLHF: New Project" to a trained policy with the keyboard alone, and a window that is reloaded while a run trains.
import assert from "node:assert/strict";
import { join } from "node:path";
import { readMetrics, readStatus, type Run } from "../../../extension/runs/runFolder";
import { projectFile } from "../../../extension/runs/runPaths";
import { existsSync } from "node:fs";
import { themesToSee, withWindow, type EditorWindow } from "../support/editorWindow";
import { endSession, session } from "../support/session";
import { inState, runsOf, stateOf } from "../support/runsOfProject";
import { makeTiny } from "../support/tinyProject";
import { trainerOf } from "../support/trainers";
import { until } from "../support/until";

after(endSession);

describe("a newcomer with a keyboard", function () {
  this.timeout(240_000);

  it("makes a project with three Enters, runs the pipeline, and finds its runs in the side bar", async () => {
    const folder = (await session()).folder("newcomer");
    await withWindow({ folder }, async (window) => {
      await window.runCommand("RLHF: New Project");
      for (const shown of ["1/3", "2/3", "3/3"]) {
        await window.page.getByText(shown).first().waitFor();
        if (shown === "2/3") await window.screenshot("new-project");
        await window.page.keyboard.press("Enter");
      }
      await until(() => existsSync(join(folder, projectFile)), "the project");
      await window.page.getByRole("tab", { name: projectFile }).waitFor();
      makeTiny(folder, { demonstrations: 200 });
      await window.runCommand("RLHF: Run Pipeline");
      await window.page.getByText("who ranks the answers?").waitFor();
      await window.page.keyboard.press("Enter");
      await window.openContainer("RLHF");
      await until(() => runsOf(folder).length > 0, "the first run");
      await window
        .treeItem(/Pretrain|SFT/i)
        .first()
        .waitFor();
      await until(() => inState(folder, "evaluate", "finished").length === 6, "the evaluations", 180_000);
      await window.treeItem(/PPO/).first().waitFor();
      for (const theme of themesToSee) {
        await window.changeTheme(theme);
        await window.screenshot(`explorer-${theme}`);
      }
    });
    // A page that opens takes the focus, so each theme has a window of its own.
    for (const theme of themesToSee)
      await withWindow({ folder, theme }, async (window) => {
        await window.openContainer("RLHF");
        await window.treeItem(/PPO/).first().waitFor();
        await window.runCommand("RLHF: Show Metrics");
        await window.page.getByText("Metrics of which run?").waitFor();
        await window.screenshot(`quick-pick-${theme}`);
        await window.page.keyboard.press("Escape");
        await window.runCommand("RLHF: Open Walkthrough");
        await window.page.getByText("From demonstrations to an aligned policy").first().waitFor();
        // All six steps have ticked themselves off.
        await window.page.locator(".codicon-getting-started-step-checked").nth(5).waitFor();
        await window.screenshot(`walkthrough-${theme}`);
      });
    await withWindow({ folder, language: "ko" }, async (window) => {
      await window.openContainer("RLHF");
      await window.treeItem(/PPO/).first().waitFor();
      await window.page.keyboard.press("Control+p");
      await window.page.keyboard.type(projectFile);
      await window.page
        .locator(".quick-input-list .monaco-list-row", { hasText: projectFile })
        .first()
        .waitFor();
      await window.page.keyboard.press("Enter");
      await window.page.getByText('"layers"').first().click();
      await window.page.keyboard.press("Control+k");
      await window.page.keyboard.press("Control+i");
      await window.page.locator(".monaco-hover").getByText("트랜스포머 블록 수").waitFor();
      await window.screenshot("explorer-ko");
    });
  });
});

if (process.env.RLHF_FULL_TESTS)
  describe("a newcomer at full size", function () {
    this.timeout(900_000);

    it("goes from nothing to a policy that beats the one it began with", async function () {
      const folder = (await session()).folder("stranger");
      const settings = { "rlhf.trainer.graceSeconds": 3 };
      await withWindow({ folder, settings }, async (window) => {
        const start = performance.now();
        await window.runCommand("RLHF: New Project");
        for (const shown of ["1/3", "2/3", "3/3"]) {
          await window.page.getByText(shown).first().waitFor();
          await window.page.keyboard.press("Enter");
        }
        await window.page.getByRole("tab", { name: projectFile }).waitFor();
        await window.openContainer("RLHF");
        await window.runCommand("RLHF: Run Pipeline");
        await window.page.getByText("who ranks the answers?").waitFor();
        await window.page.keyboard.press("Enter");
        // The third evaluation is PPO's; the second that of the policy it began with.
        const isUnderWay = (run: Run): boolean => readMetrics(run.paths).values.length > 12;
        await until(() => inState(folder, "ppo", "running").some(isUnderWay), "PPO", 600_000);
        await window.screenshot("training");
        await until(() => inState(folder, "evaluate", "finished").length === 3, "PPO's evaluation", 600_000);
        const seconds = Math.round((performance.now() - start) / 1000);
        const [ppo, parent] = inState(folder, "evaluate", "finished").map(winRate);
        if (this.test) this.test.title += ` (after ${seconds} s: ${ppo} against ${parent})`;
        assert.ok(ppo > parent, `${ppo} against ${parent}`);
        await window.screenshot("trained");
      });
      // What the pipeline had begun besides ends with the window.
      await until(() => runsOf(folder).every((run) => stateOf(run) !== "running"), "the end", 60_000);
    });
  });

/** Against the SFT baseline on held-out prompts. */
const winRate = ({ paths }: Run): number =>
  readMetrics(paths).values.at(-1)?.values["winRate/versusSft"] ?? NaN;

describe("a window that goes while a run trains", function () {
  this.timeout(150_000);

  it("is reloaded: the same trainer goes on, and the new window follows it; is closed: the trainer checkpoints and ends", async () => {
    const folder = await (await session()).project("reload");
    // Longer than the window lives.
    makeTiny(folder, { settings: { "sft.epochs": 100, "sft.ppoInitEpochs": 100 } });
    // Longer than a reload takes, on a busy machine too.
    const settings = { "rlhf.trainer.graceSeconds": 15 };
    let run: Run | undefined;
    await withWindow({ folder, settings }, async (window) => {
      await window.openContainer("RLHF");
      await window.runCommand("RLHF: Pretrain Base Model");
      await until(() => inState(folder, "pretrain", "finished").length === 1, "the base model");
      await window.runCommand("RLHF: Train SFT");
      await until(() => (run = inState(folder, "sft", "running")[0]) !== undefined, "a running SFT");
      assert.ok(run);
      const trainer = trainerOf(run);
      await reload(window);
      await window.view("Runs").getByText("running").first().waitFor();
      assert.equal(stateOf(run), "running");
      assert.equal(trainerOf(run), trainer);
      const lines = readMetrics(run.paths).values.length;
      const { paths } = run;
      await until(() => readMetrics(paths).values.length > lines + 3, "further iterations");
      await window.screenshot("reloaded");
    });
    assert.ok(run);
    const closed = run;
    await until(() => stateOf(closed) !== "running", "the end of the trainer", 60_000);
    assert.equal(stateOf(closed), "stopped");
    const { reason } = readStatus(closed.paths) as { readonly reason: string };
    assert.match(reason, /nobody was connected/);
    const iterations = readMetrics(closed.paths).values.map(({ iteration }) => iteration);
    assert.deepEqual(
      iterations,
      iterations.map((_, i) => i),
    );
  });
});

async function reload({ page }: EditorWindow): Promise<void> {
  await page.reload();
  await page.getByRole("tab", { name: "RLHF", exact: true }).waitFor();
}
