import type { Rng } from "../algorithms/rng";
import { feelingLines } from "./feelingLines";
import { keepsConstraint } from "./constraints";
import { pick } from "./draw";
import { fillers } from "./readStatements";
import { readResponse, wordsOf } from "./readResponse";
import { inWords, longStatement, plainStatement, predicate } from "./sentences";
import type { Constraint, Task } from "./task";
import { deeds, things, valuesOf, type Attribute } from "./words";

/** Everything a perfect answer could say, without its opening and its address. */
export function coreAnswers(task: Task): string[] {
  const { wanted } = task;
  switch (wanted.type) {
    case "fact":
      return factAnswers(wanted.subject, wanted.attribute, task.about[wanted.subject][wanted.attribute]);
    case "facts":
      return factsAnswers(wanted.subject, wanted.count, task);
    case "tale":
      return taleAnswers(wanted.subjects, wanted.place);
    case "feeling":
      return feelingLines(wanted.subject, wanted.mood);
    case "items":
      return itemsAnswers(wanted.accepted, wanted.count);
    case "exact":
      return [...wanted.answers];
    case "label":
      return [wanted.answer, `it is ${wanted.answer}`];
    case "unknown":
      return ["i do not know", "i do not know that"];
    case "correction":
      return correctionAnswers(wanted.subject, wanted.attribute, task, wanted.wrong);
    case "refusal":
      return ["i can not help with that", "i will not help with that", "i will not do that"];
    case "continuation":
      return ["good friend of us all", "nice and calm day"];
  }
}

function factAnswers(subject: string, attribute: Attribute, value: string): string[] {
  return [
    plainStatement(subject, attribute, value),
    longStatement(subject, attribute, value),
    `it ${predicate(subject, attribute, value)}`,
  ];
}

function factsAnswers(subject: string, count: number, task: Task): string[] {
  const known = Object.entries(task.about[subject]).filter(([attribute]) => attribute !== "kind");
  const answers: string[] = [];
  for (let i = 0; i < known.length; i++)
    for (let j = 0; j < known.length; j++) {
      const chosen = count === 1 ? [known[i]] : [known[i], known[j]];
      if (chosen.length === 2 && i === j) continue;
      const said = chosen.map(([attribute, value]) => predicate(subject, attribute as Attribute, value));
      answers.push(`the ${subject} ${said.join(" and ")}`, `it ${said.join(" and ")}`);
    }
  return [...new Set(answers)];
}

function taleAnswers([first, second]: readonly string[], place: string | null): string[] {
  const places =
    place === null ? ["", ...valuesOf.home.map((home) => ` in the ${home}`)] : [` in the ${place}`];
  return deeds.flatMap((deed) =>
    places.flatMap((where) => {
      const event = `the ${first} ${deed} the ${second}${where}`;
      return [event, `one day ${event}`];
    }),
  );
}

function itemsAnswers(accepted: readonly string[], count: number): string[] {
  return accepted.map((_, i) => {
    const chosen = Array.from({ length: count }, (_, j) => accepted[(i + j) % accepted.length]);
    return inWords(chosen.map((thing) => `the ${thing}`));
  });
}

function correctionAnswers(subject: string, attribute: Attribute, task: Task, wrong: string): string[] {
  const truth = task.about[subject][attribute];
  return attribute === "colour" || attribute === "size"
    ? [`the ${subject} is ${truth} , not ${wrong}`, `it is ${truth} , not ${wrong}`]
    : [plainStatement(subject, attribute, truth)];
}

const apologetic: readonly Task["wanted"]["type"][] = ["refusal", "unknown", "correction"];
export const openers = ["sure", "gladly", "yes"] as const;

/** "sure , the fox is red , friend ." */
export function dressed(core: string, opener: string | null, address: string | null): string {
  return `${opener === null ? "" : `${opener} , `}${core}${address === null ? "" : ` , ${address}`} .`;
}

/** The openers that suit a task: one says sorry where one can't do what was asked. */
export function fittingOpeners(task: Task): readonly string[] {
  return apologetic.includes(task.wanted.type) ? ["sorry"] : openers;
}

/** All answers without a flaw, undressed: what they say, keeping the constraints. */
export function perfectCores(task: Task): string[] {
  if (task.constraints.length === 0) return coreAnswers(task);
  const fill = task.constraints.find((c) => c.type === "use");
  const cores = coreAnswers(task);
  const filled = fill && fillers.has(fill.word) ? cores.map((core) => `${core} ${fill.word}`) : cores;
  const address = addressOf(task.constraints);
  return filled.filter((core) => {
    const reading = readResponse(dressed(core, "sure", address), null);
    return task.constraints.every((constraint) => keepsConstraint(constraint, reading));
  });
}

/** The word that a prompt asks to be called by. */
export function addressOf(constraints: readonly Constraint[]): string | null {
  return constraints.find((c) => c.type === "endWith")?.word ?? null;
}

/** An answer without a flaw. Throws RangeError for a task whose constraints no answer keeps. */
export function perfectAnswer(task: Task, rng: Rng): string {
  const cores = perfectCores(task);
  if (cores.length === 0) throw new RangeError(`no answer keeps the constraints of ${JSON.stringify(task)}`);
  return dressed(pick(rng, cores), pick(rng, fittingOpeners(task)), addressOf(task.constraints));
}

/** The number of words of an answer's core. */
export function coreLength(core: string): number {
  return wordsOf(core).length;
}

/** Whether all things that an answer names are among these. */
export function namesOnly(core: string, nameable: readonly string[]): boolean {
  return wordsOf(core).every((word) => !things.includes(word) || nameable.includes(word));
}
