// Tasks as the editor's API has them: what is offered, and how their processes end.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Uri, languages, tasks, workspace, type Task } from "vscode";
import { until } from "../support/until";

describe("tasks of type rlhf", function () {
  this.timeout(90_000);
  const project = workspace.workspaceFolders?.[0].uri.fsPath ?? "";
  const data = join(project, "data/demonstrations.jsonl");

  it("are offered for each stage and the pipeline", async () => {
    const stages = (await tasks.fetchTasks({ type: "rlhf" })).map(({ definition }) =>
      String(definition.stage),
    );
    assert.deepEqual(stages.sort(), ["evaluate", "pipeline", "ppo", "pretrain", "rm", "sft"]);
  });

  it("end with the command line's exit code, and mark what is wrong in a file until it is right", async () => {
    const original = readFileSync(data, "utf8");
    const broken = original.split("\n").slice(0, 5);
    broken[2] = '{"prompt": "half a';
    writeFileSync(data, `${broken.join("\n")}\n`);
    try {
      assert.equal(await exitCode("sft"), 1);
      const marks = () => languages.getDiagnostics(Uri.file(data)).filter(({ source }) => source === "rlhf");
      await until(
        () => marks().some(({ range }) => range.start.line === 2),
        () => JSON.stringify(languages.getDiagnostics()),
      );
    } finally {
      writeFileSync(data, original);
    }
    assert.equal(await exitCode("evaluate"), 1);
  });

  async function exitCode(stage: string): Promise<number | undefined> {
    const offered = await tasks.fetchTasks({ type: "rlhf" });
    const task = offered.find(({ definition }) => definition.stage === stage);
    assert.ok(task, `no task for ${stage}`);
    return await ended(task);
  }

  async function ended(task: Task): Promise<number | undefined> {
    let listening = tasks.onDidEndTaskProcess(() => undefined);
    const end = new Promise<number | undefined>((resolve) => {
      listening = tasks.onDidEndTaskProcess(({ execution, exitCode: code }) => {
        if (execution.task.name === task.name) resolve(code);
      });
    });
    await tasks.executeTask(task);
    const code = await end;
    listening.dispose();
    return code;
  }
});
