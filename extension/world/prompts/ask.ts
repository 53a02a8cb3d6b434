import type { Rng } from "../../algorithms/rng";
import type { Facts } from "../facts";
import type { Wanted } from "../task";

/** A request before it gets its constraints and its persona. */
export interface Ask {
  readonly body: string;
  readonly wanted: Wanted;
  /** The things whose facts the judge needs. */
  readonly names: readonly string[];
}

/** What a request is drawn from: the facts, and the things it may name. */
export interface Pool {
  readonly facts: Facts;
  readonly things: readonly string[];
}

export type AskMaker = (pool: Pool, rng: Rng) => Ask;

/** The ten use cases with their share of prompts in percent (Ouyang et al. 2022, Table 1). */
export const useCaseShares = {
  generation: 45.6,
  openQa: 12.4,
  brainstorming: 11.2,
  chat: 8.4,
  rewrite: 6.6,
  summarization: 4.2,
  classification: 3.5,
  other: 3.5,
  closedQa: 2.6,
  extract: 1.9,
} as const;
export type UseCase = keyof typeof useCaseShares;
