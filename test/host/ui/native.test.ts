// The setup of the native backend from the editor. A program stands in for Node that notes what the command line is called with and answers as it does.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findSetup } from "../../../extension/engine/tensorflow/nativeSetup";
import { findPythonTensorflow } from "../../../extension/native/findPython";
import { skipBecause } from "../../support/skip";
import { withWindow, type EditorWindow, themesToSee } from "../support/editorWindow";
import { endSession, session } from "../support/session";
import { until } from "../support/until";

after(endSession);

const wheel = {
  ...{ type: "result", state: "new", folder: "/home/u/native", route: "wheel", addon: "prebuilt" },
  ...{ source: "tensorflow_cpu-2.21.0.whl", version: "2.21.0", from: "files.example.org" },
  ...{ downloadBytes: 274_271_560, keptBytes: 877_668_992 },
};
const result = {
  ...{ type: "result", version: "2.21.0", source: "tensorflow_cpu-2.21.0.whl", addon: "prebuilt" },
  stepMilliseconds: { tensorflow: 15.51, wasm: 31.02 },
};
const progress = { type: "progress", what: "fetching tensorflow_cpu-2.21.0.whl", done: 20e6, total: 274e6 };

/** A stand-in for Node: answers a call with --plan with one line, and another one by the script given. */
async function standIn(plan: object, then: string) {
  const folder = (await session()).folder("native");
  const [program, calls] = [join(folder, "node"), join(folder, "calls")];
  const lines = [
    "#!/bin/sh",
    `shift; echo "$*" >> '${calls}'`,
    `case "$*" in *--plan*) ${say(plan)};; *) ${then};; esac`,
  ];
  writeFileSync(program, `${lines.join("\n")}\n`);
  chmodSync(program, 0o755);
  // The folder's own settings: of a setting of the machine the user's counts only until the window has asked the server.
  mkdirSync(join(folder, ".vscode"));
  writeFileSync(join(folder, ".vscode/settings.json"), JSON.stringify({ "rlhf.trainer.nodePath": program }));
  return {
    folder,
    calls: (): readonly string[] =>
      existsSync(calls) ? readFileSync(calls, "utf8").split("\n").filter(Boolean) : [],
  };
}

const say = (line: object): string => `echo '${JSON.stringify(line)}'`;
const title = "RLHF: Set Up Native Backend";
const koreanTitle = "RLHF: 네이티브 백엔드 설정";

/** The newest notification, once it says what it must. */
async function told(window: EditorWindow, sentence: RegExp, timeout = 20_000): Promise<void> {
  const rows = await window.notifications();
  await rows.filter({ hasText: sentence }).first().waitFor({ timeout });
}

