// Which models a new run starts from, where there is a choice.
import assert from "node:assert/strict";
import { withWindow } from "../support/editorWindow";
import { rlhf } from "../support/longProject";
import { inState, runsOf } from "../support/runsOfProject";
import { endSession, session } from "../support/session";
import { makeTiny } from "../support/tinyProject";
import { until } from "../support/until";

after(endSession);

describe("the parents of a new run", function () {
  this.timeout(300_000);

  // With the long tests: what is asked has tests of its own.
  if (process.env.RLHF_FULL_TESTS)
    it("are not asked for when there is one of each; of several the latest is what Enter takes, and another can be chosen", async () => {
      const folder = await (await session()).project("parents");
      makeTiny(folder, { demonstrations: 60, settings: { "ppo.rewards": ["judge"] } });
      await rlhf(folder, "pretrain");
      await rlhf(folder, "sft");
      await withWindow({ folder }, async (window) => {
        await window.openContainer("RLHF");
        await window.runCommand("RLHF: Train PPO");
        await until(() => inState(folder, "ppo", "finished").length === 1, "PPO, unasked", 90_000);
        await rlhf(folder, "sft");
        const [latest, older] = inState(folder, "sft", "finished").map(({ manifest }) => manifest.id);
        const question = window.page.getByPlaceholder("Start from which SFT model?");
        const rows = window.page.locator(".quick-input-list .monaco-list-row");
        for (const [keys, parent] of [
          [["Enter"], latest],
          [["ArrowDown", "Enter"], older],
        ] as const) {
          const before = runsOf(folder).length;
          await window.runCommand("RLHF: Train PPO");
          await question.waitFor();
          await rows
            .first()
            .getByText(/^Latest: /)
            .waitFor();
          await window.screenshot("parents");
          for (const key of keys) await window.page.keyboard.press(key);
          await until(() => runsOf(folder).length === before + 1, "a new run");
          assert.equal(parentsOfPpo(folder)[0], parent);
        }
        await until(() => inState(folder, "ppo", "finished").length === 3, "the PPO runs", 120_000);
      });
    });
});

/** The models that the PPO runs of a project began with, the newest run first. */
const parentsOfPpo = (folder: string): readonly (string | null | undefined)[] =>
  runsOf(folder)
    .filter(({ manifest }) => manifest.stage === "ppo")
    .map(({ manifest }) => manifest.parents.find(({ role }) => role === "initial")?.run);
