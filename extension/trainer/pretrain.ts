import type { Source } from "../data/source";
import type { GptModel } from "../model/gpt";
import type { Sequence } from "../model/sequences";
import type { PretrainConfig } from "../protocol/runConfig";
import type { TrainerEvent, TrainerState } from "../protocol/trainerEvents";
import { evenWeights, meanLoss } from "./languageModel";
import { trainSupervised } from "./supervised";

/**
 * Pretraining: the base model learns to continue text.
 *
 *   minimise −E log π(x_t | x_<t)  over packed sequences of the pretraining text
 *
 * 1. Take a batch of sequences of fixed length (documents joined by end-of-text).
 * 2. One Adam step on the mean negative log-likelihood per token; warm-up, then cosine decay.
 *
 * Deviations from GPT-3 (Brown et al. 2020): sizes, 32-bit floats, no ramp of the batch size.
 */
export interface PretrainParts {
  readonly model: GptModel;
  readonly sequences: Source<Sequence>;
  readonly validation: readonly Sequence[];
  readonly settings: (iteration: number) => PretrainConfig;
  readonly seed: number;
  readonly clock: () => number;
  readonly resume: TrainerState | null;
}

export function pretrain(parts: PretrainParts): AsyncGenerator<TrainerEvent> {
  const { model, sequences, validation, settings } = parts;
  return trainSupervised({
    ...parts,
    setting: "pretrain.microbatch",
    steps: settings(1).steps,
    next: () => evenWeights(sequences.take(settings(1).batch)), // 1
    cursor: () => ({ sequences: sequences.state() }),
    validate: async () => {
      const loss = await meanLoss(model, validation);
      return { values: { "loss/validation": loss }, selection: -loss };
    },
    settings, // 2
  });
}
