import { createRng } from "../../algorithms/rng";
import type { Estimate } from "../../algorithms/proportions";
import { mean } from "../../algorithms/statistics";
import { fewShotStop, fewShotTokens, tokenPrompts } from "../../data/tokenize";
import { scoringMemory, type MemoryEstimate } from "../../engine/memoryEstimate";
import { createParameters, disposeParameters } from "../../engine/parameters";
import type { GptModel } from "../../model/gpt";
import { gptPolicy } from "../../model/network";
import { responseLogprobs } from "../../model/score";
import type { Sequence } from "../../model/sequences";
import type { EpisodeRecord, JsonValue, TrainerEvent, TrainerState } from "../../protocol/trainerEvents";
import type { Tokenizer } from "../../tokenizer/tokenizer";
import { axisMeans, sampleAnswers, winRateOf, type Answer, type EvaluationPrompt } from "../evaluate";
import { evaluationFigures, metricIntervals } from "../evaluationFigures";
import type { Demonstration, Prompt } from "../../data/records";
import { meanLoss } from "../languageModel";
import type { Stage } from "../stage";
import { judge, judgeScore } from "../../world/judge";
import type { OpenedModel } from "../openModel";
import { refuseTooLarge, sizeOf } from "./memoryLimit";
import { combinedScore, rewardTerms } from "./scorers";
import {
  hasParent,
  inputRecords,
  languageWeights,
  packedInput,
  parentModel,
  refuseOtherTokens,
  tokenizerOf,
  type StageContext,
} from "./stageContext";

/** Pretraining sequences on which the tax is measured: so many, of so many tokens. */
const taxSequences = { count: 400, tokens: 64 };

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
  const { clock } = context;
  const started = clock();
  const models = openModels(context);
  try {
    const { policy, sft } = models;
    const tokenizer = tokenizerOf(parentModel(context, "policy"));
    const total = sft ? 3 : 2;
    const prompts = evaluationPrompts(context, tokenizer, policy.shape.context, 0);
    if (prompts.length === 0)
      throw new Error("no test prompt fits data.maxPromptTokens and the model's context");
    const { fewShot } = context.config.evaluate;
    const shots =
      fewShot > 0 ? evaluationPrompts(context, tokenizer, policy.shape.context, fewShot) : prompts;
    const answers = await answersOf(context, policy, shots, prompts, models, tokenizer);
    yield { type: "progress", done: 1, total, phase: "answers" };
    const baseline = sft ? await answersOf(context, sft, prompts, prompts, models, tokenizer) : null;
    if (sft) yield { type: "progress", done: 2, total, phase: "answers of the SFT model" };
    const sequences = answers.map(({ tokens }, i) => ({ prompt: prompts[i].tokens, response: tokens }));
    const logprobs = await sequenceLogprobs(models, sequences);
    const rewards = answers.map(({ reward }) => reward);
    const values = {
      ...comparisonValues(answers, baseline),
      "loss/pretrainingValidation": await pretrainingLoss(context, policy, tokenizer),
      "objective/score": mean(rewards),
      "objective/klPolicyReference": logprobs.kls ? mean(logprobs.kls) : NaN,
      "response/length": mean(answers.map(({ tokens }) => tokens.length)),
      "response/endRate": mean(answers.map(({ endReached }) => (endReached ? 1 : 0))),
      "time/evaluationSeconds": clock() - started,
    };
    yield { type: "progress", done: total, total, phase: "measures" };
    done({
      ...evaluationFigures(context.seed, prompts, answers, baseline),
      intervals: metricIntervals(answers, { rewards, kls: logprobs.kls }),
    });
    const episodes = answers.map((answer, i) => episodeOf(prompts[i], answer, i, logprobs));
    const state = (): Promise<TrainerState> => Promise.resolve({ iteration: 0, tensors: {}, numbers: {} });
    yield { type: "iteration", iteration: 0, iterations: 0, values, episodes, selection: null, state };
  } finally {
    for (const model of Object.values(models)) if (model) disposeParameters(model.parameters);
  }
}

interface EvaluationModels {
  readonly policy: GptModel;
  readonly sft: GptModel | null;
  readonly reference: GptModel | null;
  readonly rewardModel: GptModel | null;
}

function openModels(context: StageContext): EvaluationModels {
  const open = (role: string): OpenedModel | null =>
    hasParent(context, role) ? parentModel(context, role) : null;
  const policy = parentModel(context, "policy");
  const [sft, reference, rewardModel] = [open("sft"), open("reference"), open("rewardModel")];
  refuseOtherTokens(policy, [sft, reference, rewardModel]);
  refuseTooLarge(
    context.config,
    memoryOf(context, [policy, sft, reference, rewardModel]),
    "evaluate.responseTokens or data.maxPromptTokens",
  );
  const create = ({ shape, weights, head }: OpenedModel): GptModel => ({
    shape,
    parameters: createParameters(head === "output" ? languageWeights(weights) : weights),
  });
  return {
    policy: create(policy),
    sft: sft && create(sft),
    reference: reference && create(reference),
    rewardModel: rewardModel && create(rewardModel),
  };
}

/** The memory that the evaluation needs: all its models, and the longest prompts with the longest answers. */
function memoryOf({ config }: StageContext, models: readonly (OpenedModel | null)[]): MemoryEstimate {
  const { prompts, fewShot, responseTokens } = config.evaluate;
  const sizes = models.flatMap((model) => (model ? [sizeOf(model.shape, model.head)] : []));
  const longest = Math.max(1, Math.max(...sizes.map(({ context }) => context)) - responseTokens);
  const promptTokens = fewShot > 0 ? longest : Math.min(config.data.maxPromptTokens, longest);
  return scoringMemory(sizes, prompts, promptTokens, responseTokens);
}

