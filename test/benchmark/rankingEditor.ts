// What a labeler waits for in the ranking editor, in a real window: a batch of 500 items of 9 responses of 4,000 letters.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeRankingBatch, newRankingFile, rankingFileText } from "../../extension/data/labels";
import { toJsonLines } from "../../extension/data/records";
import { withWindow, type EditorWindow } from "../host/support/editorWindow";
import { keysArePages } from "../host/support/rankingKeys";
import { endSession, session } from "../host/support/session";

const items = 500;
const times = 20;

/** All but the last items are judged, so that the labeler's file is as large as it gets. */
function writeBatch(folder: string): void {
  const text = (i: number, k: number): string => `answer ${i} ${k} `.repeat(400).slice(0, 4000);
  const batch = makeRankingBatch(
    "large",
    Array.from({ length: items }, (_, i) => ({
      prompt: { id: `p${i}`, text: `prompt ${i}` },
      responses: Array.from({ length: 9 }, (_, k) => ({ text: text(i, k), model: "sft@100", seed: k })),
    })),
    "2026-01-02T03:04:05.000Z",
  );
  const judged = batch.slice(0, items - times - 5).map(({ id, responses }) => {
    const ratings = Object.fromEntries(
      responses.map((each) => [each.id, { likert: 4, note: "a short note" }]),
    );
    const tiers = { overall: responses.map((each) => [each.id]) };
    return [id, { status: "submitted" as const, tiers, ratings, activeMs: 30_000 }] as const;
  });
  mkdirSync(join(folder, "labels"), { recursive: true });
  writeFileSync(join(folder, "labels/large.items.jsonl"), toJsonLines(batch));
  const file = { ...newRankingFile("large", "ann"), judgements: Object.fromEntries(judged) };
  writeFileSync(join(folder, "labels/large.ann.ranking.json"), rankingFileText(file));
}

/** Milliseconds from a key to what it shows, looked for each millisecond inside the page. */
async function waitedFor(window: EditorWindow, key: string, isShown: string): Promise<number> {
  const document = await window.webview().locator("html").elementHandle();
  const frame = await document?.ownerFrame();
  if (!frame) throw new Error("no webview shows");
  await frame.evaluate(`
    globalThis.began = new Promise((resolve) => addEventListener("keydown", () => resolve(performance.now()), { once: true, capture: true }));
    globalThis.waited = new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error(${JSON.stringify(`after ${key} never came ${isShown}`)})), 10000);
      const look = () => ((${isShown}) ? resolve(performance.now()) : setTimeout(look, 1));
      globalThis.began.then(look);
    });
    // What is waited for must not be waited for here.
    undefined;`);
  await window.page.keyboard.press(key);
  return await frame.evaluate("Promise.all([globalThis.began, globalThis.waited]).then(([a, b]) => b - a)");
}

const heading = `document.querySelector("h1")?.textContent`;

/** Prints the median and the worst of each wait. */
export async function measure(): Promise<void> {
  const folder = await (await session()).project("large");
  writeBatch(folder);
  try {
    await withWindow({ folder, settings: { "rlhf.labeler": "ann" } }, async (window) => {
      const page = window.webview();
      const opens: number[] = [];
      for (let i = 0; i < 5; i++) {
        await window.page.keyboard.press("Control+p");
        await window.page.keyboard.type("large.ann.ranking.json");
        await window.page.locator(".quick-input-list .monaco-list-row").first().waitFor();
        const start = performance.now();
        await window.page.keyboard.press("Enter");
        await page.locator("section.card.focused:focus").waitFor();
        opens.push(performance.now() - start);
        if (i < 4) await window.runCommand("View: Close Editor");
      }
      await keysArePages(window);
      const next: number[] = [];
      const keys: number[] = [];
      for (let i = 0; i < times; i++) {
        const ranked = `document.querySelectorAll(".badge.ranked").length`;
        for (let rank = 1; rank <= 4; rank++)
          keys.push(await waitedFor(window, String(rank), `${ranked} === ${rank}`));
        const before = await page.locator("h1").textContent();
        next.push(await waitedFor(window, "Alt+ArrowRight", `${heading} !== ${JSON.stringify(before)}`));
      }
      for (const [name, all] of Object.entries({ open: opens, "next item": next, "a rank's key": keys })) {
        const sorted = [...all].sort((a, b) => a - b);
        const [middle, worst] = [sorted[Math.floor(sorted.length / 2)], sorted[sorted.length - 1]];
        console.log(`${name}: ${middle.toFixed(0)} ms (worst of ${all.length}: ${worst.toFixed(0)})`);
      }
    });
  } finally {
    await endSession();
  }
}
