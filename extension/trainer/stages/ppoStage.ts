import type { Prompt } from "../../data/records";
import { tokenPrompts } from "../../data/tokenize";
import { ppoMemory, type MemoryEstimate } from "../../engine/memoryEstimate";
import {
  createParameters,
  disposeParameters,
  readParameters,
  writeParameters,
} from "../../engine/parameters";
import type { GptModel } from "../../model/gpt";
import { initialHead } from "../../model/heads";
import { gptPolicy, gptScalar, gptShared } from "../../model/network";
import type { Sequence } from "../../model/sequences";
import { needsHeldOutReward } from "../../protocol/rewardTerms";
import type { TrainerEvent } from "../../protocol/trainerEvents";
import type { Tokenizer } from "../../tokenizer/tokenizer";
import { meanLoss } from "../languageModel";
import { trainPpo } from "../ppo";
import { pretrainingAtOnce } from "../ppoUpdate";
import type { OpenedModel } from "../openModel";
import type { Stage } from "../stage";
import { groupOf } from "../state";
import { liveModel } from "./liveModel";
import { atOnce, largestBatch, latest, refuseTooLarge, sizeOf } from "./memoryLimit";
import { combinedScore, rewardTerms } from "./scorers";
import {
  hasParent,
  inputRecords,
  languageWeights,
  modelParts,
  optionalSource,
  packedInput,
  parentModel,
  refuseOtherTokens,
  settingsOf,
  source,
  tokenizerOf,
  tokenizerPart,
  trainable,
  trunkWeights,
  type StageContext,
} from "./stageContext";

