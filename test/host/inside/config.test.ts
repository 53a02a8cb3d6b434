// rlhf.json as the editor helps with it: what is wrong, what a setting means, how to mend it, what to run.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  Uri,
  commands,
  languages,
  window,
  workspace,
  type CodeLens,
  type Hover,
  type MarkdownString,
} from "vscode";
import { until } from "../support/until";

describe("rlhf.json in the editor", function () {
  this.timeout(60_000);
  const file = join(workspace.workspaceFolders?.[0].uri.fsPath ?? "", "rlhf.json");
  const uri = Uri.file(file);
  let original = "";

  before(async () => {
    original = readFileSync(file, "utf8");
    const config = {
      formatVersion: 1,
      data: { prompts: ["data/nowhere.jsonl"] },
      sft: { learningRate: 0.001 },
      ppo: { episodes: 100, minibatch: 30 },
    };
    writeFileSync(file, JSON.stringify(config, null, 2));
    await window.showTextDocument(await workspace.openTextDocument(uri));
  });
  after(async () => {
    await commands.executeCommand("workbench.action.closeAllEditors");
    writeFileSync(file, original);
  });

  const problems = () => languages.getDiagnostics(uri).filter(({ source }) => source === "rlhf");

  it("marks what a schema cannot say at the place where it stands", async () => {
    await until(
      () => problems().length >= 2,
      () => JSON.stringify(languages.getDiagnostics(uri)),
    );
    const text = (await workspace.openTextDocument(uri)).getText().split("\n");
    const marked = problems().map(({ range, message }) => [text[range.start.line].trim(), message]);
    assert.ok(
      marked.some(([line, message]) => /minibatch/.test(line) && /divide/.test(message)),
      `${marked}`,
    );
    assert.ok(
      marked.some(([line]) => /nowhere/.test(line)),
      `${marked}`,
    );
  });

  it("says at a setting what it does and what the paper's value is", async () => {
    const document = await workspace.openTextDocument(uri);
    const at = document.positionAt(document.getText().indexOf("learningRate") + 2);
    const hover = async (): Promise<string> => {
      const hovers = await commands.executeCommand<readonly Hover[]>("vscode.executeHoverProvider", uri, at);
      return hovers
        .flatMap(({ contents }) => contents.map((part) => (part as MarkdownString).value))
        .join("\n");
    };
    let said = "";
    for (let i = 0; i < 40 && !/[Pp]aper/.test(said); i++) {
      said = await hover();
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    assert.match(said, /learning rate/i);
    assert.match(said, /[Pp]aper/);
  });

  it("has a way to run over each stage", async () => {
    const lenses = await commands.executeCommand<readonly CodeLens[]>(
      "vscode.executeCodeLensProvider",
      uri,
      20,
    );
    const named = lenses.map(({ command }) => command?.command);
    for (const wanted of ["rlhf.runPipeline", "rlhf.trainSft", "rlhf.trainPpo"])
      assert.ok(named.includes(wanted), `${named}`);
  });
});
