// Every setting of the catalogue is read by the product. That a trainer's settings change its runs is tested in test/tensor/settings.test.ts;
// here it is enough that some file outside the catalogue names the setting as a property.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";
import { bundleOptions } from "../../build.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

async function settingPaths() {
  const { outputFiles } = await esbuild.build({
    ...bundleOptions,
    format: "esm",
    entryPoints: ["extension/protocol/resolveConfig.ts"],
    write: false,
    sourcemap: false,
  });
  const { configFields } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
  return [...configFields.keys()];
}

/** The product's own files, the catalogue and its kernels apart. */
function sources() {
  return readdirSync(join(root, "extension"), { recursive: true })
    .map((name) => String(name).replaceAll("\\", "/"))
    .filter((name) => name.endsWith(".ts") && !/^(protocol|kernels)\//.test(name))
    .map((name) => readFileSync(join(root, "extension", name), "utf8"));
}

describe("settings", () => {
  it("every setting of the catalogue is read somewhere", async () => {
    const files = sources();
    const paths = await settingPaths();
    assert.ok(paths.length > 100, `${paths.length} settings`);
    const unread = paths.filter((path) => {
      const key = path.split(".").at(-1);
      // As a property, in a destructuring, or as a word handed to a function that looks settings up.
      const reading = new RegExp(`\\.${key}\\b|[{,]\\s*${key}\\s*[,:}=]|"${key}"`);
      return !files.some((text) => reading.test(text));
    });
    assert.deepEqual(unread, []);
  });
});
