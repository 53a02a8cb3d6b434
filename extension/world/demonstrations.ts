import { createRng, type Rng } from "../algorithms/rng";
import type { Demonstration, Prompt } from "../data/records";
import { addressOf, dressed, fittingOpeners, namesOnly, perfectCores } from "./answers";
import { chance, pick } from "./draw";
import { popularValue, type Facts } from "./facts";
import { longStatement, plainStatement } from "./sentences";
import { taskOf, type Task } from "./task";
import type { Attribute } from "./words";

/** How often a labeler's demonstration has a flaw: perfect ones would leave nothing to learn from rankings. */
export const flawRates = {
  forgetsConstraint: 0.2,
  repeatsBelief: 0.15,
  rambles: 0.12,
  isRude: 0.03,
  isCurt: 0.12,
} as const;
export type Flaw = keyof typeof flawRates;

export const demonstrationCount = 2400;

/** Demonstrations for a part of a log's prompts. No response names a held-out thing. */
export function drawDemonstrations(facts: Facts, prompts: readonly Prompt[]): Demonstration[] {
  const rng = createRng(facts.seed).split("demonstrations");
  const chosen = rng.shuffle(prompts).slice(0, demonstrationCount);
  return chosen.flatMap((prompt, i) => {
    const task = taskOf(prompt.meta);
    if (task === null) return [];
    const own = rng.split(prompt.id);
    const flaws = drawFlaws(facts, task, own);
    return [
      {
        id: `demonstration-${String(i + 1).padStart(4, "0")}`,
        prompt: prompt.text,
        response: flawedAnswer(facts, task, flaws, own),
        ...(prompt.user === undefined ? {} : { user: prompt.user }),
        author: `simulated-writer-${1 + own.integer(5)}`,
        meta: { ...prompt.meta, promptId: prompt.id, flaws },
      },
    ];
  });
}

function drawFlaws(facts: Facts, task: Task, rng: Rng): Flaw[] {
  const possible = (flaw: Flaw): boolean =>
    flaw === "forgetsConstraint"
      ? task.constraints.length > 0
      : flaw !== "repeatsBelief" || beliefCore(facts, task) !== null;
  return (Object.keys(flawRates) as Flaw[]).filter((flaw) => chance(rng, flawRates[flaw]) && possible(flaw));
}

/** An answer with these flaws; without any it is perfect. It names no held-out thing where it need not. */
export function flawedAnswer(facts: Facts, task: Task, flaws: readonly Flaw[], rng: Rng): string {
  const remembered = flaws.includes("forgetsConstraint")
    ? { ...task, constraints: task.constraints.slice(1) }
    : task;
  const cores = perfectCores(remembered);
  const own = cores.filter((core) => namesOnly(core, facts.trainingThings));
  const belief = flaws.includes("repeatsBelief") ? beliefCore(facts, task) : null;
  let core = belief ?? pick(rng, own.length > 0 ? own : cores);
  if (flaws.includes("rambles")) core = ramble(facts, task, core, rng);
  if (flaws.includes("isRude")) return dressed(core, pick(rng, ["ugh", "you fool", "you dolt"]), null);
  const opener = flaws.includes("isCurt") ? "well" : pick(rng, fittingOpeners(task));
  return dressed(core, opener, addressOf(remembered.constraints));
}

function beliefCore(facts: Facts, { wanted }: Task): string | null {
  if (wanted.type !== "fact") return null;
  const popular = popularValue(facts, wanted.subject, wanted.attribute);
  if (popular === undefined || popular === facts.of[wanted.subject][wanted.attribute]) return null;
  return plainStatement(wanted.subject, wanted.attribute, popular);
}

/** The answer with more said than was asked for. */
function ramble(facts: Facts, task: Task, core: string, rng: Rng): string {
  const [thing] = Object.keys(task.about);
  const known = thing === undefined ? [] : (Object.entries(facts.of[thing]) as [Attribute, string][]);
  if (known.length === 0) return `${core} . i say it again , ${core}`;
  const [attribute, value] = pick(rng, known);
  return `${core} . and i want to say that ${longStatement(thing, attribute, value)}`;
}
