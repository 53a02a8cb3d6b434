import {
  finiteNumber,
  integerFrom,
  boolean,
  listOf,
  nullable,
  object,
  oneOf,
  recordOf,
  string,
  union,
  type Decoded,
} from "../protocol/codec";
import { isProblem } from "../protocol/problem";
import type { JsonObject } from "../data/records";
import { attributes, type Attribute } from "./words";

const attribute = oneOf(attributes);
const mood = oneOf(["glad", "sad"]);

/** What a right answer holds. `type` decides what counts as an attempt. */
const wanted = union({
  /** One true statement about an attribute of the subject. */
  fact: { subject: string, attribute },
  /** As many different true statements about the subject. */
  facts: { subject: string, count: integerFrom(1, 9) },
  /** An event that both things take part in, in that place where one is given. */
  tale: { subjects: listOf(string), place: nullable(string) },
  /** A line with a feeling about the subject. */
  feeling: { subject: string, mood },
  /** As many different ones of the accepted things, and no others. */
  items: { accepted: listOf(string), count: integerFrom(1, 9) },
  /** One of these answers, word for word; `closed` when the prompt holds all that is needed, so that a wrong answer is made up. */
  exact: { answers: listOf(string), closed: boolean },
  /** One of the options and none of the others. */
  label: { answer: string, options: listOf(string) },
  /** To say that one does not know. */
  unknown: { subject: string, attribute },
  /** The truth in place of a false premise. */
  correction: { subject: string, attribute, wrong: string },
  /** To decline. */
  refusal: {},
  /** Any continuation. */
  continuation: {},
});
export type Wanted = Decoded<typeof wanted>;

/** Word counts leave out the opening ("sure ,") and the address at the end (", friend"). */
const constraint = union({
  exactWords: { count: integerFrom(1, 30) },
  atMostWords: { count: integerFrom(1, 30) },
  avoid: { word: string },
  use: { word: string },
  endWith: { word: string },
});
export type Constraint = Decoded<typeof constraint>;

const task = object({
  wanted,
  constraints: listOf(constraint),
  /** What is true of the things that the prompt names: attribute -> value. */
  about: recordOf(recordOf(string)),
  /** The longest core of an answer that is still brief. */
  brief: finiteNumber,
});

/** All that the judge needs to know of a prompt; it travels in the prompt's `meta.task`. */
export type Task = Decoded<typeof task>;

/** The task that a prompt carries; null for a prompt of another origin. */
export function taskOf(meta: JsonObject | undefined): Task | null {
  if (meta?.task === undefined) return null;
  const decoded = task(meta.task, { where: "the prompt's meta", path: "task" });
  return isProblem(decoded) ? null : decoded;
}

/** What is true of a thing the task names, undefined where it is unknown or not this task's matter. */
export function truthOf(task: Task, thing: string, attribute: Attribute): string | undefined {
  return task.about[thing]?.[attribute];
}
