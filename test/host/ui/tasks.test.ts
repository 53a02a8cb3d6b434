// Tasks of tasks.json as a person runs them: the terminal shows the command line's output, its exit code and what it found in files.
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withWindow, type EditorWindow } from "../support/editorWindow";
import { longProject } from "../support/longProject";
import { inState } from "../support/runsOfProject";
import { endSession } from "../support/session";
import { until } from "../support/until";

after(endSession);

describe("a task of tasks.json", function () {
  this.timeout(180_000);

  // With the long tests: tasks are tested inside the extension host each time.
  if (process.env.RLHF_FULL_TESTS)
    it("trains; with a broken data file it fails and marks the line", async () => {
      const folder = await longProject("tasks", 1);
      const task = { type: "rlhf", stage: "sft", label: "my SFT", problemMatcher: ["$rlhf", "$rlhf-file"] };
      mkdirSync(join(folder, ".vscode"));
      writeFileSync(join(folder, ".vscode/tasks.json"), JSON.stringify({ version: "2.0.0", tasks: [task] }));
      // Terminals that are drawn have no text to look for.
      const settings = { "terminal.integrated.gpuAcceleration": "off" };
      await withWindow({ folder, settings }, async (window) => {
        await runTask(window, "my SFT");
        await terminal(window, /rlhf sft/).waitFor();
        await until(() => inState(folder, "sft", "finished").length === 1, "the task's run", 60_000);
        await terminal(window, /runs\/sft-/).waitFor();
        await terminal(window, /Terminal will be reused by tasks/).waitFor();
        await window.screenshot("task");

        const data = join(folder, "data/demonstrations.jsonl");
        const lines = readFileSync(data, "utf8").trimEnd().split("\n").length;
        appendFileSync(data, '{"prompt": "half a\n');
        await runTask(window, "my SFT");
        await terminal(window, /exit code: 1/).waitFor();
        await window.runCommand("View: Toggle Problems");
        const problem = window.treeItem(new RegExp(`Ln ${lines + 1}\\b|line ${lines + 1}\\b`)).first();
        await problem.waitFor();
        await window.screenshot("task-failed");
      });
    });
});

async function runTask(window: EditorWindow, label: string): Promise<void> {
  // The command may come before the editor knows of tasks, and is lost then.
  const picker = window.page.getByPlaceholder("Select the task to run");
  for (let i = 0; i < 5 && !(await picker.isVisible()); i++) {
    await window.runCommand("Tasks: Run Task");
    await picker.waitFor({ timeout: 10_000 }).catch(() => undefined);
  }
  await window.page.locator(".quick-input-list .monaco-list-row", { hasText: label }).first().waitFor();
  await window.answer(label);
}

const terminal = ({ page }: EditorWindow, text: RegExp) =>
  page.locator(".xterm-rows > div", { hasText: text }).first();
