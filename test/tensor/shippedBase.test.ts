import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createParameters, disposeParameters } from "../../extension/engine/parameters";
import { gptPolicy } from "../../extension/model/network";
import { responseLogprobs } from "../../extension/model/score";
import { isProblem } from "../../extension/protocol/problem";
import { openModel } from "../../extension/trainer/openModel";
import { languageWeights } from "../../extension/trainer/stages/stageContext";
import { skills, type SkillTask } from "../../extension/world/skillTasks";
import { tinyWorld } from "../../extension/world/tinyWorld";
import { useTestBackend } from "../support/testBackend";

const folder = join(process.cwd(), "media/base");

/** The share of tasks in which the right choice is the likeliest. */
async function accuracies(tasks: readonly SkillTask[]): Promise<Record<string, number>> {
  const opened = openModel(folder);
  assert.ok(!isProblem(opened) && opened.tokenizer !== null);
  const { shape, weights, tokenizer } = opened;
  const parameters = createParameters(languageWeights(weights));
  const sequences = tasks.flatMap(({ context, choices }) =>
    choices.map((choice) => ({
      prompt: [tokenizer.endToken, ...tokenizer.encode(context)],
      response: tokenizer.encode(choice),
    })),
  );
  const { logprobs } = await responseLogprobs(gptPolicy({ shape, parameters }), sequences, 1);
  disposeParameters(parameters);
  const likelihoods = logprobs.map((row) => row.reduce((sum, logprob) => sum + logprob, 0));
  let at = 0;
  const right = tasks.map(({ skill, choices, answer }) => {
    const own = likelihoods.slice(at, (at += choices.length));
    return { skill, isRight: own.every((value, i) => i === answer || value < own[answer]) };
  });
  return Object.fromEntries(
    skills.map((skill) => {
      const own = right.filter((task) => task.skill === skill);
      return [skill, own.filter(({ isRight }) => isRight).length / own.length];
    }),
  );
}

describe("the base model that ships", function () {
  this.timeout(60_000);
  before(() => useTestBackend());

  it("is small, and knows the tiny world's facts, sums, second language and feelings, and reads stories", async () => {
    assert.ok(statSync(join(folder, "model.safetensors")).size <= 4e6);
    const shares = await accuracies(tinyWorld(1).skillTasks());
    for (const [skill, share] of Object.entries(shares))
      assert.ok(share >= 0.9, `${skill}: ${JSON.stringify(shares)}`);
  });

  it("is whole: its files have the hashes that were written with them", () => {
    for (const line of readFileSync(join(folder, "sha256"), "utf8").trimEnd().split("\n")) {
      const [hash, name] = line.split("  ");
      assert.equal(
        createHash("sha256")
          .update(readFileSync(join(folder, name)))
          .digest("hex"),
        hash,
        name,
      );
    }
  });

  it("knows the facts of no other world", async () => {
    const { cloze, sum } = await accuracies(tinyWorld(2).skillTasks());
    assert.ok(cloze < 0.7 && sum >= 0.9, `cloze ${cloze}, sum ${sum}`);
  });
});
