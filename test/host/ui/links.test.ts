// Links to a run as they come from outside the editor, and what a hostile one gets.
import assert from "node:assert/strict";
import { dirname, basename, join } from "node:path";
import { listRunIds } from "../../../extension/runs/runFolder";
import { writeManyRuns } from "../../support/manyRuns";
import { withWindow, type EditorWindow } from "../support/editorWindow";
import { endSession, session } from "../support/session";

after(endSession);

describe("a link to a run", function () {
  this.timeout(120_000);

  it("that was copied opens the run's metrics; a hostile one gets a sentence and opens nothing", async () => {
    const { project, folder: emptyFolder } = await session();
    const [folder, other] = [await project("links"), emptyFolder("other")];
    writeManyRuns(folder, 5);
    writeManyRuns(other, 5);
    const ppo = (of: string): string => listRunIds(of).find((run) => run.startsWith("ppo-")) ?? "";
    const id = ppo(folder);
    await withWindow({ folder }, async (window) => {
      await window.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      await window.runCommand("RLHF: Copy Run Link");
      await window.answer(id);
      await window.page.getByText("The link is on the clipboard.").waitFor();
      const copied = await window.page.evaluate<string>("navigator.clipboard.readText()");
      const link = (about: string, run: string): string =>
        `${copied.split("?")[0]}?project=${encodeURIComponent(about)}&id=${encodeURIComponent(run)}`;
      assert.equal(copied, link(folder, id));

      const nowhere = /project is not open in this window/;
      const markup = "[click](command:workbench.action.closeWindow)";
      for (const [hostile, sentence] of [
        [link(other, ppo(other)), nowhere],
        [link(`${folder}/../${basename(other)}`, id), nowhere],
        [link(join(dirname(folder), "nowhere"), id), nowhere],
        [link(markup, id), nowhere],
        [link(folder, `../../${basename(other)}/runs/${id}`), /leads to no run and no item/],
        [link(folder, ".."), /leads to no run and no item/],
        [link(folder, "ppo-20200101T000000Z-ffff"), /ppo-20200101T000000Z-ffff/],
        [copied.replace("/run?", "/delete?"), /leads to no run and no item/],
        [copied.replace("&id=", "&other="), /leads to no run and no item/],
      ] as const) {
        await open(window, hostile);
        const [row] = await (await window.notifications()).all();
        await row.getByText(sentence).waitFor();
        assert.equal(await row.locator("a", { hasText: "click" }).count(), 0, hostile);
        await window.runCommand("Notifications: Clear All Notifications");
      }
      assert.equal(await window.page.locator(".tabs-container .tab").count(), 0);
      await open(window, copied);
      await window.webview().getByText("objective/score").first().waitFor();
    });
  });
});

/** As a click on the link outside does; the editor asks first. */
async function open(window: EditorWindow, link: string): Promise<void> {
  await window.runCommand("Developer: Open URL");
  await window.answer(link);
  await window.page.getByRole("dialog").getByRole("button", { name: "Open", exact: true }).click();
}
