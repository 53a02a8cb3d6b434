// Shows that the tests can fail: breaks one term at a time of the losses, of PPO's arithmetic, of the optimizer and of the reference
// operations, in a temporary copy of the repository, and runs the tests that must notice.
// Prints a line a mutation, "caught by …" or "SURVIVED", and exits with 1 if any survived. The working tree is never touched.
//   node test/mutations.mjs [--only TEXT]      TEXT is part of a file's name or of a mutation's description
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { mutations } from "./mutationTable.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const only = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1] : "";
const copy = mkdtempSync(join(tmpdir(), "rlhf-mutations-"));
const dist = join(copy, "dist");

function makeCopy() {
  for (const name of ["extension", "test", "build.mjs", "notices.mjs", "package.json", "tsconfig.json"])
    cpSync(join(root, name), join(copy, name), {
      recursive: true,
      filter: (file) => !file.endsWith("node_modules"),
    });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"), "junction");
  mkdirSync(dist);
  process.env.RLHF_DIST = dist;
  process.chdir(copy); // the compiler of the kernels goes by the present folder
}

/** Bundles test files of the copy as it is now, and runs them until the first failure: its title, or null where all pass. */
async function firstFailure(build, tests) {
  const entryPoints = tests.map((test) => `test/${test}.test.ts`);
  await build(entryPoints);
  const files = tests.map((test) => join(dist, `test/${test}.test.js`));
  const mocha = join(root, "node_modules/mocha/bin/mocha.js");
  const words = [mocha, "--bail", "--exit", "--reporter", "json", "--timeout", "60000", ...files];
  const { stdout } = spawnSync(process.execPath, words, {
    cwd: copy,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    timeout: 300_000,
  });
  const report = /^\{\s*"stats"[\s\S]*\}/m.exec(stdout ?? "");
  if (report === null) return "no report: the tests broke off";
  const { failures, stats } = JSON.parse(report[0]);
  if (failures.length > 0) return failures[0].fullTitle;
  return stats.passes > 0 ? null : "no test ran";
}

async function main() {
  makeCopy();
  const { buildKernels, bundleOptions } = await import(pathToFileURL(join(copy, "build.mjs")).href);
  const { build: esbuild } = await import("esbuild");
  const build = (entryPoints) =>
    esbuild({ ...bundleOptions, entryPoints, outbase: ".", outdir: dist, sourcemap: false });
  await buildKernels();

  const chosen = mutations.filter(({ file, what }) => `${file} ${what}`.includes(only));
  const tests = [...new Set(chosen.flatMap((mutation) => mutation.tests))];
  const broken = await firstFailure(build, tests);
  if (broken !== null) {
    console.log(`the tests fail without any mutation: ${broken}`);
    return 1;
  }
  let survived = 0;
  for (const { file, what, find, replace, tests: noticing } of chosen) {
    const path = join(copy, "extension", file);
    const text = readFileSync(path, "utf8");
    const places = text.split(find).length - 1;
    let outcome;
    if (places !== 1) outcome = `SURVIVED: the text to replace stands there ${places} times`;
    else {
      writeFileSync(
        path,
        text.replace(find, () => replace),
      );
      const failure = await firstFailure(build, noticing);
      writeFileSync(path, text);
      outcome = failure === null ? "SURVIVED" : `caught by ${failure}`;
    }
    if (outcome.startsWith("SURVIVED")) survived++;
    console.log(`${file}, ${what}: ${outcome}`);
  }
  console.log(`${chosen.length - survived} of ${chosen.length} mutations caught`);
  return survived === 0 && chosen.length > 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} finally {
  process.chdir(root);
  rmSync(copy, { recursive: true, force: true, maxRetries: 5 });
}
