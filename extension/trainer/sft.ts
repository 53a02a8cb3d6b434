import type { Source } from "../data/source";
import type { GptModel } from "../model/gpt";
import type { Sequence } from "../model/sequences";
import type { SftConfig } from "../protocol/runConfig";
import type { TrainerEvent, TrainerState } from "../protocol/trainerEvents";
import { meanLoss, mixedWeights } from "./languageModel";
import { trainSupervised } from "./supervised";

/**
 * Supervised fine-tuning on demonstrations.
 *
 *   minimise −E log π(y | x)  over demonstrations (x, y), the response's tokens alone
 *
 * 1. Take a batch of demonstrations; for the variant `ppoInit` a share of it are sequences of pretraining text.
 * 2. One Adam step; cosine decay to a tenth of the peak without warm-up, residual dropout.
 * 3. At each checkpoint measure what it is chosen by: the reward model's mean score on validation prompts, or validation loss.
 *
 * Source: Ouyang et al. 2022, App. C.1 (baseline) and C.3 (ppoInit).
 * Deviations: learning rate for small models. The mixed-in share weighs the two losses as well as the sequences, because a pretraining
 * sequence here is many times longer than a response; the paper does not say how it weighs them.
 */
export interface SftParts {
  readonly model: GptModel;
  readonly demonstrations: Source<Sequence>;
  /** Pretraining sequences of the ppoInit variant. */
  readonly pretraining: Source<Sequence> | null;
  readonly validation: readonly Sequence[];
  readonly pretrainingValidation: readonly Sequence[];
  /** Mean reward-model score of the model's answers to validation prompts, for selection = rewardModel. */
  readonly meanScore: (() => Promise<number>) | null;
  readonly settings: (iteration: number) => SftConfig;
  readonly seed: number;
  readonly clock: () => number;
  readonly resume: TrainerState | null;
}

export function sft(parts: SftParts): AsyncGenerator<TrainerEvent> {
  const { model, demonstrations, pretraining, settings } = parts;
  const config = settings(1);
  const mixed = pretraining !== null && config.variant === "ppoInit";
  const fromPretraining = mixed ? Math.round(config.batch * config.pretrainingShare) : 0;
  const fromDemonstrations = config.batch - fromPretraining;
  const epochs = config.variant === "ppoInit" ? config.ppoInitEpochs : config.epochs;
  return trainSupervised({
    ...parts,
    setting: "sft.microbatch",
    steps: Math.ceil((demonstrations.size * epochs) / fromDemonstrations),
    next: () =>
      mixedWeights(
        demonstrations.take(fromDemonstrations), // 1
        mixed ? pretraining.take(fromPretraining) : [],
        config.pretrainingShare,
      ),
    cursor: () => ({ demonstrations: demonstrations.state(), pretraining: pretraining?.state() ?? null }),
    validate: async () => {
      const loss = await meanLoss(model, parts.validation);
      const pretrainingLoss = await meanLoss(model, parts.pretrainingValidation);
      const score = parts.meanScore ? await parts.meanScore() : null;
      const values = {
        "loss/validation": loss,
        "loss/pretrainingValidation": pretrainingLoss,
        ...(score === null ? {} : { "scores/validation": score }),
      };
      return { values, selection: selectionOf(config, loss, score) }; // 3
    },
    settings: (iteration) => ({ ...settings(iteration), warmupSteps: 0 }), // 2
  });
}

/** What the best checkpoint is chosen by, higher is better; null where the last one is to be taken. */
function selectionOf(config: SftConfig, loss: number, score: number | null): number | null {
  if (config.selection === "last") return null;
  return config.selection === "rewardModel" && score !== null ? score : -loss;
}
