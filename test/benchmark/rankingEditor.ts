// What a labeler waits for in the ranking editor, in a real window: a batch of 500 items of 9 responses of 4,000 letters.
import { mkdirSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { makeRankingBatch, newRankingFile, rankingFileText } from "../../extension/data/labels";
import { toJsonLines } from "../../extension/data/records";
import { withWindow, type EditorWindow } from "../host/support/editorWindow";
import { keysArePages } from "../host/support/rankingKeys";
import { endSession, session } from "../host/support/session";

const items = 500;
const times = 20;
const rounds = 7;

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
  writeFileSync(join(folder, "same.txt"), rankingFileText(file));
  writeFileSync(join(folder, "dot.png"), Buffer.from(dot, "base64"));
}

/** The files that are opened by turns, what shows that they are there, and whether that is inside a webview. */
const openings = {
  /** VS Code's own share: an editor of text, and a custom editor of its own, which is a webview too. */
  "plain text": { file: "same.txt", shown: `document.querySelector(".monaco-editor .view-line span span")` },
  "VS Code's image preview": {
    file: "dot.png",
    shown: `document.querySelector("body.ready img")?.complete`,
  },
  "ranking editor": {
    file: "large.ann.ranking.json",
    shown: `document.querySelector("section.card.focused:focus")`,
  },
} as const;
type Opening = keyof typeof openings;
const names = Object.keys(openings) as readonly Opening[];

/** A PNG of one grey pixel. */
const dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg==";

/**
 * Notes in every frame when Enter came and when what was opened showed. It looks each millisecond itself, because Playwright looks for a frame
 * in a frame that is not there yet in steps of up to half a second.
 */
const watch = `{
  const looks = ${JSON.stringify(Object.fromEntries(names.map((name) => [name, openings[name].shown])))};
  addEventListener("keydown", ({ key }) => { if (key === "Enter") globalThis.enteredAt = Date.now(); }, true);
  globalThis.shownAt = {};
  const isThere = Object.fromEntries(Object.entries(looks).map(([name, look]) => [name, new Function("return Boolean(" + look + ")")]));
  globalThis.watching = setInterval(() => {
    for (const [name, look] of Object.entries(isThere))
      if (shownAt[name] === undefined && document.body !== null && look()) shownAt[name] = Date.now();
  }, 1);
}`;

/** Milliseconds from Enter in the list of files to what shows; null where no frame has seen it yet. */
async function shownAfter({ page }: EditorWindow, name: Opening): Promise<number | null> {
  const entered = await page.evaluate<number>("globalThis.enteredAt");
  const looks = page.frames().map((frame) =>
    frame
      .evaluate<number | undefined>(`globalThis.shownAt?.[${JSON.stringify(name)}]`)
      // A frame that goes while it is asked has nothing to say.
      .catch(() => undefined),
  );
  const seen = (await Promise.all(looks)).filter((at): at is number => at !== undefined && at >= entered);
  return seen.length === 0 ? null : Math.min(...seen) - entered;
}

/** The stretches from Enter to the focused card: whose time each is. */
const stretches = [
  "VS Code",
  "VS Code's frame, script",
  "extension host",
  "page",
  "VS Code's focus",
] as const;

/** How long each stretch was, by the page's own marks. */
async function partsOfOpening(window: EditorWindow, total: number): Promise<readonly number[]> {
  const entered = await window.page.evaluate<number>("globalThis.enteredAt");
  const document = await window.webview().locator("html").elementHandle();
  const frame = await document?.ownerFrame();
  if (!frame) throw new Error("no webview shows");
  const [began, ready, heard, shown] = await frame.evaluate<number[]>(`
    [0, ...["ready", "heard", "shown"].map((name) => performance.getEntriesByName("rlhf." + name)[0].startTime)]
      .map((ms) => performance.timeOrigin + ms)`);
  const ends = [began, ready, heard, shown, entered + total];
  return ends.map((end, i) => end - (i === 0 ? entered : ends[i - 1]));
}

async function open(window: EditorWindow, name: Opening): Promise<number> {
  const { page } = window;
  await page.keyboard.press("Control+p");
  await page.keyboard.type(openings[name].file);
  const wanted = page.locator(".quick-input-list .monaco-list-row.focused");
  await wanted.filter({ hasText: openings[name].file }).waitFor();
  await page.evaluate("globalThis.shownAt = {}");
  await page.keyboard.press("Enter");
  for (let i = 0; i < 200; i++) {
    await page.waitForTimeout(100);
    const ms = await shownAfter(window, name);
    if (ms !== null) return ms;
  }
  throw new Error(`${name} never showed`);
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
      await window.page.addInitScript(watch);
      await window.page.evaluate(watch);
      const page = window.webview();
      const opens = new Map(names.map((name) => [name, [] as number[]]));
      const parts: (readonly number[])[] = [];
      for (let i = 0; i < rounds; i++)
        for (const name of names) {
          const ms = await open(window, name);
          opens.get(name)?.push(ms);
          if (name === "ranking editor") parts.push(await partsOfOpening(window, ms));
          if (i < rounds - 1 || name !== "ranking editor") await window.runCommand("View: Close Editor");
        }
      // Looking so often costs the page time that keys are not to wait for.
      for (const frame of window.page.frames()) await frame.evaluate("clearInterval(globalThis.watching)");
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
      console.log(`load of the machine: ${loadavg()[0].toFixed(1)}`);
      for (const [name, [cold, ...warm]] of opens) print(`open, ${name}: first ${cold} ms, then`, warm);
      for (const [k, name] of stretches.entries()) {
        const [cold, ...warm] = parts.map((each) => each[k]);
        print(`  of these, ${name}: first ${cold.toFixed(0)} ms, then`, warm);
      }
      print("next item:", next);
      print("a rank's key:", keys);
    });
  } finally {
    await endSession();
  }
}

function print(name: string, all: readonly number[]): void {
  const sorted = [...all].sort((a, b) => a - b);
  const [middle, worst] = [sorted[Math.floor(sorted.length / 2)], sorted[sorted.length - 1]];
  console.log(`${name} ${middle.toFixed(0)} ms (worst of ${all.length}: ${worst.toFixed(0)})`);
}
