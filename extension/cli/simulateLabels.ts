import { existsSync } from "node:fs";
import { createRng, type Rng } from "../algorithms/rng";
import { rankingFileText, shownOrder } from "../data/labels";
import { rankingFormatVersion, type LabelItem, type RankingJudgement } from "../protocol/rankingFormat";
import type { Prompt } from "../data/records";
import { readAssignment } from "../project/readAssignments";
import { readDataFiles } from "../project/readData";
import { readItems } from "../project/readItems";
import { readBatchLabels } from "../project/readLabels";
import { Problem, isProblem } from "../protocol/problem";
import { replaceFile } from "../runs/disk";
import { rankingFile } from "../runs/labelFiles";
import { taskOf } from "../world/task";
import { simulatedLabelers, type SimulatedLabeler } from "../world/labelers";
import type { ProjectContext } from "./globalFlags";

export interface SimulationCall {
  readonly context: ProjectContext;
  readonly batch: string;
  /** Names of simulated labelers; those who label for training, and held-out ones that the project names, unless told. */
  readonly labelers?: readonly string[];
  /** Share of items that a second labeler ranks too, from which agreement and the noise ceiling are measured. */
  readonly overlap?: number;
}

export interface SimulatedLabels {
  readonly files: readonly string[];
  readonly judgements: number;
}

/** As in a labeling team: most items are ranked once, some twice. */
export const defaultOverlap = 0.1;

/**
 * Ranks a batch by simulated labelers of the tiny world, who share the items out among them, those of `labeling.heldOutLabelers` among
 * themselves; each writes a file of their own, with "simulated-" in the name. Who has an assignment ranks what it holds. Files that are there
 * are not touched.
 */
export function simulateLabels(call: SimulationCall): SimulatedLabels | Problem {
  const { context, batch, overlap = defaultOverlap } = call;
  const { project, config } = context;
  const items = readItems(project, batch);
  if (isProblem(items)) return items;
  const promptOf = promptLookup(context, items);
  if (isProblem(promptOf)) return promptOf;
  const { heldOutLabelers } = config.labeling;
  const labelers = chooseLabelers(config.seed, heldOutLabelers, call.labelers);
  if (isProblem(labelers)) return labelers;
  const isHeldOut = ({ name }: SimulatedLabeler): boolean => heldOutLabelers.includes(name);
  const files: string[] = [];
  let judgements = 0;
  const rng = createRng(config.seed).split("simulated labels").split(batch);
  for (const labeler of labelers) {
    const path = rankingFile(project, batch, labeler.name);
    if (existsSync(path)) continue;
    const group = labelers.filter((other) => isHeldOut(other) === isHeldOut(labeler));
    const place = group.indexOf(labeler);
    const assignment = readAssignment(project, batch, labeler.name, items);
    if (isProblem(assignment)) return assignment;
    const assigned = assignment && new Set(assignment.items.map(({ id }) => id));
    const own = items.filter(({ id }) =>
      assigned ? assigned.has(id) : ranksItem(place, group.length, overlap, rng.split(id)),
    );
    if (own.length === 0) continue;
    const judged = own.map(
      (item) => [item.id, judgementOf(labeler, item, promptOf(item), { rng, seed: config.seed })] as const,
    );
    const text = rankingFileText({
      formatVersion: rankingFormatVersion,
      batch,
      labeler: labeler.name,
      shuffleSeed: config.seed,
      judgements: Object.fromEntries(judged),
    });
    replaceFile(path, text);
    files.push(path);
    judgements += own.length;
  }
  return { files, judgements };
}

/** Whether the labeler at `place` is the item's first one, or the second of an item that is ranked twice. */
function ranksItem(place: number, count: number, overlap: number, rng: Rng): boolean {
  const first = rng.integer(count);
  const second = rng.uniform() < overlap ? (first + 1 + rng.integer(Math.max(1, count - 1))) % count : first;
  return place === first || place === second;
}

function judgementOf(
  labeler: SimulatedLabeler,
  item: LabelItem,
  prompt: Pick<Prompt, "text" | "meta">,
  { rng, seed }: { readonly rng: Rng; readonly seed: number },
): RankingJudgement {
  const { responses } = item;
  const texts = responses.map(({ text }) => text);
  const tiers = labeler.rank(prompt, texts, rng.split(labeler.name).split(item.id));
  return {
    status: "submitted",
    shownOrder: shownOrder(item, seed),
    tiers: { overall: tiers.map((tier) => tier.map((i) => responses[i].id)) },
  };
}

function chooseLabelers(
  seed: number,
  heldOut: readonly string[],
  names: readonly string[] | undefined,
): readonly SimulatedLabeler[] | Problem {
  const all = simulatedLabelers(seed);
  if (names === undefined)
    return all.filter(({ group, name }) => group === "training" || heldOut.includes(name));
  const unknown = names.find((name) => !all.some((labeler) => labeler.name === name));
  if (unknown !== undefined)
    return new Problem(
      "invalidValue",
      `There is no simulated labeler "${unknown}": there are ${all.map(({ name }) => name).join(", ")}.`,
    );
  return all.filter(({ name }) => names.includes(name));
}

/** The prompts of the items with what the judge must know, which stands in the project's prompts. */
function promptLookup(
  { project, config }: ProjectContext,
  items: readonly LabelItem[],
): ((item: LabelItem) => Pick<Prompt, "text" | "meta">) | Problem {
  const prompts = readDataFiles(project, config, "prompts");
  if (isProblem(prompts)) return prompts;
  const byId = new Map(prompts.map((prompt) => [prompt.id, prompt]));
  const byText = new Map(prompts.map((prompt) => [prompt.text, prompt]));
  const find = ({ promptId, prompt }: LabelItem): Prompt | undefined =>
    byId.get(promptId ?? "") ?? byText.get(prompt);
  const stranger = items.find((item) => taskOf(find(item)?.meta) === null);
  if (stranger !== undefined)
    return new Problem(
      "unsupported",
      `The item ${stranger.id} answers a prompt that is not of the tiny world, and simulated labelers know no other: rank it yourself.`,
    );
  return (item) => ({ text: item.prompt, meta: find(item)?.meta ?? {} });
}

/** How many items of a batch somebody has judged: submitted, skipped or found unrankable. Held-out labelers judge for no training. */
export function labelProgress(
  { project, config }: ProjectContext,
  batch: string,
): { readonly items: number; readonly judged: number } | Problem {
  const labels = readBatchLabels(project, batch);
  if (isProblem(labels)) return labels;
  const { items, rankings } = labels;
  const counted = rankings.filter(({ labeler }) => !config.labeling.heldOutLabelers.includes(labeler));
  const judgements = counted.flatMap((file) => Object.entries(file.judgements));
  const judged = new Set(judgements.filter(([, { status }]) => status !== "draft").map(([id]) => id));
  return { items: items.length, judged: judged.size };
}