/** Answers of a model, which reads `read` (perhaps with demonstrations before the prompt), scored as PPO would (`ppo.rewards`). */
async function answersOf(
  { config, seed }: StageContext,
  model: GptModel,
  read: readonly EvaluationPrompt[],
  prompts: readonly EvaluationPrompt[],
  { rewardModel }: EvaluationModels,
  tokenizer: Tokenizer,
): Promise<ScoredAnswer[]> {
  const decoder = {
    endToken: tokenizer.endToken,
    text: (tokens: readonly number[]) => tokenizer.decode(tokens),
    stop: read === prompts ? null : fewShotStop(config.data),
  };
  const rng = createRng(seed).split("answers");
  const answers = await sampleAnswers(gptPolicy(model), read, config.evaluate, decoder, rng);
  const terms = rewardTerms(config.ppo.rewards);
  if (rewardModel === null && terms.some(({ source }) => source === "rewardModel"))
    return answers.map((answer) => ({ ...answer, reward: NaN }));
  const byId = new Map(prompts.map(({ prompt }): [string, Prompt] => [prompt.id, prompt]));
  const score = combinedScore(terms, { tokenizer, prompts: byId, rewardModel });
  const rewards = await score(
    answers.map(({ tokens, endReached }, i) => ({
      prompt: { id: prompts[i].prompt.id, text: prompts[i].prompt.text, tokens: prompts[i].tokens },
      sequence: { prompt: prompts[i].tokens, response: tokens },
      endReached,
    })),
  );
  return answers.map((answer, i) => ({ ...answer, score: answer.score ?? rewards[i], reward: rewards[i] }));
}

/** An answer with the reward that PPO would give it, unscaled; NaN where the reward model is missing. */
interface ScoredAnswer extends Answer {
  readonly reward: number;
}

interface SequenceLogprobs {
  readonly policy: Awaited<ReturnType<typeof responseLogprobs>>;
  readonly reference: Awaited<ReturnType<typeof responseLogprobs>> | null;
  /** Σ_t (log π − log π_ref) of each answer, nats; null without a reference. */
  readonly kls: readonly number[] | null;
}

async function sequenceLogprobs(
  models: EvaluationModels,
  sequences: readonly Sequence[],
): Promise<SequenceLogprobs> {
  const policy = await responseLogprobs(gptPolicy(models.policy), sequences, 1);
  if (models.reference === null) return { policy, reference: null, kls: null };
  const reference = await responseLogprobs(gptPolicy(models.reference), sequences, 1);
  return { policy, reference, kls: policy.logprobs.map((row, i) => sum(row) - sum(reference.logprobs[i])) };
}

function comparisonValues(answers: readonly Answer[], baseline: readonly Answer[] | null) {
  const versus = baseline ? winRateOf(answers, baseline) : unknown;
  const axes = axisMeans(answers);
  return {
    "winRate/versusSft": versus.value,
    "winRate/versusSftLow": versus.low,
    "winRate/versusSftHigh": versus.high,
    "judge/instruction": axes.instruction,
    "judge/preference": axes.preference,
    "judge/truthful": axes.truthful,
    "judge/harmless": axes.harmless,
  };
}

/** Nats per token on held-out pretraining text: what the alignment tax is measured with. */
async function pretrainingLoss(
  context: StageContext,
  policy: GptModel,
  tokenizer: Tokenizer,
): Promise<number> {
  const length = Math.min(taxSequences.tokens, policy.shape.context);
  const packed = packedInput(context, "validationPretraining", tokenizer, length);
  const held = packed.slice(0, taxSequences.count);
  return held.length > 0 ? await meanLoss(policy, held) : NaN;
}

/** An answer as a line of the run's rollouts; what only training knows is empty. */
function episodeOf(
  { prompt, tokens }: EvaluationPrompt,
  answer: Answer,
  i: number,
  { policy, reference, kls }: SequenceLogprobs,
): EpisodeRecord {
  return {
    iteration: 0,
    episode: i,
    promptId: prompt.id,
    prompt: prompt.text,
    response: answer.text,
    promptTokens: tokens,
    responseTokens: answer.tokens,
    logprobs: [...policy.logprobs[i]],
    referenceLogprobs: reference ? [...reference.logprobs[i]] : [],
    values: [],
    rewards: [],
    advantages: [],
    returns: [],
    entropies: [...policy.entropies[i]],
    ratiosAfter: [],
    alternatives: [],
    score: answer.score ?? NaN,
    kl: kls ? kls[i] : NaN,
    endReached: answer.endReached,
  };
}

const unknown: Estimate = { value: NaN, low: NaN, high: NaN };

/** The seeded choice of test prompts, each behind `fewShot` demonstrations. */
function evaluationPrompts(
  context: StageContext,
  tokenizer: Tokenizer,
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
  const examples = fewShot > 0 ? fewShotExamples(context, fewShot) : [];
  return chosen.flatMap(({ id, tokens }) => {
    const prompt = byId.get(id);
    return prompt ? [{ prompt, tokens: fewShotTokens(examples, tokens, tokenizer, limits) }] : [];
  });
}

/** The first demonstrations in which the sample's judge, where it can judge them, finds no fault: a prefix is chosen with care. */
function fewShotExamples(context: StageContext, count: number): Demonstration[] {
  const isFaultless = ({ prompt, response, meta = {} }: Demonstration): boolean => {
    const judgement = judge({ text: prompt, meta }, response);
    return judgement === null || judgeScore(judgement) > 0.999;
  };
  return inputRecords(context, "demonstrations", "demonstrations").filter(isFaultless).slice(0, count);
}

function sum(values: ArrayLike<number>): number {
  return mean(values) * values.length;
}
