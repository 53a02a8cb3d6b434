import assert from "node:assert/strict";
import { fixChange } from "../../extension/host/configFixes";
import { configFileProblems, type ConfigFix, type FileProblem } from "../../extension/host/configProblems";
import { inEnglish } from "../../extension/protocol/fieldValue";

function problemsOf(text: string, there: readonly string[] = []): FileProblem[] {
  const exists = (name: string): boolean => there.includes(name);
  return configFileProblems(text, { fileExists: exists, modelExists: exists }, inEnglish);
}

/** The one problem of a text, and what it underlines. */
function oneProblem(text: string, there: readonly string[] = []): FileProblem & { readonly marked: string } {
  const problems = problemsOf(text, there);
  assert.equal(problems.length, 1, JSON.stringify(problems));
  const [problem] = problems;
  return { ...problem, marked: text.slice(problem.offset, problem.offset + problem.length) };
}

function mended(text: string, fix: ConfigFix): string {
  assert.ok(fix.type !== "create");
  const { offset, length, content } = fixChange(text, fix);
  return text.slice(0, offset) + content + text.slice(offset + length);
}

describe("configProblems", () => {
  it("says nothing of a right file, of defaults that are missing, of broken JSON, and of what is no object", () => {
    const right = '{"ppo": {"klCoef": 0.02}, "data": {"prompts": ["data/prompts.jsonl", "more.jsonl"]}}';
    assert.deepEqual(problemsOf(right, ["more.jsonl"]), []);
    for (const text of ["", "{", '{"ppo": {"minibatch": 48}', "[]", "7", '{"ppo": {"minibatch": 48},}'])
      assert.deepEqual(problemsOf(text), [], text);
  });

  it("a minibatch that does not divide the episodes is marked at its value, and the fix is the nearest divisor below", () => {
    const text = '{\n  "ppo": {\n    "minibatch": 48\n  }\n}\n';
    const { marked, message, severity, isInSchema, fixes } = oneProblem(text);
    assert.deepEqual([marked, severity, isInSchema], ["48", "error", false]);
    assert.match(message, /^ppo\.minibatch is 48, which does not divide ppo\.episodes, 128/);
    assert.equal(mended(text, fixes[0]), text.replace("48", "32"));
    assert.deepEqual(problemsOf(mended(text, fixes[0])), []);
  });

  it("a rule whose setting stands at its default is marked at the other one, and the fix adds the setting", () => {
    const text = '{\n    "ppo": {\n        "episodes": 100\n    }\n}\n';
    const { marked, fixes } = oneProblem(text);
    assert.equal(marked, "100");
    assert.equal(
      mended(text, fixes[0]),
      '{\n    "ppo": {\n        "episodes": 100,\n        "minibatch": 25\n    }\n}\n',
    );
  });

  it("lengths that do not fit the context can be lowered, or the context raised where it can be", () => {
    const text =
      '{"model": {"context": 80}, "ppo": {"responseTokens": 24}, "pretrain": {"sequenceTokens": 64}}';
    const problems = problemsOf(text);
    const response = problems.find(({ message }) => message.startsWith("ppo.responseTokens"));
    assert.deepEqual(response?.fixes, [
      { type: "set", path: "ppo.responseTokens", value: 16 },
      { type: "set", path: "model.context", value: 88 },
    ]);
    const huge = '{"data": {"maxPromptTokens": 4096}}';
    for (const { fixes } of problemsOf(huge)) assert.deepEqual(fixes, []);
    assert.ok(problemsOf(huge).length > 0);
  });

  it("an unknown key is left to the schema, with a new name and its removal as fixes", () => {
    const text = '{\n  "seed": 2,\n  "ppo": {\n    "klCoeff": 0.1\n  }\n}\n';
    const { marked, isInSchema, fixes } = oneProblem(text);
    assert.deepEqual([marked, isInSchema], ['"klCoeff"', true]);
    assert.equal(mended(text, fixes[0]), text.replace("klCoeff", "klCoef"));
    assert.equal(mended(text, fixes[1]), '{\n  "seed": 2,\n  "ppo": {}\n}\n');
    const both = '{"ppo": {"klCoeff": 0.1, "klCoef": 0.2}}';
    assert.deepEqual(oneProblem(both).fixes, [{ type: "remove", at: ["ppo", "klCoeff"] }]);
  });

  it("a setting in the wrong block moves to its own", () => {
    const text = '{\n  "klCoef": 0.1,\n  "ppo": {\n    "episodes": 64\n  }\n}\n';
    const { fixes } = oneProblem(text);
    assert.equal(mended(text, fixes[0]), '{\n  "ppo": {\n    "episodes": 64,\n    "klCoef": 0.1\n  }\n}\n');
  });

  it("values that a setting does not take become the nearest one it takes", () => {
    const fixesOf = (json: object): readonly ConfigFix[] => oneProblem(JSON.stringify(json)).fixes;
    const cases: readonly (readonly [json: object, path: string, value: unknown])[] = [
      [{ labeling: { k: 3 } }, "labeling.k", 4],
      [{ labeling: { k: 12 } }, "labeling.k", 9],
      [{ labeling: { k: 5.5 } }, "labeling.k", 6],
      [{ labeling: { k: "5" } }, "labeling.k", 5],
      [{ sft: { variant: "ppoinit" } }, "sft.variant", "ppoInit"],
      [{ model: { tiedHead: "false" } }, "model.tiedHead", false],
      [{ data: { prompts: "a.jsonl" } }, "data.prompts", ["a.jsonl"]],
    ];
    for (const [json, path, value] of cases) assert.deepEqual(fixesOf(json), [{ type: "set", path, value }]);
    assert.deepEqual(fixesOf({ labeling: { k: null } }), []);
    assert.deepEqual(fixesOf({ ppo: [] }), []);
  });

  it("rules are not judged while a value is wrong, because a default stands in its place", () => {
    assert.equal(problemsOf('{"ppo": {"episodes": "64", "minibatch": 48}}').length, 1);
    assert.equal(problemsOf('{"ppo": {"klCoeff": 1, "minibatch": 48}}').length, 2);
  });

  it("data files that are missing are marked one by one, and can be made or taken out of their list", () => {
    const text = '{"data": {"prompts": ["a.jsonl", "b.jsonl"], "comparisons": [3]}}';
    const problems = problemsOf(text, ["a.jsonl"]).filter(({ isInSchema }) => !isInSchema);
    assert.equal(problems.length, 1);
    const [{ offset, length, message, fixes }] = problems;
    assert.equal(text.slice(offset, offset + length), '"b.jsonl"');
    assert.match(message, /^b\.jsonl is missing.*data\.prompts/);
    assert.deepEqual(fixes[0], { type: "create", file: "b.jsonl" });
    assert.equal(mended(text, fixes[1]), text.replace(', "b.jsonl"', ""));
    const [first] = problemsOf(text, ["b.jsonl"]).filter(({ isInSchema }) => !isInSchema);
    assert.equal(mended(text, first.fixes[1]), text.replace('"a.jsonl", ', ""));
    const alone = '{"data": {"testPrompts": [ "a" ]}}';
    assert.equal(mended(alone, oneProblem(alone).fixes[1]), '{"data": {"testPrompts": []}}');
  });

  it("a reward model that is named and not there is a warning, and only where it is used", () => {
    const sft = { selection: "rewardModel", selectionRewardModel: "models/rm" };
    const { severity, marked } = oneProblem(JSON.stringify({ sft }));
    assert.deepEqual([severity, marked], ["warning", '"models/rm"']);
    assert.deepEqual(problemsOf(JSON.stringify({ sft }), ["models/rm"]), []);
    assert.deepEqual(problemsOf(JSON.stringify({ sft: { ...sft, selection: "last" } })), []);
  });

  it("keeps tabs and Windows line ends, and holds out keys that objects have by nature", () => {
    const text = '{\r\n\t"ppo": {\r\n\t\t"episodes": 100\r\n\t}\r\n}\r\n';
    const changed = mended(text, oneProblem(text).fixes[0]);
    assert.equal(changed, text.replace("100", '100,\r\n\t\t"minibatch": 25'));
    for (const key of ["__proto__", "constructor", "toString"])
      assert.ok(problemsOf(`{"${key}": {"a": 1}}`).length <= 1);
  });
});
