import type { RolloutToken } from "../../extension/protocol/rolloutMessages";

// Which colour and height a token gets: pure numbers, so that Node can test them.

/** What tokens can be coloured by. */
export const quantities = [
  ...(["reward", "kl", "advantage", "value"] as const),
  ...(["ratio", "logprob", "referenceLogprob", "entropy"] as const),
];
export type Quantity = (typeof quantities)[number];

export const isQuantity = (text: string): text is Quantity => quantities.some((each) => each === text);

/** A token's value of a quantity; the KL contribution is log π − log π_ref in nats. */
export function valueOf(token: RolloutToken, quantity: Quantity): number {
  switch (quantity) {
    case "kl":
      return token.logprob - token.referenceLogprob;
    case "ratio":
      return token.ratioAfter;
    case "reward":
    case "advantage":
    case "value":
    case "logprob":
    case "referenceLogprob":
    case "entropy":
      return token[quantity];
  }
}

/** The value at which a quantity says nothing: a ratio of 1, else 0. */
export const centreOf = (quantity: Quantity): number => (quantity === "ratio" ? 1 : 0);

export interface Scale {
  readonly centre: number;
  readonly low: number;
  readonly high: number;
  /** Largest distance from the centre; 0 where all values are there. */
  readonly reach: number;
}

/** The range of a quantity over a response; values that are no numbers do not count. */
export function scaleOf(tokens: readonly RolloutToken[], quantity: Quantity): Scale {
  const values = tokens.map((token) => valueOf(token, quantity)).filter(Number.isFinite);
  const centre = centreOf(quantity);
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  if (values.length === 0) return { centre, low: NaN, high: NaN, reach: 0 };
  return { centre, low, high, reach: Math.max(Math.abs(low - centre), Math.abs(high - centre)) };
}

export interface Heat {
  readonly side: "above" | "below" | "none" | "unknown";
  /** Distance from the centre as a share of the largest one, 0 to 1. */
  readonly share: number;
}

export function heatOf(value: number, { centre, reach }: Scale): Heat {
  if (Number.isNaN(value)) return { side: "unknown", share: 0 };
  const distance = value - centre;
  if (distance === 0) return { side: "none", share: 0 };
  const share = reach === 0 ? 1 : Math.min(1, Math.abs(distance) / reach);
  return { side: distance > 0 ? "above" : "below", share };
}
