import * as tf from "@tensorflow/tfjs-core";
import type { Scalar, Tensor, Variable } from "@tensorflow/tfjs-core";

/** Named variables: what a model trains. */
export type Parameters = Readonly<Record<string, Variable>>;

/** A loss (scalar) and named statistics beside it. */
export interface LossWithStats<S extends string = never> {
  readonly loss: Tensor;
  readonly stats: Readonly<Record<S, Tensor>>;
}

export interface LossAndGradients<S extends string> extends LossWithStats<S> {
  /** By parameter name; parameters the loss does not reach are absent. */
  readonly gradients: Readonly<Record<string, Tensor>>;
}

/**
 * The loss (scalar), its side statistics and its gradients by parameter name, all owned by the surrounding tidy.
 * Statistics are values beside the loss (clip fraction, entropy); no gradient flows through them.
 */
export function lossAndGradients<S extends string>(
  parameters: Parameters,
  body: () => LossWithStats<S>,
): LossAndGradients<S> {
  const names = new Map(Object.entries(parameters).map(([name, variable]) => [variable.name, name]));
  let kept: [string, Tensor][] = [];
  const { value, grads } = tf.variableGrads(() => {
    const { loss, stats } = body();
    // The tape's scope ends with this function: what must outlive it is kept here and handed to the caller's scope below.
    kept = Object.entries<Tensor>(stats).map(([name, tensor]) => [name, tf.keep(tf.clone(tensor))]);
    return loss as Scalar;
  }, Object.values(parameters));
  const stats = Object.fromEntries(
    kept.map(([name, tensor]) => {
      const handed = tf.clone(tensor);
      tensor.dispose();
      return [name, handed];
    }),
  ) as Record<S, Tensor>;
  const gradients = Object.fromEntries(
    Object.entries(grads)
      .filter(([, gradient]) => gradient !== null)
      .map(([name, gradient]) => [names.get(name) ?? name, gradient as Tensor]),
  );
  return { loss: value, stats, gradients };
}
