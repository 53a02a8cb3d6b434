// The import rule between folders, checked on the real import graph (esbuild's metafile). The table is ARCHITECTURE.md's.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";
import { bundleOptions, pageOptions } from "../../build.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const pure = ["protocol", "algorithms"];

/** folder -> what its files may import: other folders, "node", "tfjs", or a package by name. Its own folder is always allowed. */
const rule = {
  protocol: [],
  algorithms: ["protocol"],
  charts: pure,
  tokenizer: ["protocol", "algorithms"],
  formats: ["protocol"],
  world: [...pure, "data"],
  data: [...pure, "tokenizer", "formats", "csv-parse", "hyparquet", "hyparquet-writer"],
  project: [...pure, "tokenizer", "formats", "data", "runs", "node"],
  engine: [...pure, "engine/wasm", "engine/tensorflow", "tfjs"],
  "engine/wasm": [...pure, "engine", "tfjs", "node", "kernels.wasm"],
  "engine/tensorflow": [...pure, "engine", "tfjs", "node", "@tensorflow/tfjs-node-gpu"],
  native: ["protocol", "engine/tensorflow", "runs", "node", "yauzl"],
  losses: [...pure, "engine", "tfjs"],
  model: [...pure, "engine", "tfjs"],
  runs: ["protocol", "formats", "node"],
  report: [...pure, "charts", "data", "project", "runs", "node"],
  trainer: [
    ...pure,
    "tokenizer",
    "formats",
    "world",
    "data",
    "engine",
    "losses",
    "model",
    "runs",
    "node",
    "tfjs",
    "vader-sentiment",
  ],
  selfcheck: [
    ...pure,
    "tokenizer",
    "formats",
    "world",
    "data",
    "engine",
    "losses",
    "model",
    "runs",
    "trainer",
    "node",
    "tfjs",
  ],
  host: [
    ...pure,
    "charts",
    "tokenizer",
    "formats",
    "data",
    "project",
    "runs",
    "report",
    "node",
    "vscode",
    "jsonc-parser",
  ],
  cli: [
    ...pure,
    "tokenizer",
    "formats",
    "world",
    "data",
    "project",
    "report",
    "engine",
    "engine/tensorflow",
    "native",
    "model",
    "runs",
    "trainer",
    "selfcheck",
    "node",
    "commander",
    "csv-parse",
    "hyparquet",
    "package.json",
  ],
};

/** What web pages may import, as above; one line a page. The UI toolkit is for shared/toolkit.ts alone. */
const pageRule = {
  "webviews/shared": [...pure, "diff"],
  "webviews/chat": [...pure, "webviews/shared"],
  "webviews/ranking": [...pure, "webviews/shared"],
  "webviews/demonstrations": [...pure, "webviews/shared"],
  "webviews/rollouts": [...pure, "webviews/shared"],
  "webviews/metrics": [...pure, "charts", "webviews/shared", "uplot"],
  "webviews/rewards": [...pure, "webviews/shared"],
  "webviews/compare": [...pure, "charts", "webviews/shared"],
};

const folderOf = (path) => {
  const inside = path.replace(/^extension\//, "").split("/");
  const nested = inside.slice(0, 2).join("/");
  return nested in rule ? nested : inside[0];
};

const pageFolderOf = (path) => path.split("/").slice(0, 2).join("/");

function kindOf(path) {
  if (path.startsWith("webviews/")) return pageFolderOf(path);
  if (path.startsWith("extension/")) return folderOf(path);
  const name = path.replace(/^node:/, "");
  if (builtinModules.includes(name)) return "node";
  if (path.endsWith("kernels.wasm")) return "kernels.wasm";
  const packageName = name.replace(/^.*node_modules\//, "").match(/^(@[^/]+\/)?[^/]+/)?.[0] ?? name;
  return ["@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-cpu"].includes(packageName)
    ? "tfjs"
    : packageName;
}

/** The real imports of files, as esbuild follows them. */
const graphOf = (entryPoints, options) =>
  esbuild.build({
    ...options,
    entryPoints,
    outdir: "unused",
    write: false,
    metafile: true,
    sourcemap: false,
  });

describe("architecture", () => {
  it("every folder imports only what the rule allows", async () => {
    const files = readdirSync(join(root, "extension"), { recursive: true })
      .map((name) => `extension/${String(name).replaceAll("\\", "/")}`)
      .filter(
        (name) => name.endsWith(".ts") && !name.endsWith(".d.ts") && !name.startsWith("extension/kernels/"),
      );
    const { metafile } = await graphOf(files, bundleOptions);
    const wrong = [];
    for (const [file, { imports }] of Object.entries(metafile.inputs)) {
      if (!file.startsWith("extension/")) continue;
      const folder = folderOf(file);
      assert.ok(folder in rule, `${file} stands in a folder that the rule does not know`);
      for (const { path } of imports) {
        const kind = kindOf(path);
        if (kind !== folder && !rule[folder].includes(kind)) wrong.push(`${file} imports ${path} (${kind})`);
      }
    }
    assert.deepEqual(wrong, []);
  });

  it("web pages import protocol, algorithms and what they share; the toolkit has one importer", async () => {
    const files = readdirSync(join(root, "webviews"), { recursive: true })
      .map((name) => `webviews/${String(name).replaceAll("\\", "/")}`)
      .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"));
    const { metafile } = await graphOf(files, pageOptions);
    const wrong = [];
    for (const [file, { imports }] of Object.entries(metafile.inputs)) {
      if (!file.startsWith("webviews/")) continue;
      const folder = pageFolderOf(file);
      assert.ok(folder in pageRule, `${file} stands in a folder that the rule does not know`);
      for (const { path } of imports) {
        const kind = kindOf(path);
        const isToolkit = kind === "@vscode/webview-ui-toolkit" && file === "webviews/shared/toolkit.ts";
        if (kind !== folder && !isToolkit && !pageRule[folder].includes(kind))
          wrong.push(`${file} imports ${path} (${kind})`);
      }
    }
    assert.deepEqual(wrong, []);
  });
});
