// Milliseconds to open, search and change a file of demonstrations as its editor does: every change is on disk when it counts as done.
//   node test/benchmark/demonstrations.mjs [LINES]
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";
import { bundleOptions } from "../../build.mjs";

const n = Number(process.argv[2] ?? 50_000);
const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const folder = mkdtempSync(join(tmpdir(), "rlhf-benchmark-"));
const source = `
  export { changedLines, demonstrationLines, findLines } from "./extension/data/demonstrationLines";
  export { fileBytes, spliceFile } from "./extension/runs/spliceFile";`;

const record = (i) =>
  JSON.stringify({
    id: `demonstration-${i}`,
    prompt: `Question ${i}: ${"what do you know about it ? ".repeat(6)}`,
    response: `Answer ${i}: ${"all that there is to know of it . ".repeat(6)}`,
    author: `writer-${i % 7}`,
    meta: { promptId: `prompt-${i}`, createdAt: "2026-01-02T03:04:05.000Z", activeMs: 40_000 },
  });

function measure(name, work) {
  const times = Array.from({ length: 9 }, () => {
    const begun = performance.now();
    work();
    return performance.now() - begun;
  }).sort((a, b) => a - b);
  console.log(`${name}: ${times[4].toFixed(1)} ms (${times[0].toFixed(1)}–${times[8].toFixed(1)})`);
}

try {
  const bundle = join(folder, "demonstrations.cjs");
  await esbuild.build({
    ...bundleOptions,
    stdin: { contents: source, resolveDir: root, loader: "ts" },
    outfile: bundle,
    sourcemap: false,
  });
  const { changedLines, demonstrationLines, fileBytes, findLines, spliceFile } = createRequire(
    import.meta.url,
  )(bundle);
  const path = join(folder, "demonstrations.jsonl");
  writeFileSync(path, Array.from({ length: n }, (_, i) => `${record(i)}\n`).join(""));
  console.log(`${n} lines, ${(statSync(path).size / 1e6).toFixed(1)} MB; median of nine (least–most)`);

  let lines = null;
  measure("open: read and decode every line", () => (lines = demonstrationLines(fileBytes(path))));
  measure(
    "open again: read, nothing has changed",
    () => (lines = demonstrationLines(fileBytes(path), lines)),
  );
  measure("search", () => findLines(lines, { query: "answer 4999", problemsOnly: false }));
  let written = 0;
  const edit = (line, count, texts) => {
    const changed = changedLines(lines, line, count, texts);
    if (!spliceFile(path, lines.file.bytes, changed.splice)) throw new Error("the file is another");
    lines = changed.lines;
  };
  measure("append a line, in place", () => edit(lines.records.length, 0, [record(n + written++)]));
  measure("replace a line, the file written beside and renamed", () =>
    edit(10, 1, [record(`x${written++}`)]),
  );
  measure("delete a line, the same way", () => edit(20, 1, []));
  if (lines.problems.size > 0 || lines.records.length !== n)
    throw new Error("the file is not what it should be");
} finally {
  rmSync(folder, { recursive: true, force: true });
}