/** PPO or PPO-ptx from the SFT policy on the run's prompts. */
export function openPpo(context: StageContext): Stage {
  const { config, seed, clock, resume } = context;
  const initial = parentModel(context, "initial");
  const tokenizer = tokenizerOf(initial);
  const shared = config.ppo.valueModel === "shared";
  const opened = parentModel(context, "reference");
  const judged = hasParent(context, "rewardModel") ? parentModel(context, "rewardModel") : null;
  const second = needsHeldOutReward(config) ? parentModel(context, "heldOutReward") : null;
  refuseOtherTokens(initial, [opened, judged, second]);
  const records = inputRecords(context, "prompts", "prompts");
  const limits = { ...config.data, context: initial.shape.context };
  const { prompts, leftOut } = tokenPrompts(records, tokenizer, limits);
  if (prompts.length === 0)
    throw new Error(
      `no prompt fits data.maxPromptTokens (${config.data.maxPromptTokens}) and the context of ${initial.shape.context} tokens`,
    );
  const longestEpisode = Math.min(initial.shape.context, longestOf(prompts) + config.ppo.responseTokens);
  for (const scorer of [judged, second]) if (scorer) refuseShort(scorer, longestEpisode);
  const packedTokens = Math.min(config.ppo.ptxSequenceTokens, initial.shape.context);
  const packed = packedInput(context, "pretraining", tokenizer, packedTokens);
  const memory = memoryOf(context, { initial, reference: opened, judged, second }, prompts, packed);
  refuseTooLarge(config, memory, "ppo.microbatch, ppo.responseTokens or data.maxPromptTokens");
  const policy = policyModel(context, initial, shared);
  const reference: GptModel = {
    shape: opened.shape,
    parameters: createParameters(languageWeights(opened.weights)),
  };
  const frozen = ({ shape, weights }: OpenedModel): GptModel => ({
    shape,
    parameters: createParameters(weights),
  });
  const rewardModel = judged && frozen(judged);
  const heldOutReward = second && frozen(second);
  const value = shared ? null : valueModel(context, initial, judged);
  const pretraining = optionalSource(context, packed, "pretraining");
  const held = packedInput(context, "validationPretraining", tokenizer, packedTokens).slice(0, 200);
  const average = config.ppo.emaDecay > 0;
  const known = {
    tokenizer,
    prompts: new Map(records.map((prompt): [string, Prompt] => [prompt.id, prompt])),
    rewardModel,
  };
  const { rewards, heldOutScore } = config.ppo;
  const events = trainPpo({
    policy: shared ? gptShared(policy) : gptPolicy(policy),
    referencePolicy: gptPolicy(reference),
    value: value && gptScalar(value),
    score: combinedScore(rewardTerms(rewards), known),
    heldOutScore:
      heldOutScore.length > 0
        ? combinedScore(rewardTerms(heldOutScore), { ...known, rewardModel: heldOutReward })
        : null,
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
        ...(heldOutReward ? [heldOutReward] : []),
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

/** Throws Error with a sentence when a reward model cannot read the longest prompt with the longest response. */
function refuseShort({ folder, shape }: OpenedModel, needed: number): void {
  if (needed > shape.context)
    throw new Error(
      `the reward model ${folder} reads ${shape.context} tokens, and a prompt with its response can have ${needed}: lower data.maxPromptTokens or ppo.responseTokens, or take another model`,
    );
}

function longestOf(prompts: readonly { readonly tokens: readonly number[] }[]): number {
  return prompts.reduce((longest, { tokens }) => Math.max(longest, tokens.length), 0);
}

/** The memory that the run needs: its models, and its longest prompts with the longest response. */
function memoryOf(
  context: StageContext,
  models: {
    readonly initial: OpenedModel;
    readonly reference: OpenedModel;
    readonly judged: OpenedModel | null;
    /** The reward model whose scores are only measured. */
    readonly second: OpenedModel | null;
  },
  prompts: readonly { readonly tokens: readonly number[] }[],
  packed: readonly Sequence[],
): MemoryEstimate {
  const ppo = settingsOf(context, "ppo")(latest);
  const { initial, reference, judged, second } = models;
  const scorers = [judged, second].flatMap((model) => (model ? [sizeOf(model.shape, model.head)] : []));
  const valueSize = judged ? sizeOf(judged.shape, judged.head) : sizeOf(initial.shape, "linear");
  const mixed = Math.round(ppo.minibatch * ppo.ptxPerEpisode);
  const part = atOnce({ batch: mixed, microbatch: pretrainingAtOnce(ppo, ppo.minibatch) });
  return ppoMemory({
    policy: sizeOf(initial.shape, "output"),
    value: ppo.valueModel === "shared" ? null : valueSize,
    others: [sizeOf(reference.shape, "output"), ...scorers],
    average: ppo.emaDecay > 0,
    rows: Math.max(ppo.episodes, 4 * ppo.rewardScalePrompts),
    promptTokens: longestOf(prompts),
    responseTokens: ppo.responseTokens,
    episodes: atOnce({ batch: ppo.minibatch, microbatch: ppo.microbatch }),
    loggedEpisodes: ppo.loggedEpisodes,
    pretraining: ppo.ptxCoef > 0 && mixed > 0 && packed.length > 0 ? largestBatch(packed, part) : null,
    pretrainingInParts: part < mixed,
  });
}

/** The SFT policy; with a value head of zeros on its trunk where policy and value share one. */
function policyModel(context: StageContext, initial: OpenedModel, shared: boolean): GptModel {
  const head = shared ? initialHead(initial.shape.width, "linear", "value", "zeros") : {};
  return trainable(context, initial.shape, "policy", { ...languageWeights(initial.weights), ...head });
}

/** Begun from the reward model (App. C.4), or where scores come from elsewhere from the policy's trunk with a head of zeros. */
function valueModel(context: StageContext, initial: OpenedModel, judged: OpenedModel | null): GptModel {
  if (judged) return trainable(context, judged.shape, "value", judged.weights);
  const head = initialHead(initial.shape.width, "linear", "score", "zeros");
  return trainable(context, initial.shape, "value", { ...trunkWeights(initial.weights), ...head });
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
