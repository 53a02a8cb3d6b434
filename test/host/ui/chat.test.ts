// Asking policies in a panel: answers stream in, and a blind vote is on disk before the names are shown.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isObject } from "../../../extension/protocol/codec";
import { themesToSee, withWindow } from "../support/editorWindow";
import { endSession, session } from "../support/session";
import { makeTiny } from "../support/tinyProject";
import { inState } from "../support/runsOfProject";
import { until } from "../support/until";

after(endSession);

describe("asking policies", function () {
  this.timeout(120_000);

  it("chats with one, and votes blindly between two", async () => {
    const folder = await (await session()).project("chat");
    makeTiny(folder, { demonstrations: 100 });
    await withWindow({ folder }, async (window) => {
      await window.openContainer("RLHF");
      for (const [command, stage] of [
        ["RLHF: Pretrain Base Model", "pretrain"],
        ["RLHF: Train SFT", "sft"],
      ] as const) {
        await window.runCommand(command);
        await until(() => inState(folder, stage, "finished").length === 1, command);
      }
      await window.runCommand("RLHF: Chat with a Policy");
      await window.page.getByPlaceholder("Which model?").waitFor();
      await window.page.keyboard.press("Enter");
      const page = window.webview();
      await page.getByRole("textbox", { name: "Your prompt" }).fill("what is the colour of the fox ?");
      await window.page.keyboard.press("Enter");
      await page.getByRole("button", { name: /^Copy the answer/ }).waitFor();
      for (const theme of themesToSee) {
        await window.changeTheme(theme);
        await window.screenshot(`chat-${theme}`);
      }
      await window.runCommand("View: Close Editor");

      await window.runCommand("RLHF: Blind A/B");
      for (const reference of ["sft-", "models/base"]) {
        await window.page.getByPlaceholder("Which model?").waitFor();
        await window.answer(reference);
      }
      await page.getByRole("textbox", { name: "Your prompt" }).fill("tell me a story .");
      await window.page.keyboard.press("Enter");
      await page.getByRole("group", { name: "Which answer is better?" }).waitFor();
      await window.screenshot("blind-ab");
      await window.page.keyboard.press("1");
      await page
        .getByRole("status")
        .getByText(/Answer 1, .*, is better than answer 2/)
        .waitFor();
      const stored: unknown = JSON.parse(readFileSync(join(folder, "data/preferences.jsonl"), "utf8").trim());
      assert.ok(isObject(stored) && Array.isArray(stored.responses));
      assert.deepEqual([stored.prompt, stored.tiers], ["tell me a story .", [[0], [1]]]);
      const models = stored.responses.map((response: unknown) => isObject(response) && response.model);
      assert.equal(new Set(models).size, 2);
    });
  });
});
