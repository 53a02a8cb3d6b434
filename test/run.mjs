// The test command: types, lint and format first, then every mocha suite on bundles made by build.mjs.
// Ends with one line `N passed, N failed, N skipped`; skipped tests are listed by name and reason before it.
//   node test/run.mjs [--full] [--only FOLDER] [--grep TEXT] [--no-check]
import { spawnSync } from "node:child_process";
import { join, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import Mocha from "mocha";
import { testFiles } from "../build.mjs";
import { installHost, whyNoServer } from "./host/install.mjs";
import { packageExtension } from "./host/package.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = process.env.RLHF_DIST ?? join(root, "dist");
const option = (name) =>
  process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined;
const full = process.argv.includes("--full");
const npmScript = (...args) => {
  // One shell string, because npm is a .cmd file on Windows.
  return (
    spawnSync(`npm run --silent ${args.join(" ")}`, { cwd: root, stdio: "inherit", shell: true }).status === 0
  );
};

/** Installs the VS Code server with its browser, and packs the extension if it is to run there; the reason if that cannot be. */
async function whyNoHost(isPacked) {
  try {
    await installHost();
  } catch (error) {
    return error.message;
  }
  const reason = whyNoServer();
  if (reason === null && isPacked) await packageExtension();
  return reason;
}

/** Folders of tests that need the browser, or the server too: their bundles and sources. */
const browserTests = {
  webviews: { bundle: "pages.js", sources: ["webviews"] },
  host: { bundle: "ui.js", sources: ["host/inside", "host/ui"] },
};

let passed = 0;
let failed = 0;
const skipped = [];
if (!process.argv.includes("--no-check")) npmScript("check") ? passed++ : failed++;
if (!npmScript("build", "--", "--tests")) {
  console.log(`${passed} passed, ${failed + 1} failed`);
  process.exit(1);
}

if (full) process.env.RLHF_FULL_TESTS = "1";
const folders = option("--only")
  ? [option("--only")]
  : ["unit", "property", "tensor", "process", "webviews", "host"];
const mocha = new Mocha({ timeout: full ? 3_600_000 : 120_000, slow: 5_000, grep: option("--grep") });
for (const file of testFiles(folders.filter((name) => !(name in browserTests))))
  mocha.addFile(join(dist, file.replace(/\.ts$/, ".js")));
if (folders.includes("unit"))
  for (const name of ["architecture", "settingsRead"])
    mocha.addFile(join(root, `test/unit/${name}.test.mjs`));
const inBrowser = folders.filter((name) => name in browserTests);
const reason = inBrowser.length > 0 ? await whyNoHost(folders.includes("host")) : null;
for (const name of inBrowser) {
  const { bundle, sources } = browserTests[name];
  if (reason === null) mocha.addFile(join(dist, "test/host", bundle));
  else for (const source of testFiles(sources)) skipped.push({ name: source, reason });
}
await mocha.loadFilesAsync();
const runner = mocha.run(() => {
  for (const { name, reason } of skipped) console.log(`skipped: ${name}: ${reason}`);
  if (skipped.length) console.log(`${skipped.length} skipped`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
});
runner.on("pass", () => passed++);
runner.on("fail", () => failed++);
runner.on("pending", (test) =>
  skipped.push({ name: test.fullTitle(), reason: test.skipReason ?? "no reason given" }),
);