describe("the setup of the native backend in the editor", function () {
  this.timeout(120_000);

  it("says what it would fetch and keep, fetches nothing unasked, and says how fast it is when it is done", async function () {
    this.timeout(300_000); // Up to six windows.
    const { folder, calls } = await standIn(wheel, `${say(progress)}; ${say(result)}`);
    for (const theme of themesToSee)
      await withWindow({ folder, theme }, async (window) => {
        const dialog = window.page.getByRole("dialog");
        const before = calls().length;
        await window.runCommand(title);
        for (const text of [
          /Set up TensorFlow 2\.21\.0/,
          /tensorflow_cpu-2\.21\.0\.whl comes from files\.example\.org/,
          /Downloaded: 274 MB\. Kept: about 878 MB/,
          /came with this extension/,
          /\/home\/u\/native/,
        ])
          await dialog.getByText(text).waitFor();
        await window.screenshot(`native-consent-${theme}`);
        await dialog.getByRole("button", { name: "Cancel" }).click();
        await dialog.waitFor({ state: "hidden" });
        assert.deepEqual(calls().slice(before), ["setup-native --plan --json"]);
      });
    await withWindow({ folder, theme: "light", language: "ko" }, async (window) => {
      await window.runCommand(koreanTitle);
      const dialog = window.page.getByRole("dialog");
      for (const text of [
        /TensorFlow 2\.21\.0 버전을 네이티브 백엔드로 설정할까요/,
        /내려받는 크기는 274MB, 디스크에 남는 크기는 약 878MB입니다/,
        /rlhf setup-native --remove/,
      ])
        await dialog.getByText(text).waitFor();
      await dialog.getByRole("button", { name: "내려받아 설정" }).waitFor();
      await window.screenshot("native-consent-ko");
      await window.page.keyboard.press("Escape");
      await dialog.waitFor({ state: "hidden" });
      assert.equal(calls().at(-1), "setup-native --plan --json");
    });
    await withWindow({ folder }, async (window) => {
      await window.runCommand(title);
      await window.page.getByRole("button", { name: "Download and Set Up" }).click();
      await told(window, /TensorFlow 2\.21\.0 works: .* takes 15\.5 ms on it and 31\.0 ms on wasm/);
      await window.screenshot("native-done");
      assert.equal(calls().at(-1), "setup-native --from wheel --yes --json");
    });
  });

  it("can be stopped, which is no failure, and says a failure's sentence", async () => {
    const stopped = { type: "error", problem: "interrupted" };
    const sentence = "The setup was interrupted; nothing was kept. Run it again to start over.";
    const waits = `trap "${say({ ...stopped, message: sentence }).replaceAll('"', '\\"')}; exit 3" INT; ${say(progress)}; while :; do sleep 0.1; done`;
    const python = { ...wheel, route: "python", source: "/usr/bin/python3", from: null, addon: "built" };
    const { folder, calls } = await standIn({ ...python, downloadBytes: null, keptBytes: null }, waits);
    await withWindow({ folder }, async (window) => {
      const dialog = window.page.getByRole("dialog");
      await window.runCommand(title);
      await dialog.getByText(/\/usr\/bin\/python3 has TensorFlow 2\.21\.0.*Nothing is downloaded/).waitFor();
      await dialog.getByText(/is built here with the C\+\+ compiler/).waitFor();
      await dialog.getByRole("button", { name: "Set Up", exact: true }).click();
      await told(window, /Setting up the native backend.*20 of 274 MB/s);
      assert.deepEqual(calls().slice(1), ["setup-native --from python --yes --json"]);
      await window.page.getByRole("button", { name: "Cancel" }).first().click();
      await told(window, /The setup was interrupted; nothing was kept/);
    });
    const problem = { type: "error", problem: "unsupported", message: "This TensorFlow cannot be used: no." };
    const failing = await standIn(problem, "exit 1");
    await withWindow({ folder: failing.folder, language: "ko" }, async (window) => {
      await window.runCommand(koreanTitle);
      await until(() => failing.calls().length === 1, "the call");
      await told(window, /이 TensorFlow는 쓸 수 없습니다: no\./);
    });
  });

  it("sets a real TensorFlow up, with the walkthrough's step that leads to it", async function () {
    this.timeout(240_000);
    const python = (await findPythonTensorflow()).find((one) => one.ok);
    if (python === undefined)
      skipBecause(this, "native: no Python with TensorFlow, which RLHF_PYTHON can name");
    const { nativeFolder, folder } = await session();
    await withWindow({ folder: folder("native") }, async (window) => {
      await window.runCommand("View: Toggle Primary Side Bar Visibility");
      await window.runCommand("RLHF: Open Walkthrough");
      await window.page
        .getByRole("button", { name: /Train faster/ })
        .first()
        .click();
      await window.page.getByText(/TensorFlow can do the arithmetic/).waitFor();
      await window.screenshot("native-walkthrough");
      await window.page.getByRole("button", { name: "Set Up Native Backend" }).click();
      const dialog = window.page.getByRole("dialog");
      await dialog.getByText(`has TensorFlow ${python.found.version}`).waitFor();
      await window.screenshot("native-real-consent");
      await dialog.getByRole("button", { name: "Set Up", exact: true }).click();
      await until(() => findSetup(nativeFolder).type === "whole", "the setup", 90_000);
      await told(window, /works: .* takes [\d.]+ ms on it and [\d.]+ ms on wasm.*self-test agrees/, 90_000);
      await window.screenshot("native-real");
    });
  });

  it("is not offered in Restricted Mode", async () => {
    const folder = (await session()).folder("native");
    await withWindow({ folder, trusted: false }, async (window) => {
      const rows = await window.searchPalette(title);
      await rows.first().waitFor();
      assert.equal(await rows.getByText(title, { exact: true }).count(), 0);
    });
  });
});
