// Builds dist/ (or $RLHF_DIST): the WebAssembly kernels (AssemblyScript), then one bundle a process (esbuild), and with --tests every test file.
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import esbuild from "esbuild";
import { bundledPackages, thirdPartyNotices } from "./notices.mjs";

const root = dirname(fileURLToPath(import.meta.url));
export const dist = process.env.RLHF_DIST ?? join(root, "dist");
const kernelFile = join(dist, "kernels.wasm");

/** Compiles extension/kernels to kernels.wasm: plain SIMD and threads, shared imported memory, no runtime, no data segment. */
export async function buildKernels() {
  if (!existsSync(join(root, "extension/kernels/kernels.ts"))) return;
  const { default: asc } = await import("assemblyscript/asc");
  const { error, stderr } = await asc.main(
    [
      "extension/kernels/kernels.ts",
      ...["--outFile", relative(root, kernelFile)],
      ...["-O3", "--noAssert", "--runtime", "stub", "--importMemory", "--sharedMemory"],
      ...["--initialMemory", "1024", "--maximumMemory", "65536", "--enable", "threads,simd"],
    ],
    { baseDir: root },
  );
  if (error) throw new Error(`the kernels do not compile:\n${stderr.toString()}`);
}

/** Kernels for TensorFlow's own library; the package is optional, and without it a build has no native backend. */
const nativePackage = "@tensorflow/tfjs-node-gpu";
const hasNativePackage = existsSync(join(root, "node_modules", nativePackage));

/**
 * Options every bundle shares. `module` first: with tfjs's `main` fields two copies of its core would get in. So they would with the union
 * package that the native kernels ask for: they use nothing but the core of it.
 */
export const bundleOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  mainFields: ["module", "main"],
  external: ["vscode", ...(hasNativePackage ? [] : [nativePackage])],
  alias: { "@tensorflow/tfjs": "@tensorflow/tfjs-core" },
  loader: { ".wasm": "binary", ".cc": "text", ".h": "text" },
  sourcemap: "linked",
  logLevel: "warning",
  define: { "process.env.NODE_DEBUG": "undefined" },
  plugins: [
    {
      name: "kernels",
      setup: (build) => build.onResolve({ filter: /^kernels\.wasm$/ }, () => ({ path: kernelFile })),
    },
  ],
};

/** The product's entry points: bundle name -> source file. */
export const entryPoints = {
  cli: "extension/cli/cli.ts",
  trainer: "extension/trainer/main.ts",
  extension: "extension/host/extension.ts",
};

/** The pages of panels: webviews/<name>/main.ts becomes dist/webviews/<name>.js, and its styles <name>.css. */
export const pageOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: "browser",
  // The browser of the oldest editor that the manifest admits.
  target: "chrome132",
  format: "iife",
  minify: true,
  sourcemap: "linked",
  logLevel: "warning",
};

export function pageEntryPoints() {
  return readdirSync(join(root, "webviews"))
    .filter((name) => existsSync(join(root, "webviews", name, "main.ts")))
    .sort()
    .map((name) => ({ out: name, in: `webviews/${name}/main.ts` }));
}

/** All test files, as dist/test/<folder>/<name>.js -> source. */
export function testFiles(folders = ["unit", "property", "tensor", "process"]) {
  return folders.flatMap((folder) =>
    !existsSync(join(root, "test", folder))
      ? []
      : readdirSync(join(root, "test", folder), { recursive: true })
          .map(String)
          .filter((name) => name.endsWith(".test.ts"))
          .map((name) => `test/${folder}/${name.replaceAll("\\", "/")}`)
          .sort(),
  );
}

/**
 * The tests in a real VS Code: one bundle for those that drive a window, which share a server, one that runs inside the extension host, and
 * the server itself. Those of the pages alone use the same browser.
 */
function hostTests() {
  const require = (file) => `require("./${file}");`;
  const inside = testFiles(["host/inside"]).map(require).join(" ");
  return {
    ui: testFiles(["host/ui"]).map(require).join("\n"),
    pages: testFiles(["webviews"]).map(require).join("\n"),
    rankingBenchmark: `export { measure } from "./test/benchmark/rankingEditor";`,
    metricsBenchmark: `export { measure } from "./test/benchmark/metricsPanel";`,
    server: `export { startServer } from "./test/host/support/server";`,
    inside: `import { run as runSuites } from "./test/host/inside/run"; export const run = () => runSuites(() => { ${inside} });`,
  };
}

/**
 * The tests on TensorFlow, one bundle a process: there is one TensorFlow in a process, and what other backends leave in tfjs would move to it.
 * `suites` are those that hold on `wasm` too: graphs without XLA, which takes seconds for each of the many shapes that they have.
 */
export function nativeTests() {
  const bundle = (setting, files) =>
    [
      'process.env.RLHF_TEST_BACKEND = "tensorflow";',
      setting,
      ...files.map((f) => `require("./${f}");`),
    ].join("\n");
  const ofKernels = ["test/tensor/ops.test.ts", "test/native/kernels.test.ts"];
  return {
    suites: bundle('process.env.RLHF_XLA = "0";', ["test/native/suites.ts"]),
    steps: bundle("", testFiles(["native"])),
    // As on a GPU: without the kernels for processors.
    xla: bundle('process.env.RLHF_KERNELS = "0";', ["test/native/compiledSteps.test.ts"]),
    // The kernels of older processors, and of other ones.
    avx2: bundle('process.env.RLHF_KERNELS = "avx2";', ofKernels),
    plain: bundle('process.env.RLHF_KERNELS = "plain";', ofKernels),
  };
}

