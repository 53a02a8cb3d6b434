import { createRng } from "../algorithms/rng";
import { groupBy } from "../algorithms/statistics";
import { assignmentText } from "../data/assignments";
import { goldContent } from "../data/goldItems";
import { itemContent } from "../data/itemContent";
import { askedItems, inOrder, shareItems, type ItemWithRepeats } from "../data/shareItems";
import { latestRun } from "../runs/finishedRuns";
import { readAssignments } from "../project/readAssignments";
import { readGold } from "../project/readGold";
import { readBatchLabels } from "../project/readLabels";
import {
  assignmentFormatVersion,
  chosenAtRandom,
  type AssignedItem,
  type AssignmentFile,
  type ChoiceOrder,
} from "../protocol/assignmentFormat";
import { Problem, isProblem } from "../protocol/problem";
import type { LabelItem } from "../protocol/rankingFormat";
import { replaceFile } from "../runs/disk";
import { assignmentFile } from "../runs/labelFiles";
import { chooseItems } from "./chooseItems";
import type { ProjectContext } from "./globalFlags";
import { loadForUse, type LoadedModel } from "./loadForUse";
import { measureItems } from "./measureItems";

export interface AssignmentCall {
  readonly context: ProjectContext;
  readonly batch: string;
  readonly labelers: readonly string[];
  /** How many labelers get each item, and the share of items that one more gets. */
  readonly each: number;
  readonly overlap: number;
  readonly by: ChoiceOrder;
  /** How many of the items that nobody has yet. */
  readonly limit: number;
  /** Model reference of a reward model; the latest unless told. */
  readonly model?: string;
}

/** What a labeler was assigned now, and before. */
export interface MadeAssignment {
  readonly labeler: string;
  readonly file: string;
  readonly items: number;
  readonly before: number;
}

/**
 * Shares the items of a batch that nobody has out among labelers, each of whom gets a file. Items that a labeler has already stay as they are,
 * and new ones come behind them. Held-out labelers share all items out among themselves, never by a reward model's uncertainty, because they
 * are there to measure it. A repeat goes to whoever has its original; gold items go to everybody, in proportion.
 */
export async function assignBatch(call: AssignmentCall): Promise<readonly MadeAssignment[] | Problem> {
  const { context, batch } = call;
  const { project, config } = context;
  const state = readState(project, batch);
  if (isProblem(state)) return state;
  const model = lazyModel(call);
  try {
    const planned: AssignmentFile[] = [];
    const isHeldOut = (labeler: string): boolean => config.labeling.heldOutLabelers.includes(labeler);
    for (const [held, by] of [
      [false, call.by],
      [true, call.by === "uncertainty" ? "random" : call.by],
    ] as const) {
      const labelers = call.labelers.filter((labeler) => isHeldOut(labeler) === held);
      if (labelers.length === 0) continue;
      const had = new Map([...state.had].filter(([labeler]) => isHeldOut(labeler) === held));
      const group = await assignGroup({ ...call, labelers, by }, { ...state, had }, model.open);
      if (isProblem(group)) return group;
      planned.push(...group);
    }
    return planned.map((more) => addItems(project, more, state.assignments));
  } finally {
    model.dispose();
  }
}

interface BatchState {
  readonly asked: readonly ItemWithRepeats[];
  readonly gold: ReadonlySet<string>;
  readonly assignments: readonly AssignmentFile[];
  /** Ids that each labeler was assigned or has begun to judge. */
  readonly had: ReadonlyMap<string, ReadonlySet<string>>;
}

function readState(project: string, batch: string): BatchState | Problem {
  const labels = readBatchLabels(project, batch);
  if (isProblem(labels)) return labels;
  const { items, rankings } = labels;
  const assignments = readAssignments(project, batch, items);
  if (isProblem(assignments)) return assignments;
  const gold = readGold(project);
  if (isProblem(gold)) return gold;
  const all = [
    ...assignments.flatMap(({ labeler, items: assigned }) => assigned.map(({ id }) => ({ labeler, id }))),
    ...rankings.flatMap(({ labeler, judgements }) => Object.keys(judgements).map((id) => ({ labeler, id }))),
  ];
  const byLabeler = groupBy(all, ({ labeler }) => labeler);
  return {
    asked: askedItems(items),
    gold: new Set(gold.map((item) => goldContent(item).key)),
    assignments,
    had: new Map([...byLabeler].map(([labeler, own]) => [labeler, new Set(own.map(({ id }) => id))])),
  };
}

