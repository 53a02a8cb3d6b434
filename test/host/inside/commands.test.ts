import assert from "node:assert/strict";
import { commands, extensions } from "vscode";
import { contributes } from "../../../package.json";

describe("commands", () => {
  it("of package.json are all registered, and no others", async () => {
    await extensions.getExtension("rlhf-workbench.rlhf-workbench")?.activate();
    const registered = (await commands.getCommands(true)).filter((name) => name.startsWith("rlhf."));
    // VS Code adds some of its own for every view: rlhf.runs.focus and the like.
    const views = Object.values(contributes.views).flatMap((list) => list.map((view) => `${view.id}.`));
    const own = registered.filter((name) => !views.some((view) => name.startsWith(view)));
    assert.deepEqual(own.sort(), contributes.commands.map(({ command }) => command).sort());
  });
});
