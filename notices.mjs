// The licences of what others wrote and a build ships: dist/THIRD_PARTY_NOTICES.txt, out of the bundler's own account of what got in.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** The packages of node_modules whose code stands in bundles, by esbuild's metafiles. */
export function bundledPackages(metafiles) {
  const files = metafiles.flatMap(({ outputs }) =>
    Object.values(outputs).flatMap(({ inputs }) =>
      Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
    ),
  );
  const names = files.flatMap((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []);
  return [...new Set(names)].sort();
}

/** Apache's text is the same for all who use it, and some packages leave it out; this one has it. */
const apacheFrom = "assemblyscript";

/** As https://spdx.org/licenses/MIT.html has it. */
const mit = (by) => `MIT License

Copyright (c) ${by}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** The texts of a package's licence and notice files, or the text of the licence that it names. Throws where there is none. */
function licenceText(modules, name) {
  const read = (folder) =>
    readdirSync(folder)
      .filter((file) => /^(licen[cs]e|notice|copying)/i.test(file))
      .sort()
      .map((file) => readFileSync(join(folder, file), "utf8").trim())
      .join("\n\n");
  const { license, by } = packageFacts(modules, name);
  const own = read(join(modules, name));
  if (own !== "") return own;
  if (license === "Apache-2.0") return read(join(modules, apacheFrom));
  if (license === "MIT" && by !== undefined) return mit(by);
  throw new Error(`${name} is shipped, and there is no text of its licence (${license})`);
}

function packageFacts(modules, name) {
  const facts = JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8"));
  const { version, license, repository, author } = facts;
  const from = typeof repository === "string" ? repository : repository?.url;
  return { version, license, from, by: typeof author === "string" ? author : author?.name };
}

/** The notices of packages: which they are, then each text once, with those that it is for. */
export function thirdPartyNotices(modules, names) {
  const users = new Map();
  for (const name of names) {
    const { version, license, from, by } = packageFacts(modules, name);
    const line = [`${name} ${version} (${license})`, by, from].filter(Boolean).join(", ");
    const text = licenceText(modules, name);
    users.set(text, [...(users.get(text) ?? []), line]);
  }
  const rule = "=".repeat(100);
  const parts = [...users].map(([text, lines]) => `${rule}\n${lines.join("\n")}\n${rule}\n\n${text}\n`);
  return `RLHF Workbench holds software of others, under these licences.\n\n${parts.join("\n")}`;
}
