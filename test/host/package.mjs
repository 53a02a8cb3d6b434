// Makes rlhf-workbench-<version>.vsix out of dist/, for every platform, with the native backend's addon for this one where a TensorFlow is
// found to build it with (RLHF_PYTHON names the Python that has it).   node test/host/package.mjs
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import esbuild from "esbuild";
import { bundleOptions, dist } from "../../build.mjs";
import { installHost, packager } from "./install.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** Builds the addon for this platform into dist/; tells what came of it. */
async function addAddon() {
  const folder = mkdtempSync(join(tmpdir(), "rlhf-package-"));
  try {
    const outfile = join(folder, "buildPrebuilt.js");
    const entryPoints = ["extension/native/buildPrebuilt.ts"];
    await esbuild.build({ ...bundleOptions, entryPoints, outfile, sourcemap: false });
    const { buildPrebuilt } = createRequire(import.meta.url)(outfile);
    return await buildPrebuilt(dist);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Packs what stands in dist/ and gives the VSIX's path, and what became of the addon. */
export async function packageExtension() {
  await installHost();
  const addon = await addAddon();
  const { name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const file = join(root, `${name}-${version}.vsix`);
  const words = ["package", "--no-dependencies", "--allow-missing-repository", "--no-rewrite-relative-links"];
  const { status, stdout, stderr } = spawnSync(process.execPath, [packager, ...words, "--out", file], {
    cwd: root,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`the extension cannot be packed:\n${stdout}${stderr}`);
  return { file, addon };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { file, addon } = await packageExtension();
  console.log(`${file} (${(statSync(file).size / 1e6).toFixed(1)} MB)`);
  console.log(
    "file" in addon
      ? `with the native backend's addon for ${process.platform} ${process.arch}, tried with TensorFlow ${addon.tensorflow}`
      : `without the native backend's addon, which \`rlhf setup-native\` builds then: ${addon.whyNot}`,
  );
}
