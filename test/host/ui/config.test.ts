// rlhf.json in a window: its lenses are there whatever else goes on.
import { projectFile } from "../../../extension/runs/runPaths";
import { withWindow, type EditorWindow } from "../support/editorWindow";
import { longProject } from "../support/longProject";
import { inState } from "../support/runsOfProject";
import { endSession, session } from "../support/session";
import { stopRun } from "../support/trainers";
import { until } from "../support/until";

after(endSession);

describe("the lenses of rlhf.json", function () {
  this.timeout(120_000);

  it("come into a file that was open before, once the extension is used", async () => {
    const folder = await (await session()).project("lenses");
    await withWindow({ folder }, async (window) => {
      await openConfig(window);
      await window.openContainer("RLHF");
      await lens(window, "Run Pipeline").waitFor();
    });
  });

  it("come and follow a run that never pauses", async () => {
    const folder = await longProject("busy");
    await withWindow({ folder, settings: { "rlhf.trainer.graceSeconds": 3 } }, async (window) => {
      await window.openContainer("RLHF");
      await window.runCommand("RLHF: Train SFT");
      await until(() => inState(folder, "sft", "running").length === 1, "a running SFT");
      await openConfig(window);
      await lens(window, "Run Pipeline").waitFor();
      const last = lens(window, /Last run: .* running/);
      await last.waitFor();
      await window.screenshot("lenses");
      const before = await last.innerText();
      await window.page.getByText(before, { exact: true }).waitFor({ state: "detached" });
      await stopRun(window);
      await until(() => inState(folder, "sft", "stopped").length === 1, "its end");
    });
  });
});

const lens = ({ page }: EditorWindow, text: string | RegExp) =>
  page.locator(".codelens-decoration a", { hasText: text }).first();

async function openConfig(window: EditorWindow): Promise<void> {
  const { page } = window;
  await page.keyboard.press("Control+p");
  await page.keyboard.type(projectFile);
  await page.locator(".quick-input-list .monaco-list-row", { hasText: projectFile }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("tab", { name: projectFile }).waitFor();
}
