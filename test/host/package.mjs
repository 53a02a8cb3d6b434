// Makes rlhf-workbench-<version>.vsix out of dist/, for every platform.   node test/host/package.mjs
import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { installHost, packager } from "./install.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** Packs what stands in dist/ and gives the VSIX's path. */
export async function packageExtension() {
  await installHost();
  const { name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const file = join(root, `${name}-${version}.vsix`);
  const words = ["package", "--no-dependencies", "--allow-missing-repository", "--no-rewrite-relative-links"];
  const { status, stdout, stderr } = spawnSync(process.execPath, [packager, ...words, "--out", file], {
    cwd: root,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`the extension cannot be packed:\n${stdout}${stderr}`);
  return file;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const file = await packageExtension();
  console.log(`${file} (${(statSync(file).size / 1e6).toFixed(1)} MB)`);
}
