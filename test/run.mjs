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

/** Installs the VS Code server and packs the extension for it; the reason if the one cannot be. */
async function whyNoHost() {
  try {
    await installHost();
  } catch (error) {
    return error.message;
  }
  const reason = whyNoServer();
  if (reason === null) await packageExtension();
  return reason;
}

let passed = 0;
let failed = 0;
const skipped = [];
if (!process.argv.includes("--no-check")) npmScript("check") ? passed++ : failed++;
if (!npmScript("build", "--", "--tests")) {
  console.log(`${passed} passed, ${failed + 1} failed`);
  process.exit(1);
}

if (full) process.env.RLHF_FULL_TESTS = "1";
const folders = option("--only") ? [option("--only")] : ["unit", "property", "tensor", "process", "host"];
const mocha = new Mocha({ timeout: full ? 3_600_000 : 120_000, slow: 5_000, grep: option("--grep") });
for (const file of testFiles(folders.filter((name) => name !== "host")))
  mocha.addFile(join(dist, file.replace(/\.ts$/, ".js")));
if (folders.includes("unit"))
  for (const name of ["architecture", "settingsRead"])
    mocha.addFile(join(root, `test/unit/${name}.test.mjs`));
if (folders.includes("host")) {
  const reason = await whyNoHost();
  if (reason === null) mocha.addFile(join(dist, "test/host/ui.js"));
  else for (const name of testFiles(["host/inside", "host/ui"])) skipped.push({ name, reason });
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
