// Reports about runs as Markdown previews: what files and people say is text in them, never markup.
import { writeManyRuns, writeRun } from "../../support/manyRuns";
import { withWindow } from "../support/editorWindow";
import { endSession, session } from "../support/session";

after(endSession);

describe("reports", function () {
  this.timeout(120_000);

  it("show a run's whole story, and what works here", async () => {
    const folder = await (await session()).project("reports");
    writeManyRuns(folder, 8);
    const name = "<b>best</b> | [link](command:workbench.action.quit) `run`";
    writeRun(folder, { stage: "ppo", minute: 500, values: [0, 1, 2, 3], marks: { name } });
    await withWindow({ folder, theme: "light" }, async (window) => {
      await window.openContainer("RLHF");
      await window.treeItem(/best/).first().waitFor();
      const preview = window.webview();
      for (const [command, heading] of [["RLHF: Open Report", "Where it comes from"]] as const) {
        await window.runCommand(command);
        await window.answer("best");
        await preview.getByText(heading).first().waitFor();
        await preview.getByRole("heading", { name, exact: true }).waitFor();
        await window.screenshot(
          command
            .replace(/^RLHF: /, "")
            .replace(/\W/g, "-")
            .toLowerCase(),
        );
        await window.runCommand("View: Close All Editors");
      }
      await window.runCommand("RLHF: Doctor");
      await preview.getByText(/wasm: works/).waitFor();
      await window.screenshot("doctor");
    });
  });
});
