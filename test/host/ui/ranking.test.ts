// The ranking editor in a real window, by keys: ranks, ties, flags, undo, hot exit, save; a file that cannot be read, and one of another's.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  makeRankingBatch,
  newRankingFile,
  parseRankingFile,
  rankingFileText,
} from "../../../extension/data/labels";
import { toJsonLines } from "../../../extension/data/records";
import { isProblem } from "../../../extension/protocol/problem";
import type { RankingFile } from "../../../extension/protocol/rankingFormat";
import { themesToSee, withWindow, type EditorWindow } from "../support/editorWindow";
import { repository } from "../support/installed";
import { keysArePages } from "../support/rankingKeys";
import { endSession, session } from "../support/session";
import { runCli } from "../../support/runCli";
import { until } from "../support/until";

after(endSession);

const settings = { "files.autoSave": "off" };
const answers = [
  "It is red.",
  "Red, and </script><b>not</b> blue.",
  "나는 몰라요.",
  "מה? 🦊",
  "Red.",
  "No.",
  "A\u0000B",
];

/** A project with a batch of K = 7 answers to each of four prompts. */
function writeBatch(folder: string): void {
  const prompts = ["What colour is it?", "Sing a song.", "Count to three.", "Say no."];
  const batch = prompts.map((text, i) => ({
    prompt: { id: `p${i}`, text, kind: "plain" as const, useCase: "open QA" },
    responses: answers.map((answer, k) => ({
      text: `${answer} ${i}`,
      model: "sft@100",
      temperature: 1,
      seed: k,
    })),
  }));
  mkdirSync(join(folder, "labels"), { recursive: true });
  const items = makeRankingBatch("round-1", batch, "2026-01-02T03:04:05.000Z");
  writeFileSync(join(folder, "labels/round-1.items.jsonl"), toJsonLines(items));
  writeFileSync(join(folder, "labels/guidelines.md"), "# Guidelines\n\nHelpful first.\n");
}

