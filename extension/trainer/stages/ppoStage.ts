import type { Prompt } from "../../data/records";
import { packDocuments, tokenPrompts } from "../../data/tokenize";
import {
  createParameters,
  disposeParameters,
  readParameters,
  writeParameters,
} from "../../engine/parameters";
import type { GptModel } from "../../model/gpt";
import { initialHead } from "../../model/heads";
import { gptPolicy, gptScalar, gptShared } from "../../model/network";
import type { TrainerEvent } from "../../protocol/trainerEvents";
import type { Tokenizer } from "../../tokenizer/tokenizer";
import { meanLoss } from "../languageModel";
import { trainPpo } from "../ppo";
import type { OpenedModel } from "../openModel";
import type { Stage } from "../stage";
import { groupOf } from "../state";
import { liveModel } from "./liveModel";
import { combinedScore, rewardTerms } from "./scorers";
import {
  hasParent,
  inputRecords,
  languageWeights,
  modelParts,
  optionalSource,
  parentModel,
  settingsOf,
  source,
  tokenizerOf,
  tokenizerPart,
  trainable,
  type StageContext,
} from "./stageContext";

/** PPO or PPO-ptx from the SFT policy on the run's prompts. */
export function openPpo(context: StageContext): Stage {
  const { config, seed, clock, resume } = context;
  const initial = parentModel(context, "initial");
  const tokenizer = tokenizerOf(initial);
  const shared = config.ppo.valueModel === "shared";
  const policy = policyModel(context, initial, shared);
  const opened = parentModel(context, "reference");
  const reference: GptModel = {
    shape: opened.shape,
    parameters: createParameters(languageWeights(opened.weights)),
  };
  const judged = hasParent(context, "rewardModel") ? parentModel(context, "rewardModel") : null;
  const rewardModel = judged && { shape: judged.shape, parameters: createParameters(judged.weights) };
  const value = shared ? null : valueModel(context, initial, judged);
  const records = inputRecords(context, "prompts", "prompts");
  const limits = { ...config.data, context: initial.shape.context };
  const { prompts, leftOut } = tokenPrompts(records, tokenizer, limits);
  if (prompts.length === 0)
    throw new Error(
      `no prompt fits data.maxPromptTokens (${config.data.maxPromptTokens}) and the context of ${initial.shape.context} tokens`,
    );
  const pack = (name: "pretraining" | "validationPretraining") =>
    packDocuments(
      inputRecords(context, name, "pretraining").map(({ text }) => text),
      tokenizer,
      Math.min(config.ppo.ptxSequenceTokens, initial.shape.context),
    );
  const pretraining = optionalSource(context, pack("pretraining"), "pretraining");
  const held = pack("validationPretraining").slice(0, 200);
  const average = config.ppo.emaDecay > 0;
  const score = combinedScore(rewardTerms(config.ppo.rewards), {
    tokenizer,
    prompts: new Map(records.map((prompt): [string, Prompt] => [prompt.id, prompt])),
    rewardModel,
  });
  const events = trainPpo({
    policy: shared ? gptShared(policy) : gptPolicy(policy),
    referencePolicy: gptPolicy(reference),
    value: value && gptScalar(value),
    score,
    prompts: source(context, prompts, "prompts"),
    pretraining: pretraining && { model: policy, sequences: pretraining },
    endToken: tokenizer.endToken,
    settings: settingsOf(context, "ppo"),
    seed,
    clock,
    resume,
  });
  const group = average ? "policyEma" : "policy";
  return {
    events: withTexts(events, tokenizer),
    model: modelParts(initial.shape, "output", group, tokenizerPart(initial)),
    finish: async (best) => {
      const weights = languageWeights(groupOf(best, group));
      const nll = async (): Promise<number> => (held.length > 0 ? await meanLoss(policy, held) : NaN);
      writeParameters(policy.parameters, { ...(await readParameters(policy.parameters)), ...weights });
      const after = await nll();
      const before = held.length > 0 ? await meanLoss(reference, held) : NaN;
      for (const model of [
        policy,
        reference,
        ...(value ? [value] : []),
        ...(rewardModel ? [rewardModel] : []),
      ])
        disposeParameters(model.parameters);
      return {
        weights,
        figures: {
          prompts: prompts.length,
          leftOut: leftOut.length,
          bestIteration: best.iteration,
          ...(held.length > 0 ? { pretrainingLoss: after, pretrainingLossOfReference: before } : {}),
        },
      };
    },
    ...liveModel({
      tokenizer,
      template: config.data,
      policy,
      reference,
      ...(rewardModel ? { rewardModel } : {}),
      ...(value ? { value } : {}),
    }),
  };
}

/** The SFT policy; with a value head of zeros on its trunk where policy and value share one. */
function policyModel(context: StageContext, initial: OpenedModel, shared: boolean): GptModel {
  const head = shared ? initialHead(initial.shape.width, "linear", "value", "zeros") : {};
  return trainable(context, initial.shape, "policy", { ...languageWeights(initial.weights), ...head });
}

/** Begun from the reward model (App. C.4), or where scores come from elsewhere from the policy's trunk with a head of zeros. */
function valueModel(context: StageContext, initial: OpenedModel, judged: OpenedModel | null): GptModel {
  if (judged) return trainable(context, judged.shape, "value", judged.weights);
  const trunk = Object.fromEntries(
    Object.entries(languageWeights(initial.weights)).filter(([name]) => name !== "lm_head.weight"),
  );
  const head = initialHead(initial.shape.width, "linear", "score", "zeros");
  return trainable(context, initial.shape, "value", { ...trunk, ...head });
}

/** Adds the responses' text to the logged episodes. */
async function* withTexts(
  events: AsyncGenerator<TrainerEvent>,
  tokenizer: Tokenizer,
): AsyncGenerator<TrainerEvent> {
  for await (const event of events) {
    if (event.type !== "iteration") yield event;
    else {
      const episodes = event.episodes.map((episode) => ({
        ...episode,
        response: tokenizer.decode(episode.responseTokens),
      }));
      yield { ...event, episodes };
    }
  }
}
