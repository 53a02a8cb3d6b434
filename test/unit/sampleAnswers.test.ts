import assert from "node:assert/strict";
import { createRng } from "../../extension/algorithms/rng";
import type { PolicyNetwork } from "../../extension/model/network";
import { meanInterval } from "../../extension/algorithms/intervals";
import { wilsonInterval } from "../../extension/algorithms/proportions";
import { sampleAnswers, type Answer } from "../../extension/trainer/evaluate";
import { metricIntervals } from "../../extension/trainer/evaluationFigures";

/** One token a letter. */
const text = (tokens: readonly number[]): string => String.fromCharCode(...tokens);
const tokensOf = (letters: string): number[] => [...letters].map((letter) => letter.charCodeAt(0));

const config = { prompts: 1, fewShot: 2, responseTokens: 32, temperature: 1 };

async function answerOf(said: string, stop: string | null): Promise<Answer> {
  const answers = [{ tokens: tokensOf(said), logprobs: [], endReached: false }];
  const policy = { generate: () => Promise.resolve(answers) } as unknown as PolicyNetwork;
  const prompts = [{ prompt: { id: "p", text: "p" }, tokens: [1] }];
  const decoder = { endToken: 0, text, stop };
  const [answer] = await sampleAnswers(policy, prompts, config, decoder, createRng(1));
  return answer;
}

describe("sampleAnswers()", () => {
  it("ends an answer at the stop text, and keeps one without it whole", async () => {
    const cut = await answerOf("a fox\nQ: more\nQ: and more", "\nQ: ");
    assert.equal(cut.text, "a fox");
    assert.deepEqual(cut.tokens, tokensOf("a fox"));
    assert.equal(cut.endReached, true);
    const whole = await answerOf("a fox\nand", "\nQ: ");
    assert.equal(whole.text, "a fox\nand");
    assert.equal(whole.endReached, false);
    assert.equal((await answerOf("a\nb", null)).text, "a\nb");
  });

  it("keeps a token of an answer that begins with the stop text, for scores need one", async () => {
    const { text: said, tokens } = await answerOf("\nb", "\n");
    assert.equal(said, "");
    assert.deepEqual(tokens, tokensOf("\n"));
  });
});

describe("metricIntervals()", () => {
  it("gives each mean that is reported its interval over prompts, and leaves out what has none", () => {
    const answer = (length: number, endReached: boolean): Answer => ({
      ...{ text: "", tokens: Array.from({ length }, () => 1), endReached, judgement: null, score: null },
    });
    const answers = [answer(1, true), answer(2, false), answer(6, true)];
    const intervals = metricIntervals(answers, { rewards: [1, 2, NaN], kls: null });
    assert.deepEqual(Object.keys(intervals).sort(), ["response/endRate", "response/length"]);
    const { low, high } = meanInterval([1, 2, 6]);
    assert.deepEqual(intervals["response/length"], { low, high, method: "student" });
    const share = wilsonInterval(2, 3);
    assert.deepEqual(intervals["response/endRate"], { low: share.low, high: share.high, method: "wilson" });
    const measured = metricIntervals(answers, { rewards: [1, 2, 3], kls: [0, 1, 2] });
    assert.ok("objective/score" in measured && "objective/klPolicyReference" in measured);
  });
});
