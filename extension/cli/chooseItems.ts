import { chooseToRank } from "../algorithms/chooseToRank";
import { priorPrecision } from "../algorithms/informationDesign";
import type { Rng } from "../algorithms/rng";
import type { ItemWithRepeats } from "../data/shareItems";
import { trainingComparisonsOf, trainingItems } from "../project/trainingData";
import { chosenAtRandom, chosenByUncertainty, type ChoiceOrder } from "../protocol/assignmentFormat";
import { Problem, isProblem } from "../protocol/problem";
import type { ProjectContext } from "./globalFlags";
import type { LoadedModel } from "./loadForUse";
import { measureItems, rankedContrasts } from "./measureItems";

/** An item that somebody is to rank, and why it; null where it was simply the next. */
export interface ChosenItem extends ItemWithRepeats {
  readonly reason: string | null;
}

/** Labels of a project below which a reward model chooses worse than chance. Source: test/unit/chooseToRank.test.ts; our choice. */
const randomLabels = 50;

export interface ChoiceCall {
  readonly context: ProjectContext;
  readonly asked: readonly ItemWithRepeats[];
  readonly by: ChoiceOrder;
  readonly count: number;
  readonly rng: Rng;
  /** Opens the reward model, once. */
  readonly rewardModel: () => Promise<LoadedModel | Problem>;
}

/** The next items to rank, `count` of them, in the order to rank them. */
export async function chooseItems(call: ChoiceCall): Promise<readonly ChosenItem[] | Problem> {
  const { asked, by, count, rng } = call;
  switch (by) {
    case "order":
      return asked.slice(0, count).map((one) => ({ ...one, reason: null }));
    case "random":
      return rng
        .shuffle(asked)
        .slice(0, count)
        .map((one) => ({ ...one, reason: chosenAtRandom }));
    case "uncertainty":
      return chooseByUncertainty(call);
  }
}

/** Random until the project has some labels; then what would tell most about the reward model's last layer, with random items among it. */
async function chooseByUncertainty(call: ChoiceCall): Promise<readonly ChosenItem[] | Problem> {
  const { context, asked, count, rng } = call;
  const { project, config } = context;
  const ranked = trainingComparisonsOf(project, config);
  if (isProblem(ranked)) return ranked;
  const randomFirst = Math.max(0, randomLabels - ranked.length);
  if (Math.min(count, asked.length) <= randomFirst) return chooseItems({ ...call, by: "random" });
  const loaded = await call.rewardModel();
  if (isProblem(loaded)) {
    if (loaded.problem !== "missing") return loaded;
    return new Problem(
      "missing",
      randomFirst > 0
        ? `There is no reward model yet, and the first ${randomLabels} labels are drawn at random anyway: give --limit ${randomFirst}, or train one with rlhf rm.`
        : "There is no reward model that could be unsure of anything: choose --by random, or train one with rlhf rm.",
    );
  }
  // What is held out for validation trains nothing, so that it is not chosen by what could be learned from it.
  const learnable = trainingItems(
    project,
    config,
    asked.map(({ item }) => item),
  );
  if (isProblem(learnable)) return learnable;
  const measured = await measureItems(loaded, learnable);
  const contrasts = new Map(learnable.map(({ id }, i) => [id, measured[i]?.contrasts ?? null]));
  const readable = measured.flatMap((each) => (each === null ? [] : [each.contrasts]));
  const { width } = loaded.model.shape;
  return chooseToRank(
    asked.map(({ item }) => contrasts.get(item.id) ?? null),
    {
      count,
      randomFirst,
      randomShare: config.labeling.randomShare,
      ranked: await rankedContrasts(loaded, ranked, config),
      dimension: width,
      precision: priorPrecision(readable, width),
      rng,
    },
  ).map((choice) => ({
    ...asked[choice.item],
    reason: choice.reason === "random" ? chosenAtRandom : chosenByUncertainty(choice.gain),
  }));
}
