import Ajv from "ajv";
import assert from "node:assert/strict";
import { configMarkdown } from "../../extension/protocol/configDocs";
import { jsonSchema } from "../../extension/protocol/configSchema";
import {
  configFields,
  defaultConfig,
  resolveConfig,
  tinyConfig,
} from "../../extension/protocol/resolveConfig";
import { configBlocks } from "../../extension/protocol/runConfig";

interface BlockSchema {
  readonly properties: Readonly<Record<string, { readonly markdownDescription: string }>>;
  readonly defaultSnippets: readonly { readonly body: object }[];
}

// What VS Code reads beyond the standard.
const ofEditors = ["markdownDescription", "defaultSnippets"];
const validate = new Ajv({ strict: true }).addVocabulary(ofEditors).compile(jsonSchema());

describe("configSchema", () => {
  it("jsonSchema() accepts the defaults, the tiny sizes and a partial file", () => {
    for (const config of [defaultConfig(), tinyConfig(), {}, { $schema: "x", ppo: { klCoef: 0.02 } }])
      assert.ok(validate(config), JSON.stringify(validate.errors));
  });
  it("jsonSchema() refuses what resolveConfig() refuses", () => {
    const bad: unknown[] = [
      { ppo: { klCoeff: 1 } },
      { nonsense: {} },
      { ppo: { minibatch: "32" } },
      { ppo: { minibatch: 1.5 } },
      { ppo: { lambda: 1.01 } },
      { seed: -1 },
      { backend: "cuda" },
      { ppo: { whitenAdvantages: 1 } },
      { data: { prompts: ["a", 1] } },
      { ppo: [] },
      { formatVersion: 2 },
      [],
      null,
    ];
    for (const json of bad) {
      assert.ok(!validate(json), JSON.stringify(json));
      assert.equal(resolveConfig(json).type, "problems", JSON.stringify(json));
    }
  });
  it("jsonSchema() describes every setting with range, unit and the paper's value", () => {
    const text = JSON.stringify(jsonSchema());
    for (const [path, field] of configFields)
      assert.ok(text.includes(JSON.stringify(field.doc).slice(1, -1)), path);
    assert.ok(text.includes("Takes a number from 0 to 1000. Paper: 0.02 (App. C.4)."));
    assert.ok(text.includes("Takes a whole number from 1 to 1000000000 (episodes). Paper: 512 (App. C.4)."));
  });
  it("hovers and snippets: Markdown beside plain text, and blocks that are valid as completion writes them", () => {
    const { properties } = jsonSchema() as unknown as { properties: Record<string, BlockSchema> };
    const { klCoef } = properties.ppo.properties;
    assert.match(klCoef.markdownDescription, /^β: weight of .*\n\n\*\*Takes\*\* a number from 0 to 1000/);
    assert.match(
      klCoef.markdownDescription,
      /\*\*Default\*\* `0\.36`\n\n\*\*Paper\*\* 0\.02 \(App\. C\.4\)$/,
    );
    assert.match(
      properties.ppo.properties.rewards.markdownDescription,
      /\\\["rewardModel:1", "length:0\.1"\\\]/,
    );
    for (const block of Object.keys(configBlocks)) {
      const [{ body }] = properties[block].defaultSnippets;
      assert.ok(validate({ [block]: body }), block);
      assert.equal(resolveConfig({ [block]: body }).type, "config", block);
    }
  });
  it("configMarkdown() has one table row a setting, with as many cells as columns", () => {
    const rows = configMarkdown()
      .split("\n")
      .filter((line) => line.startsWith("| `"));
    assert.equal(rows.length, configFields.size);
    for (const row of rows) assert.equal(row.replaceAll("\\|", "").split("|").length, 7, row);
  });
});
