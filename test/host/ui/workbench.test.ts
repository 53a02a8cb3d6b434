// The extension in an editor window as a newcomer sees it first.
import { endSession, session } from "../support/session";
import { themes, withWindow, type Theme } from "../support/editorWindow";

after(endSession);

describe("a window without a project", function () {
  this.timeout(60_000);

  for (const theme of Object.keys(themes) as Theme[])
    it(`shows what a project is and offers to make one (${theme})`, async () => {
      const folder = (await session()).folder("empty");
      await withWindow({ folder, theme }, async (window) => {
        await window.openContainer("RLHF");
        const runs = window.view("Runs");
        await runs.getByText("A project holds the data, labels and runs of one pipeline.").waitFor();
        await runs.getByRole("button", { name: "New Project" }).waitFor();
        await window.screenshot(`empty-${theme}`);
      });
    });

  it("speaks Korean to those who do", async () => {
    const folder = (await session()).folder("empty");
    await withWindow({ folder, language: "ko" }, async (window) => {
      await window.openContainer("RLHF");
      await window.page
        .getByText("프로젝트에는 파이프라인 하나의 데이터, 레이블, 실행이 들어 있습니다.")
        .waitFor();
      await window.page.getByRole("button", { name: "새 프로젝트" }).waitFor();
      await window.screenshot("empty-ko");
    });
  });

  it("has New Project in the palette", async () => {
    const folder = (await session()).folder("empty");
    await withWindow({ folder }, async (window) => {
      const rows = await window.searchPalette("RLHF: New Project");
      await rows.filter({ hasText: "RLHF: New Project" }).first().waitFor();
      await window.screenshot("palette");
    });
  });
});
