import { noiseCeiling, pairwiseAgreement } from "../../algorithms/agreement";
import { createRng } from "../../algorithms/rng";
import { comparisonSequences, demonstrationSequences } from "../../data/tokenize";
import type { Comparison } from "../../data/records";
import { supervisedMemory } from "../../engine/memoryEstimate";
import { disposeParameters, readParameters, writeParameters } from "../../engine/parameters";
import { initialHead } from "../../model/heads";
import { centreOnDemonstrations, trainRewardModel } from "../rewardModel";
import type { Stage } from "../stage";
import { groupOf } from "../state";
import { liveModel } from "./liveModel";
import { atOnce, largestBatch, latest, refuseTooLarge, sizeOf } from "./memoryLimit";
import {
  inputRecords,
  modelParts,
  parentModel,
  settingsOf,
  source,
  tokenizerOf,
  tokenizerPart,
  trainable,
  trunkWeights,
  type StageContext,
} from "./stageContext";

/** Trains a reward model from the run's comparisons, begun from the SFT model. */
export function openRewardModel(context: StageContext): Stage {
  const { config, seed, clock, resume } = context;
  const initial = parentModel(context, "initial");
  const tokenizer = tokenizerOf(initial);
  const { shape } = initial;
  const limits = { ...config.data, context: shape.context, ties: config.rm.ties };
  const records = inputRecords(context, "comparisons", "comparisons");
  const held = inputRecords(context, "validationComparisons", "comparisons");
  const ofHeldOutLabelers = inputRecords(context, "heldOutComparisons", "comparisons");
  const train = comparisonSequences(records, tokenizer, limits);
  const validation = comparisonSequences(held, tokenizer, limits);
  const heldOut = comparisonSequences(ofHeldOutLabelers, tokenizer, limits);
  const demonstrations = demonstrationSequences(
    inputRecords(context, "demonstrations", "demonstrations"),
    tokenizer,
    limits,
  ).sequences;
  if (train.rankings.length === 0)
    throw new Error(
      `no comparison fits the context of ${shape.context} tokens with at least one decided pair`,
    );
  const scored = [...train.rankings, ...validation.rankings, ...heldOut.rankings];
  const responses = scored.reduce((most, { sequences }) => Math.max(most, sequences.length), 0);
  const measured = Math.max(validation.rankings.length, heldOut.rankings.length);
  const { promptsPerBatch: batch, microbatch } = settingsOf(context, "rm")(latest);
  const count = atOnce({ batch, microbatch }) * responses;
  const memory = supervisedMemory({
    model: sizeOf(shape, config.rm.head),
    batch: {
      ...largestBatch([...scored.flatMap(({ sequences }) => sequences), ...demonstrations], count),
      outputs: count, // a score is read at the last token alone
    },
    dropout: config.rm.dropout > 0,
    validation: Math.max(demonstrations.length, measured * responses),
    others: [],
  });
  refuseTooLarge(config, memory, "rm.microbatch");
  const head = initialHead(shape.width, config.rm.head, "score", createRng(seed).split("head"));
  const model = trainable(context, shape, "rewardModel", { ...trunkWeights(initial.weights), ...head });
  return {
    events: trainRewardModel({
      model,
      rankings: source(context, train.rankings, "rankings"),
      validation: validation.rankings,
      heldOut: heldOut.rankings,
      demonstrations,
      noiseCeiling: ceilingOf([...records, ...held]),
      settings: settingsOf(context, "rm"),
      seed,
      clock,
      resume,
    }),
    model: modelParts(shape, config.rm.head, "rewardModel", tokenizerPart(initial)),
    finish: async (best) => {
      // Only the last checkpoint was centred while training; the one that ships may be another.
      writeParameters(model.parameters, groupOf(best, "rewardModel"));
      await centreOnDemonstrations(model, demonstrations);
      const weights = await readParameters(model.parameters);
      disposeParameters(model.parameters);
      return {
        weights,
        figures: {
          comparisons: train.rankings.length,
          validationComparisons: validation.rankings.length,
          ...(ofHeldOutLabelers.length > 0 && { heldOutComparisons: heldOut.rankings.length }),
          leftOut: train.leftOut.length + validation.leftOut.length + heldOut.leftOut.length,
        },
      };
    },
    ...liveModel({ tokenizer, template: config.data, rewardModel: model }),
  };
}

/** The best accuracy that labels which agree as rarely as these allow; NaN where no two labelers ranked the same responses. */
function ceilingOf(comparisons: readonly Comparison[]): number {
  const { rate } = pairwiseAgreement(
    comparisons.map(({ prompt, responses, tiers, labeler }) => ({
      item: prompt,
      labeler: labeler ?? "",
      tiers: tiers.map((tier) => tier.map((i) => responses[i].id)),
    })),
  );
  return noiseCeiling(rate);
}
