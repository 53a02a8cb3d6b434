import { floats, paddedSize, type StepInput } from "../engine/compiledStep";
import { dropoutPart } from "../engine/dropout";
import type { GptModel } from "../model/gpt";
import { paddedLength, roundedLength, type Sequence } from "../model/sequences";

/**
 * A step's dropout factors [2·L+1, B·T, C] for the sequences `items`, which are those of `batch` from number `first` on; no input where the
 * rate is 0. A token's factors are the same whether its batch is computed in parts, or padded to other sizes.
 */
export function dropoutInput(
  { shape: { layers, width, context } }: GptModel,
  batch: readonly Sequence[],
  first: number,
  items: readonly Sequence[],
  { dropout, seed }: { readonly dropout: number; readonly seed: number },
): { readonly dropout?: StepInput } {
  if (dropout === 0) return {};
  const branches = 2 * layers + 1;
  const whole = { branches, sequences: batch.length, length: roundedLength(batch, context), width };
  const part = { first, sequences: paddedSize(items.length), length: paddedLength(items, context) };
  const shape = [branches, part.sequences * part.length, width];
  return { dropout: floats(dropoutPart(whole, part, dropout, seed), shape) };
}
