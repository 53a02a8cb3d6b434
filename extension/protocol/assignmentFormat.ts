import { integerFrom, listOf, string, type Decoded } from "./codec";
import { labelerName } from "./rankingFormat";
import { filledText, strictRecord } from "./strictRecord";

// A third kind of file in a project's labels/: what a labeler is to rank of a batch, and in which order. Items are only ever added to its end.

export const assignmentFormatVersion = 1;

const assignedItem = strictRecord(
  { id: filledText },
  {
    /** Why it was chosen, where it was. */
    reason: filledText,
    /** The order that a reward model would give: response ids, best first. */
    suggestion: listOf(string),
  },
);

export const assignmentFile = strictRecord(
  {
    formatVersion: integerFrom(1),
    batch: filledText,
    labeler: labelerName,
    seed: integerFrom(0),
    items: listOf(assignedItem),
  },
  {},
);

/** What comes first when items are shared out: the batch's order, chance, or what the reward model is unsure of. */
export const choiceOrders = ["order", "random", "uncertainty"] as const;
export type ChoiceOrder = (typeof choiceOrders)[number];

/** Why an item was chosen: English, as all that files hold, and translated like a problem where it is shown. */
export const chosenAtRandom = "drawn at random";
export const chosenByUncertainty = (nats: number): string =>
  `the reward model is unsure: a ranking adds ${nats.toFixed(2)} nats of information`;

export type AssignmentFile = Decoded<typeof assignmentFile>;
export type AssignedItem = Decoded<typeof assignedItem>;
