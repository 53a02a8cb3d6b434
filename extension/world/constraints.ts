import type { Reading } from "./readResponse";
import type { Constraint } from "./task";
import { numbers } from "./words";

/** How a constraint is said in a prompt. */
export function constraintText(constraint: Constraint): string {
  switch (constraint.type) {
    case "exactWords":
      return `in ${numbers[constraint.count]} words`;
    case "atMostWords":
      return `in at most ${numbers[constraint.count]} words`;
    case "avoid":
      return `do not say ${constraint.word}`;
    case "use":
      return `use the word ${constraint.word}`;
    case "endWith":
      return `call me ${constraint.word}`;
  }
}

export function keepsConstraint(constraint: Constraint, { core, words, address }: Reading): boolean {
  switch (constraint.type) {
    case "exactWords":
      return core.length === constraint.count;
    case "atMostWords":
      return core.length > 0 && core.length <= constraint.count;
    case "avoid":
      return !words.includes(constraint.word);
    case "use":
      return words.includes(constraint.word);
    case "endWith":
      return address === constraint.word;
  }
}