const itemsOf = (folder: string) => {
  const lines = readFileSync(join(folder, "labels/round-1.items.jsonl"), "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as ReturnType<typeof makeRankingBatch>[number]);
};
const fileOf = (folder: string): string => join(folder, "labels/round-1.mina.ranking.json");
function saved(folder: string): RankingFile {
  const file = parseRankingFile(readFileSync(fileOf(folder), "utf8"), "saved", itemsOf(folder));
  assert.ok(!isProblem(file), isProblem(file) ? file.message : "");
  return file;
}

/** Types keys one after the other, as a person does: the page gets them all in their order. */
async function keys(window: EditorWindow, ...all: readonly string[]): Promise<void> {
  for (const key of all) await window.page.keyboard.press(key);
}

async function openRanking(window: EditorWindow): Promise<void> {
  await window.runCommand("RLHF: Rank Responses");
  await window.sayName(window.webview().getByRole("listbox"));
  await keysArePages(window);
}

const isClean = (window: EditorWindow): Promise<void> =>
  window.page.locator(".tab.dirty").waitFor({ state: "detached" });

const said = (window: EditorWindow, words: string | RegExp) =>
  window.webview().getByRole("status").getByText(words).first().waitFor({ state: "attached" });

describe("the ranking editor", function () {
  this.timeout(180_000);
  let folder: string;
  beforeEach(async () => {
    folder = await (await session()).project("ranking");
    writeBatch(folder);
  });

  it("ranks seven answers with flags in keys alone, undoes, saves; a judgement is a small difference", async function () {
    spawnSync("git", ["init", "-q"], { cwd: folder });
    await withWindow({ folder, settings }, async (window) => {
      const page = window.webview();
      await window.openContainer("RLHF");
      await openRanking(window);
      const began = performance.now();
      // Each rank leads on to the next answer; B gets two flags and a quality; C is tied with A.
      await keys(window, "1", "3", "1", "2", "5", "4", "6");
      await keys(window, "b", "m", "a", "c", "Escape", "Shift+6");
      await said(window, /6/);
      await page.locator(".lane", { hasText: /^1/ }).getByText("C").waitFor();
      // Measured and not judged: a busy machine would fail it.
      if (this.test) this.test.title += ` (in ${((performance.now() - began) / 1000).toFixed(1)} s)`;
      await window.screenshot("ranking-dark");
      assert.equal(
        await page.getByText("sft@100").count(),
        0,
        "the model shows before the ranking is submitted",
      );
      await keys(window, "Enter");
      await page.getByText("Sing a song.").waitFor();
      await window.page.keyboard.press("Control+s");
      await until(() => saved(folder).judgements["round-1-0001"]?.status === "submitted", "the file");
      const judged = saved(folder).judgements["round-1-0001"];
      const [a, b, c, d, e, f, g] = judged.shownOrder ?? [];
      assert.deepEqual(judged.tiers?.overall, [[a, c], [d], [b], [f], [e], [g]]);
      assert.deepEqual(judged.ratings, { [b]: { likert: 6, flags: ["fails-instruction", "hallucination"] } });
      assert.ok((judged.activeMs ?? 0) > 0, `${judged.activeMs}`);
      assert.match(judged.guidelinesVersion ?? "", /^[0-9a-f]{12}$/);
      assert.ok(
        judged.openedAt !== undefined &&
          judged.submittedAt !== undefined &&
          judged.openedAt < judged.submittedAt,
      );

      // A second judgement adds lines and changes none but a brace's comma.
      for (const words of [
        ["add", "."],
        ["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "1"],
      ])
        spawnSync("git", words, { cwd: folder });
      await keys(window, "1", "2", "3", "4", "5", "6", "7", "Enter");
      await said(window, /order/);
      await keys(window, "Enter");
      await page.getByText("Count to three.").waitFor();
      await window.page.keyboard.press("Control+s");
      await until(() => Object.keys(saved(folder).judgements).length === 2, "the second judgement");
      const { stdout } = spawnSync("git", ["diff", "--numstat", "labels"], { cwd: folder, encoding: "utf8" });
      const [added, removed] = stdout.split("\t").map(Number);
      assert.ok(added <= 12 && removed <= 1, stdout);

      // Undo goes back act by act, to the bytes of before, and shows what it undoes.
      const before = readFileSync(fileOf(folder), "utf8");
      await keys(window, "1", "2");
      await said(window, /B/);
      await keys(window, "Control+z", "Control+z");
      await page.locator(".badge.ranked").first().waitFor({ state: "detached" });
      // Undone to what was saved last, the file counts as unchanged.
      await isClean(window);
      assert.equal(readFileSync(fileOf(folder), "utf8"), before);
      await keys(window, "Alt+ArrowLeft");
      await page.getByRole("heading", { name: "Item 2 of 4" }).waitFor();
      await page
        .getByText(/sft@100/)
        .first()
        .waitFor();
    });
  });

  it("what was not saved comes back after a reload, and can be let go", async () => {
    await withWindow({ folder, settings }, async (window) => {
      const page = window.webview();
      await window.openContainer("RLHF");
      await openRanking(window);
      await keys(window, "2", "1", "1");
      await said(window, /C/);
      // The editor backs dirty files up about a second later.
      await until(() => existsSync(fileOf(folder)), "the file");
      await window.page.waitForTimeout(3000);
      await window.page.reload();
      await window.page.getByRole("tab", { name: "RLHF", exact: true }).waitFor();
      await page.locator(".badge.ranked").nth(2).waitFor();
      assert.equal(await page.locator(".badge.ranked").count(), 3);
      assert.deepEqual(saved(folder).judgements, {}, "nothing was saved");
      await window.page.keyboard.press("Control+s");
      await until(() => saved(folder).judgements["round-1-0001"]?.status === "draft", "the draft");
      await page.locator("section.card").first().click();
      await keys(window, "m");
      await page.getByRole("checkbox").first().waitFor();
      await window.screenshot("ranking-flags");
      await keys(window, "a", "Escape");
      await said(window, /instruction/);
      await window.runCommand("View: Close Editor");
      await window.page.getByRole("button", { name: "Don't Save" }).click();
      await page.getByRole("listbox").waitFor({ state: "detached" });
      assert.equal(saved(folder).judgements["round-1-0001"]?.ratings, undefined);
    });
  });

  it("keys can be changed like all of VS Code's", async () => {
    (await session()).server.writeKeybindings([
      { key: "q", command: "rlhf.ranking.rank", args: "3", when: "rlhf.ranking.keys" },
    ]);
    try {
      await withWindow({ folder, settings }, async (window) => {
        await window.openContainer("RLHF");
        await openRanking(window);
        await keys(window, "q");
        await said(window, "A moved to rank 3");
        await keys(window, "r");
        await window.page.getByRole("tab", { name: /Preview guidelines/ }).waitFor();
      });
    } finally {
      (await session()).server.writeKeybindings([]);
    }
  });

  it("a note takes every letter; a merge that Git left open names its line and is never written over", async () => {
    await withWindow({ folder, settings }, async (window) => {
      const page = window.webview();
      await window.openContainer("RLHF");
      await openRanking(window);
      await keys(window, "t");
      await page.locator("textarea:focus").waitFor();
      await window.page.keyboard.type("a1=nmsv? x");
      await keys(window, "Escape");
      await keysArePages(window);
      await keys(window, "1");
      await said(window, /A/);
      await window.page.keyboard.press("Control+s");
      const first = (): unknown => Object.values(saved(folder).judgements["round-1-0001"]?.ratings ?? {})[0];
      await until(
        () => JSON.stringify(first()) === '{"note":"a1=nmsv? x"}',
        () => JSON.stringify(first()),
      );
      // Of a file that is just being saved VS Code hears no change from elsewhere.
      await isClean(window);
      const good = readFileSync(fileOf(folder), "utf8");
      const broken = good.replace('      "status"', '<<<<<<< HEAD\n=======\n>>>>>>> kim\n      "status"');
      writeFileSync(fileOf(folder), broken);
      await page.getByText(/Git left both sides of a merge/).waitFor();
      await window.screenshot("ranking-conflict");
      await keys(window, "1", "Enter");
      assert.equal(readFileSync(fileOf(folder), "utf8"), broken);
      await page.getByRole("button", { name: "Open as Text" }).click();
      await window.page.locator(".view-line", { hasText: "<<<<<<< HEAD" }).waitFor();
      await window.runCommand("View: Reopen Editor With...");
      await window.answer("RLHF Ranking");
      await page.getByText(/Git left both sides of a merge/).waitFor();
      writeFileSync(fileOf(folder), good);
      await page.getByRole("listbox").waitFor();
    });
  });

  it("another's labels can only be looked at; what two disagree on is adjudicated, and trains a reward model", async () => {
    for (const [labeler, tiers] of Object.entries({
      kim: [["r1"], ["r2"], ["r3"], ["r4"], ["r5"], ["r6"], ["r7"]],
      lee: [["r7"], ["r6"], ["r5"], ["r4"], ["r3"], ["r2"], ["r1"]],
    })) {
      const judgements = { "round-1-0001": { status: "submitted" as const, tiers: { overall: tiers } } };
      const file = rankingFileText({ ...newRankingFile("round-1", labeler), judgements });
      writeFileSync(join(folder, `labels/round-1.${labeler}.ranking.json`), file);
    }
    await withWindow({ folder, settings }, async (window) => {
      const page = window.webview();
      await window.openContainer("RLHF");
      await openRanking(window);
      await window
        .treeItem(/^round-1/)
        .first()
        .click();
      await window.page.keyboard.press("ArrowRight");
      await window.treeItem(/^kim/).click();
      await page.getByText(/cannot be changed here/).waitFor();
      await window.runCommand("View: Close All Editors");
      await window.runCommand("RLHF: Show Agreement");
      await page.getByRole("heading", { name: "Quality of the labels" }).waitFor();
      await window.screenshot("agreement");
      // A link to the contested item, as the report has it on the desktop; the editor asks before it opens one.
      await window.runCommand("Developer: Open URL");
      const about = `project=${encodeURIComponent(folder)}&batch=round-1&item=round-1-0001`;
      await window.answer(`code-oss://rlhf-workbench.rlhf-workbench/item?${about}`);
      await window.page.getByRole("dialog").getByRole("button", { name: "Open", exact: true }).click();
      await page.getByText(/^kim: /).waitFor();
      await window.runCommand("View: Close All Editors");
      await window.runCommand("RLHF: Adjudicate Contested Items");
      await window.page.getByText("21 of 21 pairs ordered the other way round, by 2 labelers").waitFor();
      await window.page.keyboard.press("Enter");
      await window.sayName(page.getByText(/^kim: /));
      await page.getByText(/^lee: /).waitFor();
      await keysArePages(window);
      await keys(window, "2", "1", "1", "2", "5", "4", "6", "Enter");
      await page.getByRole("heading", { name: "Item 2 of 4" }).waitFor();
      await window.screenshot("ranking-adjudicated");
      await window.page.keyboard.press("Control+s");
      const adjudicated = join(folder, "labels/round-1.adjudicated-by-mina.ranking.json");
      await until(
        () => readFileSync(adjudicated, "utf8").includes('"submitted"'),
        "the adjudication on disk",
      );
    });
    const { code, err } = await runCli(["rm", "--no-start", "--project", folder, "--model", "models/base"], {
      file: join(repository, "dist/cli.js"),
    });
    assert.equal(code, 0, err);
    const [run] = readdirSync(join(folder, "runs")).filter((name) => name.startsWith("rm-"));
    const inputs = ["comparisons.jsonl", "comparisons.validation.jsonl"]
      .map((name) => join(folder, "runs", run, "inputs", name))
      .filter((path) => existsSync(path))
      .map((path) => readFileSync(path, "utf8"))
      .join("");
    const ids = [...inputs.matchAll(/"id":"(round-1\/[^"]*\/overall)"/g)].map(([, id]) => id);
    assert.deepEqual(ids, ["round-1/round-1-0001/adjudicated-by-mina/overall"]);
  });

  it("looks right in four themes and narrow, for axe too", async () => {
    await withWindow({ folder, settings }, async (window) => {
      await window.openContainer("RLHF");
      await openRanking(window);
      await keys(window, "1", "3", "1", "2");
      await said(window, /D/);
      for (const theme of themesToSee) {
        await window.changeTheme(theme);
        await window.screenshot(`ranking-${theme}`);
        assert.deepEqual(await window.accessibilityProblems(), [], theme);
      }
      await window.page.setViewportSize({ width: 560, height: 800 });
      await window.screenshot("ranking-narrow");
      await window.page.setViewportSize({ width: 1280, height: 800 });
    });
  });
});
