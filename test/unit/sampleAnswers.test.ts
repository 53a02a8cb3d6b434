import assert from "node:assert/strict";
import { createRng } from "../../extension/algorithms/rng";
import type { PolicyNetwork } from "../../extension/model/network";
import { sampleAnswers, type Answer } from "../../extension/trainer/evaluate";

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