/** Programs that process tests start beside their own bundle: test/support/<name>.entry.ts. */
export function testPrograms() {
  return readdirSync(join(root, "test/support"))
    .filter((name) => name.endsWith(".entry.ts"))
    .map((name) => `test/support/${name}`)
    .sort();
}

/**
 * One bundle a language out of media/l10n/<language>/<area>.json, where VS Code looks for it. Problems stand in it with the comment "problem",
 * by which the host knows their templates.
 */
function writeTranslations() {
  const source = join(root, "media/l10n");
  mkdirSync(join(dist, "l10n"), { recursive: true });
  for (const language of readdirSync(source)) {
    const areas = readdirSync(join(source, language)).sort();
    const parts = areas.map((area) => {
      const texts = Object.entries(JSON.parse(readFileSync(join(source, language, area), "utf8")));
      const comment = area === "problems.json" ? "/problem" : "";
      return Object.fromEntries(texts.map(([text, translated]) => [text + comment, translated]));
    });
    const bundle = JSON.stringify(Object.assign({}, ...parts), null, 2);
    writeFileSync(join(dist, "l10n", `bundle.l10n.${language}.json`), `${bundle}\n`);
  }
}

/** The JSON schema of rlhf.json in each language, which package.json names under jsonValidation, out of the one catalogue of settings. */
async function writeConfigSchema() {
  const { outputFiles } = await esbuild.build({
    ...bundleOptions,
    entryPoints: ["extension/protocol/configSchema.ts"],
    format: "esm",
    sourcemap: false,
    write: false,
  });
  const code = Buffer.from(outputFiles[0].contents).toString("base64");
  const { jsonSchema, inEnglish } = await import(`data:text/javascript;base64,${code}`);
  const write = (name, schema) => writeFileSync(join(dist, name), `${JSON.stringify(schema, null, 1)}\n`);
  write("rlhf.schema.json", jsonSchema());
  for (const file of readdirSync(join(root, "media/settings"))) {
    const texts = JSON.parse(readFileSync(join(root, "media/settings", file), "utf8"));
    const say = (text, ...values) => inEnglish(texts[text] ?? text, ...values);
    write(`rlhf.schema.${file}`, jsonSchema(say));
  }
}

/** The kernels are made with AssemblyScript's library; the addon and its sources are npm's package and Node's headers. */
function writeNotices(metafiles) {
  const unbundled = ["assemblyscript", ...(hasNativePackage ? [nativePackage, "node-api-headers"] : [])];
  const names = [...new Set([...bundledPackages(metafiles), ...unbundled])].sort();
  writeFileSync(join(dist, "THIRD_PARTY_NOTICES.txt"), thirdPartyNotices(join(root, "node_modules"), names));
}

/** What the native backend's addon is built of where the one that a package brings does not fit: the binding of npm's package, and Node's headers. */
function copyAddonSources() {
  if (!hasNativePackage) return;
  const target = join(dist, "native/sources");
  cpSync(join(root, "node_modules", nativePackage, "binding"), join(target, "binding"), { recursive: true });
  const headers = join(root, "node_modules/node-api-headers/include");
  for (const name of readdirSync(headers).filter((name) => name.endsWith(".h")))
    cpSync(join(headers, name), join(target, name));
}

async function build({ tests }) {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  await buildKernels();
  const present = Object.entries(entryPoints).filter(([, file]) => existsSync(join(root, file)));
  const programs = await esbuild.build({
    ...bundleOptions,
    entryPoints: present.map(([out, file]) => ({ out, in: file })),
    outdir: dist,
    metafile: true,
  });
  const outdir = join(dist, "webviews");
  const pages = await esbuild.build({
    ...pageOptions,
    entryPoints: pageEntryPoints(),
    outdir,
    metafile: true,
  });
  writeNotices([programs.metafile, pages.metafile]);
  if (existsSync(join(dist, "cli.js"))) chmodSync(join(dist, "cli.js"), 0o755);
  writeTranslations();
  copyAddonSources();
  await writeConfigSchema();
  if (tests)
    await esbuild.build({
      ...bundleOptions,
      entryPoints: [...testFiles(), ...testPrograms()],
      outbase: ".",
      outdir: dist,
      sourcemap: "inline",
    });
  for (const [name, contents] of Object.entries(tests ? nativeTests() : {}))
    await esbuild.build({
      ...bundleOptions,
      stdin: { contents, resolveDir: root },
      outfile: join(dist, `test/native/${name}.js`),
      sourcemap: "inline",
    });
  for (const [name, contents] of Object.entries(tests ? hostTests() : {}))
    await esbuild.build({
      ...bundleOptions,
      stdin: { contents, resolveDir: root },
      outfile: join(dist, `test/host/${name}.js`),
      external: [...bundleOptions.external, "mocha", "playwright-core"],
      sourcemap: "inline",
    });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await build({ tests: process.argv.includes("--tests") });
