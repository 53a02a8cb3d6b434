import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkParents } from "../../extension/project/checkParents";
import { describeParent } from "../../extension/runs/modelReference";
import { openModel } from "../../extension/trainer/openModel";
import { refuseOtherTokens } from "../../extension/trainer/stages/stageContext";
import { good, removeProject, temporaryProject } from "../support/fakeRuns";
import { saveTinyModel, tinyShape } from "../support/tinyModel";

describe("models that a run has beside the one that writes", () => {
  let project: string;
  before(() => {
    project = temporaryProject();
    for (const name of ["policy", "same", "foreign", "silent"]) saveTinyModel(project, name);
    for (const name of ["scorer", "foreignScorer"]) saveTinyModel(project, name, "linear");
    for (const name of ["foreign", "foreignScorer"]) {
      const file = tokenizerOf(name);
      writeFileSync(file, `${readFileSync(file, "utf8")} `);
    }
    rmSync(tokenizerOf("silent"));
    for (const name of ["foreign", "foreignScorer", "silent"]) rmSync(join(folderOf(name), "sha256"));
  });
  after(() => removeProject(project));

  const folderOf = (name: string): string => join(project, "models", name);
  const tokenizerOf = (name: string): string => join(folderOf(name), "tokenizer.json");
  const problemOf = (models: Readonly<Record<string, string>>): string | null => {
    const parents = Object.entries(models).map(([role, name]) =>
      good(describeParent(project, role, `models/${name}`)),
    );
    return checkParents(project, parents)?.message ?? null;
  };
  const others = (reader: string): string =>
    `models/${reader} reads other tokens than models/policy writes: name a model that was trained from the same base model.`;

  it("may have the same tokenizer, or none", () => {
    assert.equal(problemOf({ initial: "policy", reference: "same", rewardModel: "scorer" }), null);
    assert.equal(problemOf({ policy: "policy", sft: "same", reference: "silent" }), null);
    assert.equal(problemOf({ initial: "foreign" }), null);
  });

  for (const [stage, writer, role, name] of [
    ["sft", "initial", "rewardModel", "foreignScorer"],
    ["ppo", "initial", "reference", "foreign"],
    ["ppo", "initial", "heldOutReward", "foreignScorer"],
    ["evaluate", "policy", "sft", "foreign"],
    ["evaluate", "policy", "reference", "foreign"],
    ["evaluate", "policy", "rewardModel", "foreignScorer"],
  ] as const)
    it(`are refused with another tokenizer: ${role} of ${stage}`, () => {
      assert.equal(problemOf({ [writer]: "policy", [role]: name }), others(name));
    });

  it("must score where scores are asked for, also in an evaluation", () => {
    assert.match(
      problemOf({ policy: "policy", rewardModel: "same" }) ?? "",
      /^models\/same is a language model/,
    );
  });

  it("are looked at again when they are opened, those without a tokenizer by the size of their vocabulary", () => {
    const open = (name: string) => good(openModel(folderOf(name)));
    const [policy, silent] = [open("policy"), open("silent")];
    refuseOtherTokens(policy, [open("same"), open("scorer"), silent, null]);
    const wider = { ...silent, shape: { ...tinyShape, vocabulary: tinyShape.vocabulary + 1 } };
    for (const reader of [open("foreign"), wider])
      assert.throws(() => refuseOtherTokens(policy, [null, reader]), {
        message: `${reader.folder} reads other tokens than ${policy.folder} writes: name a model that was trained from the same base model.`,
      });
  });
});
