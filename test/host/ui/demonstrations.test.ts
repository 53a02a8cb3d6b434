// Demonstrations are written with keys alone in their editor; each is appended to the file, and drafts outlive the window.
import assert from "node:assert/strict";
import { existsSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseRecords } from "../../../extension/data/parseRecords";
import { themesToSee, withWindow } from "../support/editorWindow";
import { endSession, session } from "../support/session";
import { until } from "../support/until";

after(endSession);

describe("writing demonstrations", function () {
  this.timeout(240_000);

  it("plain and few-shot ones are appended, nothing else changes, and a draft comes back after a reload", async () => {
    const folder = await (await session()).project("demonstrations");
    const file = join(folder, "data/demonstrations.jsonl");
    const drafts = join(folder, "labels/mina.drafts.json");
    const before = readFileSync(file, "utf8");
    const content = (): string => readFileSync(file, "utf8");
    const added = () => parseRecords("demonstrations", content().slice(before.length), "added").records;
    await withWindow({ folder }, async (window) => {
      const { keyboard } = window.page;
      await window.runCommand("RLHF: Write Demonstrations");
      const page = window.webview();
      await window.sayName(page.getByText(/^Prompt 1 of/));
      const area = (name: string) => page.getByRole("textbox", { name });
      const type = async (...texts: readonly string[]): Promise<void> => {
        for (const [i, text] of texts.entries()) {
          if (i > 0) await keyboard.press("Tab");
          await keyboard.type(text);
        }
      };
      await page.getByText(/^Prompt 1 of/).waitFor();
      await page.getByText(/^Prompt: \d+ of 64 tokens\. Response: 0/).waitFor();
      await page.locator("vscode-text-area:focus").waitFor();

      // Plain.
      await page.getByRole("radio", { name: "Given" }).press("ArrowRight");
      await area("Your prompt").click();
      await type("name a colour .", "blue");
      await page.getByText(/^Prompt: \d+ of 64 tokens\. Response: [1-9]/).waitFor();
      await keyboard.press("Control+Enter");
      await until(() => added().length === 1, "the plain demonstration");
      await page.getByText("One demonstration is in data/demonstrations.jsonl.").waitFor();

      // Few-shot.
      await page.getByRole("radio", { name: "Plain" }).press("ArrowRight");
      await area("Instruction").click();
      await type("give the opposite .", "hot", "cold");
      await keyboard.press("Tab");
      await keyboard.press("Tab");
      await type("big", "small");
      await page.getByText("What the model reads in the first of 2 examples").click();
      await window.screenshot("demonstrations-few-shot");
      await keyboard.press("Control+Enter");
      await until(() => added().length === 3, "the few-shot demonstrations");
      assert.ok(content().startsWith(before), "what was there has not changed");
      assert.equal(content().slice(before.length).split("\n").length, 4, "three whole lines were appended");
      const [plain, first, second] = added();
      assert.deepEqual([plain.prompt, plain.response, plain.author], ["name a colour .", "blue", "mina"]);
      assert.equal(first.prompt, "give the opposite .\n\nbig\nsmall\n\nhot");
      assert.deepEqual(
        [second.prompt, second.response],
        ["give the opposite .\n\nhot\ncold\n\nbig", "small"],
      );
      assert.ok(typeof plain.meta?.activeMs === "number" && plain.meta.activeMs > 0);
      assert.ok(!existsSync(drafts), "no draft is left over");

      // A given prompt, by the editor's own keys, and a model's answer to begin with.
      await page.getByRole("radio", { name: "Few-shot" }).press("ArrowLeft");
      await area("Your prompt").click();
      await keyboard.press("Alt+ArrowRight");
      await page.getByText(/^Prompt 1 of/).waitFor();
      await keyboard.press("Alt+ArrowRight");
      await page.getByText(/^Prompt 2 of/).waitFor();
      await page.getByRole("button", { name: "Start from a Model's Answer" }).press("Enter");
      await window.page.getByPlaceholder("Which model?").waitFor();
      await keyboard.press("Enter");
      await page.getByText("Began as the answer of models/base").waitFor();
      assert.notEqual(await area("The ideal response").inputValue(), "");
      await area("The ideal response").fill("half an ans");
      await keyboard.press("Control+s");
      await page.getByText("The draft is saved.").waitFor();
      assert.match(readFileSync(drafts, "utf8"), /"response": "half an ans"/);
      await keyboard.type("wer");
      await until(() => readFileSync(drafts, "utf8").includes("half an answer"), "the draft", 5_000);

      for (const theme of themesToSee) {
        await window.changeTheme(theme);
        await window.screenshot(`demonstrations-${theme}`);
        assert.deepEqual(await window.accessibilityProblems(), [], theme);
      }
      await window.page.setViewportSize({ width: 700, height: 900 });
      await window.screenshot("demonstrations-narrow");
      await window.page.setViewportSize({ width: 1280, height: 800 });

      await area("The ideal response").click();
      await keyboard.press("End");
      await keyboard.type(" that is long");
      await until(() => readFileSync(drafts, "utf8").includes("that is long"), "the longer draft");
      await window.page.reload();
      await page.getByText(/^Prompt 2 of/).waitFor();
      assert.equal(await area("The ideal response").inputValue(), "half an answer that is long");

      // Somebody else changes the file: the list follows, and a line of theirs is never written over.
      writeFileSync(file, content().replace('"response":"blue"', '"response":"red"'));
      // A window that was just reloaded begins to watch its folder a moment later: what is saved once more is seen.
      const red = page.getByText("red", { exact: true });
      for (let i = 0; i < 20 && !(await red.isVisible()); i++) {
        utimesSync(file, new Date(), new Date());
        await window.page.waitForTimeout(1000);
      }
      await red.waitFor();
      await page.getByRole("button", { name: /^Edit: name a colour/ }).click();
      await page.getByText(/is replaced when you submit/).waitFor();
      await area("The ideal response").fill("green");
      await keyboard.press("Control+Enter");
      await until(() => added()[0].response === "green", "the revised line");
      assert.ok(content().startsWith(before) && added().length === 3);
    });
  });
});
