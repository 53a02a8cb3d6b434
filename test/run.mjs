// The test command: types, lint and format first, then every mocha suite on bundles made by build.mjs.
// Those on TensorFlow run where it is set up (rlhf setup-native), and must with RLHF_NATIVE_TESTS=1.
// Ends with one line `N passed, N failed`; skipped tests, and those of windows that passed only when they were tried again, are listed before it.
//   node test/run.mjs [--full] [--only FOLDER,FOLDER] [--grep TEXT] [--no-check]
import { spawn, spawnSync } from "node:child_process";
import { join, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import Mocha from "mocha";
import { nativeTests, testFiles } from "../build.mjs";
import { installHost, whyNoServer } from "./host/install.mjs";
import { packageExtension } from "./host/package.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = process.env.RLHF_DIST ?? join(root, "dist");
/** The last one counts, so that a process that this one starts can be told another. */
const option = (name) =>
  process.argv.includes(name) ? process.argv[process.argv.lastIndexOf(name) + 1] : undefined;
const full = process.argv.includes("--full");
/** Runs one of package.json's scripts; true if it ended well. One shell string, because npm is a .cmd file on Windows. */
const npmScript = (words) =>
  new Promise((resolve) =>
    spawn(`npm run --silent ${words}`, { cwd: root, stdio: "inherit", shell: true }).on("close", (code) =>
      resolve(code === 0),
    ),
  );

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

/** What only computes, and what mostly waits for a browser: side by side they keep two cores busy. */
const lanes = [
  ["unit", "property", "tensor", "process"],
  ["webviews", "host"],
];

/** The tests on TensorFlow, each bundle in a process of its own: `--only native` runs them all, `--only native/steps` one. */
const nativeFolders = Object.keys(nativeTests()).map((name) => `native/${name}`);

/** Whether the native backend works here: null, or why not. A process of its own finds out, because loading a library that is none may end it. */
function whyNoNative() {
  const words = [join(dist, "cli.js"), "doctor", "--backend", "tensorflow", "--json"];
  const { stdout } = spawnSync(process.execPath, words, { encoding: "utf8" });
  const line = stdout.split("\n").find((text) => text.includes('"backends"'));
  if (line === undefined) return "the native backend ends the process that loads it";
  const [{ ok, problem }] = JSON.parse(line).backends;
  return ok ? null : problem;
}

/** Runs tests on TensorFlow, one bundle after the other. Where it is not set up they are one skipped test, or a failure where it was asked for. */
async function runNative(folders, run) {
  const reason = whyNoNative();
  if (reason === null) for (const folder of folders) await run(folder);
  else if (process.env.RLHF_NATIVE_TESTS === "1") {
    tally.failed++;
    console.error(`RLHF_NATIVE_TESTS is 1, but the tests on TensorFlow cannot run: ${reason}.`);
  } else tally.skipped.push({ name: "tests on TensorFlow", reason: `native: not set up (${reason})` });
}
const only = option("--only");
/** { passed, failed, skipped, retried } so far. */
const tally = { passed: 0, failed: 0, skipped: [], retried: [] };
const add = ({ passed, failed, skipped, retried }) => {
  tally.passed += passed;
  tally.failed += failed;
  tally.skipped.push(...skipped);
  tally.retried.push(...retried);
};

/** Runs suites in a process of their own, which prints to this one's output or, to be shown later, into a text; adds what they counted. */
function runLane(folders, isShown) {
  const child = spawn(process.execPath, [...process.argv.slice(1), "--only", folders.join()], {
    env: { ...process.env, FORCE_COLOR: process.stdout.isTTY ? "1" : "0" },
    stdio: ["ignore", isShown ? "inherit" : "pipe", isShown ? "inherit" : "pipe", "ipc"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (piece) => (text += piece));
  let counted = { passed: 0, failed: 1, skipped: [], retried: [] };
  child.on("message", (message) => (counted = message));
  return new Promise((resolve) =>
    child.on("close", () => {
      add(counted);
      resolve(text);
    }),
  );
}

/** Prints the counts, or hands them to the process that began this one. */
function end() {
  const code = tally.failed === 0 ? 0 : 1;
  if (process.send) return process.send(tally, () => process.exit(code));
  for (const { name, reason } of tally.retried) console.log(`tried again: ${name}: ${reason}`);
  for (const { name, reason } of tally.skipped) console.log(`skipped: ${name}: ${reason}`);
  if (tally.skipped.length) console.log(`${tally.skipped.length} skipped`);
  console.log(`${tally.passed} passed, ${tally.failed} failed`);
  process.exit(code);
}

/** Runs the suites of some folders of test/ in this process. */
async function runSuites(folders) {
  if (full) process.env.RLHF_FULL_TESTS = "1";
  // A graph is compiled within seconds, but on a machine that does much else a test has many of them.
  const limit = folders.some((name) => nativeFolders.includes(name)) ? 300_000 : 120_000;
  const mocha = new Mocha({ timeout: full ? 3_600_000 : limit, slow: 5_000, grep: option("--grep") });
  for (const name of folders.filter((folder) => nativeFolders.includes(folder)))
    mocha.addFile(join(dist, `test/${name}.js`));
  for (const file of testFiles(
    folders.filter((name) => !(name in browserTests || nativeFolders.includes(name))),
  ))
    mocha.addFile(join(dist, file.replace(/\.ts$/, ".js")));
  if (folders.includes("unit"))
    for (const name of ["architecture", "settingsRead"])
      mocha.addFile(join(root, `test/unit/${name}.test.mjs`));
  const inBrowser = folders.filter((name) => name in browserTests);
  // A whole editor in a browser on a loaded machine is late now and then; what fails twice is a fault, and the first time is said.
  if (inBrowser.length > 0) mocha.suite.retries(1);
  const reason = inBrowser.length > 0 ? await whyNoHost(folders.includes("host")) : null;
  for (const name of inBrowser) {
    const { bundle, sources } = browserTests[name];
    if (reason === null) mocha.addFile(join(dist, "test/host", bundle));
    else for (const source of testFiles(sources)) tally.skipped.push({ name: source, reason });
  }
  await mocha.loadFilesAsync();
  const runner = mocha.run(end);
  runner.on("pass", () => tally.passed++);
  runner.on("fail", () => tally.failed++);
  runner.on("retry", (test, { message }) =>
    tally.retried.push({ name: test.fullTitle(), reason: message.split("\n")[0] }),
  );
  runner.on("pending", (test) =>
    tally.skipped.push({ name: test.fullTitle(), reason: test.skipReason ?? "no reason given" }),
  );
}

/** Types, lint and format, which count as one test. */
async function check() {
  if (process.argv.includes("--no-check")) return;
  (await npmScript("check")) ? tally.passed++ : tally.failed++;
}

const isLane = process.send !== undefined;
if (isLane) await runSuites(only.split(","));
else if (!(await npmScript("build -- --tests"))) {
  tally.failed++;
  end();
} else if (only !== undefined) {
  await check();
  const folders = only.split(",");
  const native = folders.includes("native") ? nativeFolders : folders.filter((name) => nativeFolders.includes(name)); // prettier-ignore
  if (native.length > 0) await runNative(native, (folder) => runLane([folder], true));
  const others = folders.filter((name) => name !== "native" && !native.includes(name));
  others.length > 0 ? await runSuites(others) : end();
} else {
  const [computing, waiting] = lanes;
  const waited = runLane(waiting, false);
  const computed = check().then(() => runLane(computing, true));
  // Whichever ends first leaves its core to TensorFlow.
  await Promise.race([waited, computed]);
  const native = [];
  await runNative(nativeFolders, async (folder) => native.push(await runLane([folder], false)));
  await computed;
  for (const text of [...native, await waited]) process.stdout.write(text);
  end();
}
