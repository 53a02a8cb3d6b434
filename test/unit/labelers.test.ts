import assert from "node:assert/strict";
import { createRng } from "../../extension/algorithms/rng";
import { flawedAnswer, flawRates, type Flaw } from "../../extension/world/demonstrations";
import { labelerAgreement, simulatedLabelers, type RankingItem } from "../../extension/world/labelers";
import { taskOf } from "../../extension/world/task";
import { tinyWorld } from "../../extension/world/tinyWorld";
import { expectClose } from "../support/expectClose";

const labelers = simulatedLabelers(1);
const training = labelers.filter(({ group }) => group === "training");
const heldOut = labelers.filter(({ group }) => group === "heldOut");

/**
 * Four responses a prompt, of the quality that the SFT model's samples have: almost half of the prompts are mastered; of the responses to
 * the others a third answers something else and has each flaw with the same small chance.
 */
function plausibleItems(seed: number): RankingItem[] {
  const world = tinyWorld(seed);
  const rng = createRng(seed);
  const flaws = Object.keys(flawRates) as Flaw[];
  const prompts = world.testPrompts();
  const respondTo = (index: number, flawShare: number): string => {
    const task = taskOf(prompts[index].meta);
    assert.ok(task);
    return flawedAnswer(
      world.facts,
      task,
      flaws.filter(() => rng.uniform() < flawShare),
      rng,
    );
  };
  return prompts.map((prompt, i) => {
    const mastered = rng.uniform() < 0.45;
    const respond = (): string => {
      const stray = !mastered && rng.uniform() < 0.35;
      return respondTo(stray ? rng.integer(prompts.length) : i, mastered ? 0.02 : 0.15);
    };
    return { prompt, responses: [respond(), respond(), respond(), respond()] };
  });
}

describe("simulatedLabelers()", () => {
  it("carry “simulated” in their names", () => {
    assert.equal(training.length, 5);
    assert.equal(heldOut.length, 3);
    assert.ok(labelers.every(({ name }) => /^simulated-[a-z0-9-]+$/.test(name)));
    assert.equal(new Set(labelers.map(({ name }) => name)).size, 8);
  });

  it("agree with one another as often as the paper's labelers", function () {
    this.timeout(120_000);
    // Source: Ouyang et al. 2022, §3.4: 72.6 ± 1.5 % among training labelers, 77.3 ± 1.3 % among held-out ones.
    for (const seed of [1, 2]) {
      const items = plausibleItems(seed);
      expectClose(labelerAgreement(training, items, seed).rate, 0.726, 0.03);
      expectClose(labelerAgreement(heldOut, items, seed).rate, 0.773, 0.03);
    }
  });

  it("rank the better response first more often than not, and the same with the same draws", () => {
    const [{ prompt }] = plausibleItems(1);
    const task = taskOf(prompt.meta);
    assert.ok(task);
    const good = flawedAnswer(tinyWorld(1).facts, task, [], createRng(1));
    const responses = ["ugh , no .", good];
    const firsts = Array.from(
      { length: 200 },
      (_, i) => training[0].rank(prompt, responses, createRng(i))[0],
    );
    assert.ok(firsts.filter((tier) => tier.length === 1 && tier[0] === 1).length > 190);
    assert.deepEqual(
      training[0].rank(prompt, responses, createRng(7)),
      training[0].rank(prompt, responses, createRng(7)),
    );
  });

  it("rank every response once and tie what they can't tell apart", () => {
    let ties = 0;
    for (const [i, { prompt, responses }] of plausibleItems(1).entries()) {
      const tiers = training[i % 5].rank(prompt, responses, createRng(i));
      assert.deepEqual(tiers.flat().sort(), [0, 1, 2, 3]);
      if (tiers.length < 4) ties++;
    }
    assert.ok(ties > 80, `${ties} of 800 rankings have a tie`);
  });
});
