import type { Rng } from "../../algorithms/rng";
import type { JsonObject, Prompt, PromptKind } from "../../data/records";
import { addressOf, coreAnswers, coreLength, namesOnly, perfectCores } from "../answers";
import { constraintText } from "../constraints";
import { chance, pick, pickSome } from "../draw";
import { addresses, wordsOf } from "../readResponse";
import { fillers } from "../readStatements";
import type { Constraint, Task } from "../task";
import type { Ask, AskMaker, Pool, UseCase } from "./ask";
import { things } from "../words";
import { chat } from "./chat";
import { classification, closedQuestion, extraction, openQuestion } from "./questions";
import { brainstorming, generation, otherRequest, rewriting, summarization } from "./writing";

export const askMakers: Readonly<Record<UseCase, AskMaker>> = {
  generation,
  openQa: openQuestion,
  brainstorming,
  chat,
  rewrite: rewriting,
  summarization,
  classification,
  other: otherRequest,
  closedQa: closedQuestion,
  extract: extraction,
};

export type ConstraintPair = readonly [Constraint["type"], Constraint["type"]];

/** Two constraints at once: these pairs in training prompts, the others in test prompts alone. */
export const trainingPairs: readonly ConstraintPair[] = [
  ["exactWords", "avoid"],
  ["exactWords", "use"],
  ["atMostWords", "endWith"],
  ["atMostWords", "use"],
  ["avoid", "endWith"],
];
export const unseenPairs: readonly ConstraintPair[] = [
  ["exactWords", "endWith"],
  ["avoid", "use"],
  ["use", "endWith"],
  ["atMostWords", "avoid"],
];

const constrainable: readonly Task["wanted"]["type"][] = ["fact", "facts", "tale", "feeling", "items"];

/** The task of a request, with the constraint kinds of `types`; null where no answer could keep them. */
export function taskFor(
  { facts, things: nameable }: Pool,
  ask: Ask,
  types: readonly Constraint["type"][],
  rng: Rng,
): Task | null {
  const about = Object.fromEntries(ask.names.map((name) => [name, { ...facts.of[name] }]));
  let task: Task = { wanted: ask.wanted, constraints: [], about, brief: 0 };
  const lengths = coreAnswers(task).map(coreLength);
  task = { ...task, brief: Math.max(...lengths.slice(0, 12)) + 2 };
  if (types.length > 0 && !constrainable.includes(ask.wanted.type)) return null;
  for (const type of types) {
    const constraint = drawConstraint(task, type, nameable, rng);
    if (constraint === null) return null;
    task = { ...task, constraints: [...task.constraints, constraint] };
  }
  return perfectCores(task).some((core) => namesOnly(core, nameable)) ? task : null;
}

/** A constraint that some perfect answers keep and, where it is about words, some do not. */
function drawConstraint(
  task: Task,
  type: Constraint["type"],
  nameable: readonly string[],
  rng: Rng,
): Constraint | null {
  const cores = perfectCores(task);
  if (cores.length === 0) return null;
  const lengths = cores.map(coreLength);
  const shortest = Math.min(...lengths);
  switch (type) {
    case "exactWords":
      return { type, count: pick(rng, lengths) };
    case "atMostWords":
      return Math.max(...lengths) > shortest
        ? { type, count: shortest + rng.integer(Math.max(...lengths) - shortest) }
        : null;
    case "avoid": {
      const avoidable = [...new Set(cores.flatMap(wordsOf))].filter(
        (word) =>
          word.length > 2 &&
          (!things.includes(word) || nameable.includes(word)) &&
          cores.some((core) => !wordsOf(core).includes(word)),
      );
      return avoidable.length > 0 ? { type, word: pick(rng, avoidable) } : null;
    }
    case "use":
      return task.wanted.type === "items" ? null : { type, word: pick(rng, [...fillers]) };
    case "endWith":
      return addressOf(task.constraints) === null ? { type, word: pick(rng, addresses) } : null;
  }
}

const personas: readonly string[] = [
  "i run a farm .",
  "i am a cook .",
  "my child asks :",
  "for my shop :",
  "i am new here .",
  "for my book :",
  "my boss asks :",
  "for a game :",
];

/** The prompt's text: persona, request, constraints. */
function textOf(ask: Ask, constraints: readonly Constraint[], kind: PromptKind, rng: Rng): string {
  const persona = kind === "user-based" ? `${pick(rng, personas)} ` : "";
  const said = constraints.map(constraintText);
  if (said.length === 1 && chance(rng, 0.4)) return `${persona}${said[0]} , ${ask.body}`;
  return `${persona}${ask.body}${said.map((text) => ` ${text} .`).join("")}`;
}

/** The share of prompts with one and with two constraints; "other explicit constraints" are in 26 % of the paper's prompts (Table 7). */
const oneConstraint = 0.4;
const twoConstraints = 0.12;

/** A prompt of a use case, without an id: the text and what the judge needs. */
export type DraftPrompt = Pick<Prompt, "text"> & {
  readonly kind: PromptKind;
  readonly useCase: string;
  readonly meta: JsonObject & { readonly task: Task };
};

export function draftPrompt(pool: Pool, useCase: UseCase, rng: Rng): DraftPrompt {
  const draw = rng.uniform();
  const ask = askMakers[useCase](pool, rng);
  const types =
    draw < twoConstraints
      ? pick(rng, trainingPairs)
      : draw < twoConstraints + oneConstraint
        ? pickSome(rng, ["exactWords", "atMostWords", "avoid", "use", "endWith"] as const, 1)
        : [];
  return draftFrom(pool, ask, useCase, types, rng) ?? draftPrompt(pool, useCase, rng);
}

/** The prompt of a request with constraints of these kinds; null where they do not fit it. */
export function draftFrom(
  pool: Pool,
  ask: Ask,
  useCase: string,
  types: readonly Constraint["type"][],
  rng: Rng,
): DraftPrompt | null {
  const fitting = constrainable.includes(ask.wanted.type) ? types : [];
  const task = taskFor(pool, ask, fitting, rng);
  if (task === null) return null;
  const kind: PromptKind = chance(rng, 0.4) ? "user-based" : "plain";
  return {
    text: textOf(ask, task.constraints, kind, rng),
    kind,
    useCase,
    meta: { world: pool.facts.seed, task },
  };
}
