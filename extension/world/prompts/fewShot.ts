import type { Rng } from "../../algorithms/rng";
import { pick, pickSome } from "../draw";
import { opposites, type Attribute } from "../words";

import type { Pool, UseCase } from "./ask";
import type { DraftPrompt } from "./compose";

/** Query and response of one example, with the thing it is about. */
interface Shot {
  readonly query: string;
  readonly response: string;
}

const useCaseOf: Readonly<Record<string, UseCase>> = { kind: "classification", opposite: "other" };

/**
 * One instruction with K examples gives K prompts, each asking one query after the other K − 1 examples (Ouyang et al. 2022, §3.2). The examples
 * stand in turned order, so that no two of the prompts share a long prefix.
 */
export function fewShotPrompts(pool: Pool, examples: number, rng: Rng): DraftPrompt[] {
  const relation = pick(rng, ["kind", "colour", "home", "size", "opposite"] as const);
  const shots =
    relation === "opposite" ? oppositeShots(examples, rng) : factShots(pool, relation, examples, rng);
  const instruction = pick(rng, [`give the ${relation} .`, `${relation} of each :`, `now the ${relation} :`]);
  return shots.map((shot, i) => {
    const others = [...shots.slice(i + 1), ...shots.slice(0, i)];
    const shown = others.map(({ query, response }) => `${query} : ${response} .`).join(" ");
    const wanted = {
      type: "exact" as const,
      answers: [shot.response, `it is ${shot.response}`, `the ${relation} is ${shot.response}`],
      closed: true,
    };
    return {
      text: `${instruction} ${shown} ${shot.query} :`,
      kind: "few-shot" as const,
      useCase: useCaseOf[relation] ?? "openQa",
      meta: { world: pool.facts.seed, task: { wanted, constraints: [], about: {}, brief: 5 } },
    };
  });
}

function factShots({ facts, things }: Pool, attribute: Attribute, count: number, rng: Rng): Shot[] {
  const known = things.filter((thing) => facts.of[thing][attribute] !== undefined);
  return pickSome(rng, known, count).map((thing) => ({
    query: thing,
    response: facts.of[thing][attribute] ?? "",
  }));
}

function oppositeShots(count: number, rng: Rng): Shot[] {
  return pickSome(rng, opposites, count).map((pair) => {
    const [query, response] = rng.shuffle(pair);
    return { query, response };
  });
}