/** What each of a group's labelers gets, as an assignment of that alone. */
async function assignGroup(
  call: AssignmentCall,
  { asked, gold, had }: BatchState,
  rewardModel: RewardModel,
): Promise<readonly AssignmentFile[] | Problem> {
  const { context, batch, labelers, by } = call;
  const { seed, labeling } = context.config;
  const isGold = ({ item }: ItemWithRepeats): boolean => gold.has(itemContent(item).key);
  const taken = new Set([...had.values()].flatMap((ids) => [...ids]));
  const usual = asked.filter((one) => !isGold(one));
  const free = usual.filter(({ item, repeats }) => ![item, ...repeats].some(({ id }) => taken.has(id)));
  const rng = createRng(seed).split("assignment").split(batch).split(String(taken.size));
  const count = Math.min(call.limit, free.length);
  const chosen = await chooseItems({
    context,
    asked: free,
    by,
    count,
    rng: rng.split("choice"),
    rewardModel,
  });
  if (isProblem(chosen)) return chosen;
  const shares = shareItems(chosen, { ...call, rng: rng.split("shares") });
  const goldCount = Math.round(((asked.length - usual.length) * count) / Math.max(1, usual.length));
  const sequences = labelers.map((labeler) => {
    const own = rng.split(`of ${labeler}`);
    const share = [...(shares.get(labeler) ?? [])];
    const left = asked.filter((one) => isGold(one) && had.get(labeler)?.has(one.item.id) !== true);
    for (const one of share.length > 0 ? own.shuffle(left).slice(0, goldCount) : [])
      share.splice(own.integer(share.length + 1), 0, one);
    return inOrder(share, own.split("repeats"));
  });
  const suggestions = labeling.suggestions ? await suggest(sequences.flat(), rewardModel) : null;
  if (isProblem(suggestions)) return suggestions;
  const reasons = new Map(chosen.map(({ item, reason }) => [item.id, reason]));
  const assigned = ({ id }: LabelItem): AssignedItem => {
    // Gold items and repeats have a reason where the others have one.
    const reason = reasons.get(id) ?? (by === "order" ? null : chosenAtRandom);
    const suggestion = suggestions?.get(id);
    return { id, ...(reason !== null && { reason }), ...(suggestion && { suggestion }) };
  };
  return labelers.map((labeler, i) => ({
    formatVersion: assignmentFormatVersion,
    batch,
    labeler,
    seed,
    items: sequences[i].map(assigned),
  }));
}

/** The order that the reward model would give, by item; none of what it cannot read. */
async function suggest(
  items: readonly LabelItem[],
  rewardModel: RewardModel,
): Promise<ReadonlyMap<string, readonly string[]> | Problem> {
  if (items.length === 0) return new Map();
  const loaded = await rewardModel();
  if (isProblem(loaded)) return new Problem(loaded.problem, `labeling.suggestions is on. ${loaded.message}`);
  const measured = await measureItems(loaded, items);
  return new Map(
    items.flatMap(({ id, responses }, i) => {
      const scores = measured[i]?.scores;
      if (scores === undefined) return [];
      const order = responses.map((_, r) => r).sort((a, b) => scores[b] - scores[a] || a - b);
      return [[id, order.map((r) => responses[r].id)] as const];
    }),
  );
}

/** Writes an assignment, or puts its items behind those that the labeler has. */
function addItems(
  project: string,
  more: AssignmentFile,
  assignments: readonly AssignmentFile[],
): MadeAssignment {
  const { batch, labeler, items } = more;
  const file = assignmentFile(project, batch, labeler);
  const before = assignments.find((assignment) => assignment.labeler === labeler);
  const whole = before === undefined ? more : { ...before, items: [...before.items, ...items] };
  if (items.length > 0) replaceFile(file, assignmentText(whole));
  return { labeler, file, items: items.length, before: before?.items.length ?? 0 };
}

type RewardModel = () => Promise<LoadedModel | Problem>;

/** The reward model, opened when it is first asked for. */
function lazyModel({ context, model }: AssignmentCall): {
  readonly open: RewardModel;
  readonly dispose: () => void;
} {
  let loaded: LoadedModel | Problem | null = null;
  return {
    open: async () => {
      const reference = model ?? latestRun(context.project, "rm");
      loaded ??=
        reference === null
          ? new Problem(
              "missing",
              "There is no reward model yet: train one with rlhf rm, or name one with --model.",
            )
          : await loadForUse(context, reference, "score");
      return loaded;
    },
    dispose: () => {
      if (loaded !== null && !isProblem(loaded)) loaded.dispose();
    },
  };
}
