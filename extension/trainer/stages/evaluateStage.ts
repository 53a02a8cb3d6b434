import { createRng } from "../../algorithms/rng";
import type { Estimate } from "../../algorithms/proportions";
import { mean } from "../../algorithms/statistics";
import { fewShotTokens, packDocuments, tokenPrompts } from "../../data/tokenize";
import { createParameters, disposeParameters } from "../../engine/parameters";
import type { GptModel } from "../../model/gpt";
import { gptPolicy } from "../../model/network";
import { responseLogprobs } from "../../model/score";
import type { EpisodeRecord, JsonValue, TrainerEvent } from "../../protocol/trainerEvents";
import {
  axisMeans,
  labelerWinRate,
  sampleAnswers,
  winRateOf,
  type Answer,
  type EvaluationPrompt,
} from "../evaluate";
import { meanLoss } from "../languageModel";
import { scoreSequences } from "../rewardModel";
import type { Stage } from "../stage";
import {
  hasParent,
  inputRecords,
  languageWeights,
  parentModel,
  tokenizerOf,
  type StageContext,
} from "./stageContext";

/** Pretraining sequences on which the tax is measured: so many, of so many tokens. */
const taxSequences = { count: 400, tokens: 64 };
/** Answers of both models shown side by side in the result. */
const shownSamples = 12;

/**
 * Evaluates a policy on test prompts against the SFT model's answers to the same prompts: win rate, the judge's axes, KL to the policy's
 * own reference, loss on held-out pretraining text. One iteration, numbered 0. Source: Ouyang et al. 2022, §3.6.
 */
export function openEvaluate(context: StageContext): Stage {
  const result: { figures: Record<string, JsonValue> } = { figures: {} };
  return {
    events: evaluateEvents(context, (figures) => (result.figures = figures)),
    model: null,
    finish: () => Promise.resolve({ weights: null, figures: result.figures }),
  };
}

async function* evaluateEvents(
  context: StageContext,
  done: (figures: Record<string, JsonValue>) => void,
): AsyncGenerator<TrainerEvent> {
  const { seed, clock } = context;
  const config = context.config.evaluate;
  const started = clock();
  const opened = parentModel(context, "policy");
  const tokenizer = tokenizerOf(opened);
  const models: GptModel[] = [];
  const load = (role: string): GptModel | null => {
    if (!hasParent(context, role)) return null;
    const { shape, weights, head } = parentModel(context, role);
    models.push({
      shape,
      parameters: createParameters(head === "output" ? languageWeights(weights) : weights),
    });
    return models[models.length - 1];
  };
  const policy = load("policy");
  if (policy === null) throw new Error("the run names no policy");
  const [sft, reference, rewardModel] = [load("sft"), load("reference"), load("rewardModel")];
  try {
    const prompts = evaluationPrompts(context, tokenizer, policy.shape.context, 0);
    if (prompts.length === 0)
      throw new Error("no test prompt fits data.maxPromptTokens and the model's context");
    const shots = evaluationPrompts(context, tokenizer, policy.shape.context, config.fewShot);
    const decode = {
      endToken: tokenizer.endToken,
      text: (tokens: readonly number[]) => tokenizer.decode(tokens),
    };
    const answer = async (model: GptModel, read: readonly EvaluationPrompt[]): Promise<Answer[]> => {
      const sampled = await sampleAnswers(
        gptPolicy(model),
        read,
        config,
        decode,
        createRng(seed).split("answers"),
      );
      if (rewardModel === null || sampled.some(({ judgement }) => judgement !== null)) return sampled;
      const scores = await scoreSequences(
        rewardModel,
        sampled.map(({ tokens }, i) => ({ prompt: prompts[i].tokens, response: tokens })),
      );
      return sampled.map((one, i) => ({ ...one, score: scores[i] }));
    };
    const total = sft ? 3 : 2;
    const answers = await answer(policy, shots);
    yield { type: "progress", done: 1, total, phase: "answers" };
    const baseline = sft ? await answer(sft, prompts) : null;
    if (sft) yield { type: "progress", done: 2, total, phase: "answers of the SFT model" };
    const sequences = answers.map(({ tokens }, i) => ({ prompt: prompts[i].tokens, response: tokens }));
    const own = await responseLogprobs(gptPolicy(policy), sequences, 1);
    const against = reference ? await responseLogprobs(gptPolicy(reference), sequences, 1) : null;
    const kls = against && own.logprobs.map((row, i) => sum(row) - sum(against.logprobs[i]));
    const scores = rewardModel && (await scoreSequences(rewardModel, sequences));
    const versus = baseline ? winRateOf(answers, baseline) : unknown;
    const axes = axisMeans(answers);
    const held = packDocuments(
      inputRecords(context, "validationPretraining", "pretraining").map(({ text }) => text),
      tokenizer,
      Math.min(taxSequences.tokens, policy.shape.context),
    ).slice(0, taxSequences.count);
    const values = {
      "winRate/versusSft": versus.value,
      "winRate/versusSftLow": versus.low,
      "winRate/versusSftHigh": versus.high,
      "judge/instruction": axes.instruction,
      "judge/preference": axes.preference,
      "judge/truthful": axes.truthful,
      "judge/harmless": axes.harmless,
      "loss/pretrainingValidation": held.length > 0 ? await meanLoss(policy, held) : NaN,
      "objective/score": scores ? mean(scores) : NaN,
      "objective/klPolicyReference": kls ? mean(kls) : NaN,
      "response/length": mean(answers.map(({ tokens }) => tokens.length)),
      "response/endRate": mean(answers.map(({ endReached }) => (endReached ? 1 : 0))),
      "time/evaluationSeconds": clock() - started,
    };
    yield { type: "progress", done: total, total, phase: "measures" };
    done({
      prompts: prompts.length,
      bySplit: bySplit(prompts, answers, baseline),
      ...(baseline && answers.some(({ judgement }) => judgement !== null)
        ? {
            labelers: {
              training: estimate(labelerWinRate(prompts, answers, baseline, "training", seed)),
              heldOut: estimate(labelerWinRate(prompts, answers, baseline, "heldOut", seed)),
            },
          }
        : {}),
      samples: answers.slice(0, shownSamples).map((one, i) => sample(prompts[i], one, baseline?.[i] ?? null)),
    });
    const episodes = answers.map((one, i): EpisodeRecord => ({
      iteration: 0,
      episode: i,
      promptId: prompts[i].prompt.id,
      prompt: prompts[i].prompt.text,
      response: one.text,
      promptTokens: prompts[i].tokens,
      responseTokens: one.tokens,
      logprobs: [...own.logprobs[i]],
      referenceLogprobs: against ? [...against.logprobs[i]] : [],
      values: [],
      rewards: [],
      advantages: [],
      returns: [],
      entropies: [...own.entropies[i]],
      ratiosAfter: [],
      alternatives: [],
      score: one.score ?? NaN,
      kl: kls ? kls[i] : NaN,
      endReached: one.endReached,
    }));
    yield {
      type: "iteration",
      iteration: 0,
      iterations: 0,
      values,
      episodes,
      selection: null,
      state: () => Promise.resolve({ iteration: 0, tensors: {}, numbers: {} }),
    };
  } finally {
    for (const model of models) disposeParameters(model.parameters);
  }
}

