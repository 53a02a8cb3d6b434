import { isProblem, type Problem } from "../protocol/problem";
import type { Host } from "./host";
import { showProblem } from "./problemMessage";

/** Shows what went wrong, if anything did, without waiting for the person's answer; says whether there was a problem. */
export function sayProblem(host: Host, outcome: unknown): boolean {
  if (!isProblem(outcome)) return false;
  void showProblem(host, outcome);
  return true;
}

/** A step whose problem ends the command: the value, or undefined after the problem was shown. */
export function orSay<T>(host: Host, outcome: T | Problem): T | undefined {
  if (!isProblem(outcome)) return outcome;
  void showProblem(host, outcome);
  return undefined;
}
