// Milliseconds to list 500 runs as the explorer does: cold (a new process has read nothing), warm (nothing changed), and after one line of one log.
//   node test/benchmark/explorer.mjs [N]
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";
import { bundleOptions } from "../../build.mjs";

const n = Number(process.argv[2] ?? 500);
const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const folder = mkdtempSync(join(tmpdir(), "rlhf-benchmark-"));
const source = `
  export { RunCache } from "./extension/host/runCache";
  export { metricsText, writeManyRuns } from "./test/support/manyRuns";
  export { appendFileSync } from "node:fs";`;

function measure(name, work) {
  const [begun, used] = [performance.now(), process.cpuUsage()];
  const result = work();
  const wall = performance.now() - begun;
  const { user, system } = process.cpuUsage(used);
  console.log(`${name}: ${wall.toFixed(1)} ms (processor: ${((user + system) / 1000).toFixed(1)} ms)`);
  return result;
}

try {
  const bundle = join(folder, "explorer.cjs");
  await esbuild.build({
    ...bundleOptions,
    stdin: { contents: source, resolveDir: root, loader: "ts" },
    outfile: bundle,
    sourcemap: false,
  });
  const { RunCache, appendFileSync, metricsText, writeManyRuns } = createRequire(import.meta.url)(bundle);
  const project = join(folder, "project");
  writeManyRuns(project, n);
  const cache = new RunCache();
  const entries = measure(`cold, ${n} runs`, () => cache.list(project));
  measure("warm", () => cache.list(project));
  measure("warm again", () => cache.list(project));
  const ppo = entries.find(({ run }) => run?.manifest.stage === "ppo");
  appendFileSync(ppo.run.paths.metrics, `${metricsText("ppo", 41, 1)}\n`);
  measure("one log has grown", () => cache.list(project));
  if (entries.length !== n || entries.some(({ problem }) => problem))
    throw new Error("not all runs were read");
} finally {
  rmSync(folder, { recursive: true, force: true });
}