const unknown: Estimate = { value: NaN, low: NaN, high: NaN };

/** The seeded choice of test prompts, each behind `fewShot` demonstrations. */
function evaluationPrompts(
  context: StageContext,
  tokenizer: ReturnType<typeof tokenizerOf>,
  length: number,
  fewShot: number,
): EvaluationPrompt[] {
  const { config, seed } = context;
  const records = createRng(seed)
    .split("test prompts")
    .shuffle(inputRecords(context, "prompts", "prompts"));
  const byId = new Map(records.map((prompt) => [prompt.id, prompt]));
  const limits = { ...config.data, context: length - config.evaluate.responseTokens };
  const { prompts } = tokenPrompts(records, tokenizer, limits);
  const chosen = prompts.slice(0, config.evaluate.prompts);
  const examples =
    fewShot > 0 ? inputRecords(context, "demonstrations", "demonstrations").slice(0, fewShot) : [];
  return chosen.flatMap(({ id, tokens }) => {
    const prompt = byId.get(id);
    return prompt ? [{ prompt, tokens: fewShotTokens(examples, tokens, tokenizer, limits) }] : [];
  });
}

function sum(values: ArrayLike<number>): number {
  return mean(values) * values.length;
}

function estimate({ value, low, high }: Estimate): JsonValue {
  return { value, low, high };
}

/** Instruction axis and win rate of each kind of test prompt (`meta.split`), apart. */
function bySplit(
  prompts: readonly EvaluationPrompt[],
  answers: readonly Answer[],
  baseline: readonly Answer[] | null,
): JsonValue {
  const splits = [...new Set(prompts.map(({ prompt }) => String(prompt.meta?.split ?? "test")))].sort();
  return Object.fromEntries(
    splits.map((split) => {
      const members = prompts.flatMap(({ prompt }, i) =>
        String(prompt.meta?.split ?? "test") === split ? [i] : [],
      );
      const of = (all: readonly Answer[]): Answer[] => members.map((i) => all[i]);
      return [
        split,
        {
          prompts: members.length,
          ...axisMeans(of(answers)),
          winRate: baseline ? estimate(winRateOf(of(answers), of(baseline))) : null,
        },
      ];
    }),
  );
}

function sample({ prompt }: EvaluationPrompt, answer: Answer, baseline: Answer | null): JsonValue {
  return {
    promptId: prompt.id,
    prompt: prompt.text,
    response: answer.text,
    score: answer.score,
    ...(baseline ? { sftResponse: baseline.text, sftScore: baseline.score } : {}),
  };
}
