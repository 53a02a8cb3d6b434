import type { Variable } from "@tensorflow/tfjs-core";
import type { StepKey } from "../engine/compiledStep";
import type { Parameters } from "../engine/gradients";
import type { GptModel, GptShape } from "./gpt";

/** Networks of one `kind` compute the same from their parameters, so that they share graphs: policy and reference, say. One without shares none. */
export interface OfKind {
  readonly kind?: string;
}

export const kindOf = (what: string, shape: GptShape): string => `${what} ${JSON.stringify(shape)}`;

/** The part of a step's key that says which network's it is. */
export function keyOf(
  network: OfKind & { readonly parameters: Parameters },
): Pick<StepKey, "of" | "variables"> {
  if (network.kind === undefined) return { of: network };
  return { of: network.kind, variables: inOrder(network.parameters) };
}

/** The same of a model that continues text. */
export function keyOfModel({ shape, parameters }: GptModel): Required<Pick<StepKey, "of" | "variables">> {
  return { of: kindOf("GPT", shape), variables: inOrder(parameters) };
}

/** Parameters by name, whatever order a file had them in. */
function inOrder(parameters: Parameters): Variable[] {
  return Object.keys(parameters)
    .sort()
    .map((name) => parameters[name]);
}
