import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import ts from "typescript";
import { isObject } from "../../extension/protocol/codec";
import { jsonSchema } from "../../extension/protocol/configSchema";

const root = process.cwd();
/** Folders whose texts are shown in the editor: the host, and what it shares with the command line, such as reports. */
const folders = ["extension/host", "extension/data", "extension/report"].map((folder) => join(root, folder));
/** Sentences of others, which have a test of their own: problemTranslations.test.ts. */
const problemsFile = "problems.json";
const languages = readdirSync(join(root, "media/l10n"));

/** Texts that are the same in every language: names, signs. */
const sameEverywhere = new Set(["RLHF", "RLHF Workbench", "{0}/{1}", "SHA-256"]);

function readTexts(path: string): Map<string, string> {
  const json: unknown = JSON.parse(readFileSync(path, "utf8"));
  assert.ok(isObject(json), path);
  return new Map(Object.entries(json).map(([key, value]) => [key, String(value)]));
}

function translations(language: string): Map<string, string> {
  const folder = join(root, "media/l10n", language);
  const areas = readdirSync(folder).filter((name) => name !== problemsFile);
  return new Map(areas.flatMap((name) => [...readTexts(join(folder, name))]));
}

/** Every text given to t(…) in these sources, which must be literal so that it can be found. */
function usedTexts(): Map<string, string> {
  const used = new Map<string, string>();
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name))),
  );
  for (const name of files) {
    if (!name.endsWith(".ts") || basename(name) === "text.ts") continue;
    const source = ts.createSourceFile(name, readFileSync(name, "utf8"), ts.ScriptTarget.ES2022, true);
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "t") {
        const [text] = node.arguments;
        assert.ok(text && ts.isStringLiteralLike(text), `${name}: t() wants a literal: ${node.getText()}`);
        used.set(text.text, name);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return used;
}

const placeholders = (text: string): string => [...text.matchAll(/\{\d\}/g)].map(String).sort().join();

describe("translations", () => {
  for (const language of languages) {
    it(`every text of the host has its ${language}, and none is stale`, () => {
      const [used, given] = [usedTexts(), translations(language)];
      assert.ok(used.size > 50, "the texts are not found any more");
      const missing = [...used]
        .filter(([text]) => !given.has(text))
        .map(([text, file]) => `${file}: ${text}`);
      assert.deepEqual(missing, []);
      assert.deepEqual(
        [...given.keys()].filter((text) => !used.has(text)),
        [],
        "stale",
      );
    });

    it(`${language} says something of its own, with the same places for values`, () => {
      for (const [text, translated] of translations(language)) {
        assert.equal(placeholders(translated), placeholders(text), text);
        assert.ok(translated.trim() !== "" && (translated !== text || sameEverywhere.has(text)), text);
      }
    });

    it(`every setting says what it does in ${language}, and no text of settings is stale`, () => {
      const given = readTexts(join(root, "media/settings", `${language}.json`));
      const used = new Set<string>();
      jsonSchema((text) => {
        used.add(text);
        return text;
      });
      // Values of the paper that are a number and where it stands need no words.
      const isNumber = (text: string): boolean =>
        /^[\d.,]+(e-\d+)?( %| M tokens)?( (for|to) [^(]*)? ?\(/.test(text);
      const names = new Set(["MB", "1,000"]);
      const missing = [...used].filter((text) => !given.has(text) && !isNumber(text) && !names.has(text));
      assert.deepEqual(missing, []);
      assert.deepEqual(
        [...given.keys()].filter((text) => !used.has(text)),
        [],
        "stale",
      );
      for (const [text, translated] of given)
        assert.ok(
          placeholders(translated) === placeholders(text) && (translated !== text || names.has(text)),
          text,
        );
    });

    it(`package.nls.${language}.json has exactly the keys of package.nls.json, and package.json uses them all`, () => {
      const [english, translated] = [
        readTexts(join(root, "package.nls.json")),
        readTexts(join(root, `package.nls.${language}.json`)),
      ];
      assert.deepEqual([...translated.keys()].sort(), [...english.keys()].sort());
      const manifest = readFileSync(join(root, "package.json"), "utf8");
      const named = new Set([...manifest.matchAll(/"%([^%"]+)%"/g)].map((match) => match[1]));
      assert.deepEqual([...english.keys()].sort(), [...named].sort());
      for (const [key, text] of translated)
        assert.ok(text !== english.get(key) || sameEverywhere.has(text), `${key} is still English`);
    });
  }
});
