import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import manifest, { version } from "../../../package.json";
import english from "../../../package.nls.json";
import korean from "../../../package.nls.ko.json";
import { vsixFile } from "../support/server";
import { session } from "../support/session";

const allowed = [
  /^package(\.nls(\.\w+)?)?\.json$/,
  /^(readme\.md|LICENSE\.txt|\.vsixmanifest)$/,
  /^dist\/(cli|trainer|extension)\.js$/,
  /^dist\/[\w.]+\.json$/,
  /^dist\/THIRD_PARTY_NOTICES\.txt$/,
  /^dist\/native\/(\w+-\w+\/tfjs_binding\.node|sources\/(binding\/)?\w+\.(cc|h))$/,
  /^dist\/l10n\/bundle\.l10n\.\w+\.json$/,
  /^dist\/webviews\/[\w./-]+\.(js|css|ttf)$/,
  /^media\/\w+\.(png|svg)$/,
  /^media\/(base|walkthrough)\/[\w.]+$/,
];

describe("the VSIX", () => {
  it("holds what it must and nothing else", async () => {
    const { extension } = (await session()).server;
    const files = readdirSync(extension, { recursive: true })
      .map(String)
      .filter((name) => statSync(join(extension, name)).isFile());
    assert.deepEqual(
      files.filter((name) => !allowed.some((pattern) => pattern.test(name))),
      [],
    );
  });

  it("has every file that its manifest names", async () => {
    const { extension } = (await session()).server;
    const missing = filesNamed([manifest, english, korean]).filter(
      (name) => !existsSync(join(extension, name)),
    );
    assert.deepEqual(missing, []);
  });

  it("has the licences of what others wrote", async () => {
    const { extension } = (await session()).server;
    const text = readFileSync(join(extension, "dist/THIRD_PARTY_NOTICES.txt"), "utf8");
    const { dependencies, optionalDependencies } = manifest;
    // Packages that a page's bundle, another package and the kernels bring along, besides those that the programs name.
    const others = ["uplot", "google-protobuf", "assemblyscript"];
    for (const name of [...Object.keys(dependencies), ...Object.keys(optionalDependencies), ...others])
      assert.match(text, new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(`, "m"));
    for (const name of ["Apache License", "MIT License", "Redistribution and use in source"])
      assert.ok(text.includes(name), name);
  });

  it("is small", function () {
    const megabytes = statSync(vsixFile(version)).size / 1e6;
    if (this.test) this.test.title += ` (${megabytes.toFixed(1)} MB)`;
    assert.ok(megabytes < 8, `${megabytes} MB`);
  });
});

/** Every text of the manifest or its translations that is a path of dist or media, at any depth. */
function filesNamed(value: unknown): readonly string[] {
  if (typeof value === "string") return /^(\.\/)?(dist|media)\//.test(value) ? [value] : [];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(filesNamed) : [];
}
