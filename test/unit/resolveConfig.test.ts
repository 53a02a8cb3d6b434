import assert from "node:assert/strict";
import type { ConfigProblem } from "../../extension/protocol/configRules";
import * as resolve from "../../extension/protocol/resolveConfig";
import type { RunConfig } from "../../extension/protocol/runConfig";
import { tinySettings } from "../../extension/protocol/tinySettings";

const { configFields, defaultConfig, parseSetting, resolveConfig, tinyConfig } = resolve;

function configOf(json: unknown, options?: resolve.ResolveOptions): RunConfig {
  const result = resolveConfig(json, options);
  assert.ok(result.type === "config", JSON.stringify(result));
  return result.config;
}

function problemsOf(json: unknown, options?: resolve.ResolveOptions): readonly ConfigProblem[] {
  const result = resolveConfig(json, options);
  assert.ok(result.type === "problems", "expected problems");
  return result.problems;
}

/** The one problem's sentence. */
function sentenceOf(json: unknown, options?: resolve.ResolveOptions): string {
  const problems = problemsOf(json, options);
  assert.equal(problems.length, 1, JSON.stringify(problems));
  return problems[0].message;
}

describe("resolveConfig", () => {
  it("resolveConfig() of an empty object is every default", () => {
    assert.deepEqual(configOf({}), defaultConfig());
    assert.equal(defaultConfig().ppo.clipRange, 0.2);
    assert.equal(defaultConfig().seed, 1);
    assert.equal(defaultConfig().formatVersion, 1);
  });
  it("resolveConfig() reads back what it gave", () => {
    const config = configOf({ ppo: { klCoef: 0.02 }, data: { prompts: ["a.jsonl"] } });
    assert.deepEqual(configOf(JSON.parse(JSON.stringify(config))), config);
  });
  it("resolveConfig() lays file over defaults, tiny over file, set over all", () => {
    const file = { seed: 9, ppo: { iterations: 77, klCoef: 0.5 } };
    assert.equal(configOf(file).ppo.iterations, 77);
    const tiny = configOf(file, { tiny: true, set: ["ppo.klCoef=0.25", "ppo.klCoef=0.125", "seed=4"] });
    assert.equal(tiny.ppo.iterations, tinySettings["ppo.iterations"]);
    assert.equal(tiny.ppo.klCoef, 0.125);
    assert.equal(tiny.seed, 4);
  });
  it("tinyConfig() is the tiny preset over the defaults, keeps all rules, and names settings that exist", () => {
    assert.deepEqual(configOf({}, { tiny: true }), tinyConfig());
    assert.deepEqual([tinyConfig().model.layers, tinyConfig().model.width], [1, 32]);
    assert.equal(tinyConfig().tokenizer.vocabularySize, 288);
    for (const [path, value] of Object.entries(tinySettings))
      assert.deepEqual(parseSetting(path, String(value)), { path, value });
  });

  it("an unknown key names the nearest known one", () => {
    assert.equal(
      sentenceOf({ ppo: { klCoeff: 1 } }),
      "ppo.klCoeff is not a setting; the nearest is ppo.klCoef.",
    );
    assert.match(sentenceOf({ klCoef: 1 }), /the nearest is ppo\.klCoef\./);
    assert.match(sentenceOf({ pppo: {} }), /the nearest is ppo\./);
    assert.match(sentenceOf({}, { set: ["ppo.minibach=4"] }), /the nearest is ppo\.minibatch\./);
    assert.match(sentenceOf(JSON.parse('{"__proto__": 1}')), /__proto__ is not a setting/);
  });
  it("a wrong type or range names the setting, what it takes and what it got", () => {
    assert.equal(
      sentenceOf({ ppo: { minibatch: "32" } }),
      'ppo.minibatch must be a whole number from 1 to 1000000000 (episodes), but is "32".',
    );
    assert.match(sentenceOf({ ppo: { minibatch: 1.5 } }), /ppo\.minibatch must be a whole number/);
    assert.match(
      sentenceOf({ ppo: { lambda: 1.01 } }),
      /ppo\.lambda must be a number from 0 to 1, but is 1\.01/,
    );
    assert.match(sentenceOf({ ppo: { lambda: null } }), /but is null/);
    assert.match(sentenceOf({ backend: "cuda" }), /one of auto, wasm, cpu, tensorflow, but is "cuda"/);
    assert.match(sentenceOf({ ppo: { whitenAdvantages: 1 } }), /true or false/);
    assert.match(sentenceOf({ data: { prompts: ["a", 1] } }), /a list of texts/);
    assert.match(sentenceOf({ ppo: [] }), /ppo must be an object/);
    for (const json of [null, [], "x", 3]) assert.match(sentenceOf(json), /must be an object/);
  });
  it("every problem of a file is reported, not only the first", () => {
    assert.deepEqual(
      problemsOf({ seed: -1, rm: { epochs: 0 }, nonsense: 1 }).map((problem) => problem.path),
      ["seed", "rm.epochs", "nonsense"],
    );
  });
  it("a newer format is refused and says so, an odd version too", () => {
    assert.match(sentenceOf({ formatVersion: 2 }), /format version 2.*knows 1 at most: update it/);
    assert.match(sentenceOf({ formatVersion: "1" }), /formatVersion must be a whole number/);
    assert.deepEqual(configOf({ $schema: "./schema.json", formatVersion: 1 }), defaultConfig());
  });

  it("rules between settings are held", () => {
    assert.match(sentenceOf({ model: { heads: 3 } }), /model\.heads is 3.*model\.width, 128; choose 2/);
    assert.match(sentenceOf({ ppo: { minibatch: 48 } }), /does not divide ppo\.episodes, 128; choose 32/);
    assert.match(sentenceOf({ ppo: { microbatch: 5 } }), /does not divide ppo\.minibatch, 32; choose 4/);
    assert.match(sentenceOf({ ppo: { responseTokens: 65 } }), /together more than model\.context, 128/);
    assert.match(sentenceOf({ evaluate: { responseTokens: 65 } }), /evaluate\.responseTokens, 65/);
    assert.match(sentenceOf({ labeling: { maxResponseTokens: 65 } }), /labeling\.maxResponseTokens, 65/);
    assert.match(sentenceOf({ pretrain: { sequenceTokens: 129 } }), /more than model\.context, 128/);
    assert.match(sentenceOf({ ppo: { ptxSequenceTokens: 129 } }), /more than model\.context, 128/);
    assert.match(sentenceOf({ data: { testShare: 0.9 } }), /leave nothing to train on/);
    assert.match(sentenceOf({ sft: { selection: "rewardModel" } }), /must name a reward model/);
    configOf({ ppo: { responseTokens: 64, microbatch: 16 } });
  });
  it("ppo.rewards names known sources with weights", () => {
    configOf({ ppo: { rewards: ["rewardModel:1", "length:-0.1"] } });
    for (const rewards of [["rm"], ["judge:x"], ["judge:"], ["judge:1:2"], ["judge:Infinity"], [""]])
      assert.match(sentenceOf({ ppo: { rewards } }), /must be one of rewardModel, judge, sentiment, length/);
    assert.match(sentenceOf({ ppo: { rewards: ["judge", "judge:2"] } }), /judge is named twice/);
    assert.match(sentenceOf({ ppo: { rewards: [] } }), /at least one source/);
  });

  it("parseSetting() reads each kind of field", () => {
    const cases: readonly [path: string, text: string, value: unknown][] = [
      ["ppo.klCoef", "0.02", 0.02],
      ["ppo.klCoef", "2e-2", 0.02],
      ["seed", "12", 12],
      ["ppo.whitenRewards", "true", true],
      ["ppo.valueModel", "shared", "shared"],
      ["sft.selectionRewardModel", "models/rm", "models/rm"],
      ["ppo.rewards", "judge:0.5, length", ["judge:0.5", "length"]],
      ["data.prompts", '["a,b.jsonl"]', ["a,b.jsonl"]],
      ["data.comparisons", "", []],
    ];
    for (const [path, text, value] of cases) assert.deepEqual(parseSetting(path, text), { path, value });
  });
  it("parseSetting() refuses texts that are no value, and resolveConfig() what is no key=value", () => {
    for (const [path, text] of [
      ["seed", ""],
      ["seed", "1.5"],
      ["ppo.klCoef", "NaN"],
      ["ppo.klCoef", "Infinity"],
      ["ppo.whitenRewards", "yes"],
      ["data.prompts", "[1]"],
      ["data.prompts", "["],
      ["seed", "0x"],
    ])
      assert.ok("message" in parseSetting(path, text), `${path}=${text}`);
    assert.match(sentenceOf({}, { set: ["klCoef"] }), /must be key=value, such as ppo\.klCoef=0\.02/);
    assert.match(sentenceOf({}, { set: ["=3"] }), /must be key=value/);
    assert.equal(configOf({}, { set: ["model.name=a=b"] }).model.name, "a=b");
  });
  it("defaults of all fields are values the fields take", () => {
    assert.ok(configFields.size > 100);
    for (const [path, field] of configFields) {
      const [block, key] = path.includes(".") ? path.split(".") : [null, path];
      configOf(block === null ? { [key]: field.default } : { [block]: { [key]: field.default } });
    }
  });
});
