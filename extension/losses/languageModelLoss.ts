import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { maskedMean } from "./maskedMean";

/**
 * Mean negative log-likelihood per real token, in nats.
 *
 *   L = −Σ_m mask_m·log π(token_m) / count
 *
 * logprobs, mask  [M]; count []: see maskedMean.
 * Gradient reaches `logprobs`.
 * Source: Ouyang et al. 2022, §3.5 (SFT) and eq. 2, third term (ptx).
 *
 * Example: logprobs −1, −2, −9 with mask 1, 1, 0 gives 1.5.
 */
export function languageModelLoss(
  logprobs: Tensor,
  mask: Tensor,
  count?: Tensor | number | undefined,
): Tensor {
  return tf.neg(maskedMean(logprobs, mask, count));
}
