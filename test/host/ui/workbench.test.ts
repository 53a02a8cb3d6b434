// The extension in an editor window as a newcomer sees it first.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectFile } from "../../../extension/runs/runPaths";
import { writeBrokenRuns, writeManyRuns } from "../../support/manyRuns";
import { themesToSee, withWindow } from "../support/editorWindow";
import { endSession, session } from "../support/session";

after(endSession);

describe("a window without a project", function () {
  this.timeout(60_000);

  it("shows what a project is and offers to make one, in every kind of theme and in the palette", async () => {
    const folder = (await session()).folder("empty");
    await withWindow({ folder }, async (window) => {
      await window.openContainer("RLHF");
      const runs = window.view("Runs");
      await runs.getByText("A project holds the data, labels and runs of one pipeline.").waitFor();
      await runs.getByRole("button", { name: "New Project" }).waitFor();
      for (const theme of themesToSee) {
        await window.changeTheme(theme);
        await window.screenshot(`empty-${theme}`);
      }
      const rows = await window.searchPalette("RLHF: New Project");
      await rows.filter({ hasText: "RLHF: New Project" }).first().waitFor();
      await window.screenshot("empty-palette");
    });
  });

  it("speaks Korean to those who do", async () => {
    const folder = (await session()).folder("empty");
    await withWindow({ folder, language: "ko" }, async (window) => {
      await window.openContainer("RLHF");
      const runs = window.view("실행");
      await runs.getByText("프로젝트에는 파이프라인 하나의 데이터, 레이블, 실행이 들어 있습니다.").waitFor();
      await runs.getByRole("button", { name: "새 프로젝트" }).waitFor();
      await window.screenshot("empty-ko");
    });
  });

  it("says in Korean too what is wrong, in words that come from where there is no editor", async () => {
    const folder = await (await session()).project("korean");
    const settings = { formatVersion: 1, ppo: { minibatch: 48, episodes: 128 } };
    writeFileSync(join(folder, projectFile), JSON.stringify(settings, null, 2));
    await withWindow({ folder, language: "ko" }, async (window) => {
      await window.openContainer("RLHF");
      await window.page.keyboard.press("Control+p");
      await window.page.keyboard.type(projectFile);
      const rows = window.page.locator(".quick-input-list .monaco-list-row", { hasText: projectFile });
      await rows.first().waitFor();
      await window.page.keyboard.press("Enter");
      await window.page.getByText('"minibatch"').first().waitFor();
      await window.page.keyboard.press("Control+Shift+m");
      const said = "ppo.minibatch의 값 48(으)로는 ppo.episodes의 값 128이(가) 나누어떨어지지 않습니다.";
      await window.page.locator(".markers-panel").getByText(said).first().waitFor();
      await window.screenshot("problem-ko");
    });
  });
});

describe("a folder that is not trusted", function () {
  this.timeout(60_000);

  it("shows its runs and data in Restricted Mode, and offers nothing that trains", async () => {
    const folder = await (await session()).project("restricted");
    writeManyRuns(folder, 4);
    await withWindow({ folder, trusted: false }, async (window) => {
      await window.page
        .getByRole("button", { name: /Restricted Mode/ })
        .first()
        .waitFor();
      await window.openContainer("RLHF");
      await window.treeItem(/PPO/).first().waitFor();
      await window
        .treeItem(/Demonstrations/)
        .first()
        .waitFor();
      await window.findCommand("RLHF: Show Metrics");
      for (const title of ["RLHF: Train SFT", "RLHF: Run Pipeline", "RLHF: Chat with a Policy"]) {
        const rows = await window.searchPalette(title);
        await rows.first().waitFor();
        assert.equal(await rows.getByText(title, { exact: true }).count(), 0, title);
      }
      await window.screenshot("restricted");
    });
  });
});

describe("run folders that cannot be read", function () {
  this.timeout(60_000);

  it("stand in the tree with their reason, beside those that can", async () => {
    const folder = await (await session()).project("broken");
    writeManyRuns(folder, 6);
    writeBrokenRuns(folder);
    await withWindow({ folder }, async (window) => {
      await window.openContainer("RLHF");
      await window.treeItem(/PPO/).first().waitFor();
      await window
        .treeItem(/newer|version/i)
        .first()
        .waitFor();
      await window.screenshot("broken");
    });
  });
});
