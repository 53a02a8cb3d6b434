// Reports about runs as Markdown previews: what files and people say is text in them, never markup.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeManyRuns, writeRun } from "../../support/manyRuns";
import { hostile, writeReportProject } from "../../support/reportProject";
import { withWindow } from "../support/editorWindow";
import { endSession, session } from "../support/session";
import { until } from "../support/until";

after(endSession);

describe("reports", function () {
  this.timeout(120_000);

  it("of a pipeline has its charts as pictures, and is exported as HTML and Markdown", async () => {
    const folder = await (await session()).project("pipelineReport");
    writeReportProject(folder, hostile);
    await withWindow({ folder }, async (window) => {
      await window.openContainer("RLHF");
      await window
        .treeItem(/script/)
        .first()
        .waitFor();
      const preview = window.webview();
      await window.runCommand("RLHF: Open Pipeline Report");
      await preview.getByRole("heading", { name: "The models compared" }).waitFor();
      const chart = preview.getByRole("img", { name: "Over-optimisation: score against √KL" });
      await chart.scrollIntoViewIfNeeded();
      // Fails for a picture that cannot be shown.
      await chart.evaluate((image) => (image as unknown as { decode(): Promise<void> }).decode());
      await window.screenshot("pipeline-report");
      await window.runCommand("RLHF: Export Report");
      await window.answer("The newest pipeline");
      const html = join(folder, "reports", "pipeline.html");
      await until(() => existsSync(html), html);
      await window.page
        .getByText(/The report is in/)
        .first()
        .waitFor();
      assert.match(readFileSync(html, "utf8"), /<h1>Pipeline of pipelineReport/);
      assert.match(readFileSync(join(folder, "reports", "pipeline.md"), "utf8"), /\(pipeline\.charts\/01-/);
    });
  });

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
