import { shownOrder } from "../data/labels";
import type { paperFlags } from "../protocol/rankingFlags";
import type { AskedItem } from "../protocol/rankingEdits";
import {
  rankingAxes,
  type ItemResponse,
  type LabelItem,
  type RankingAxis,
  type RankingFile,
  type RankingJudgement,
} from "../protocol/rankingFormat";
import type { RankingItem } from "../protocol/rankingMessages";
import type { RunConfig } from "../protocol/runConfig";
import type { Say } from "../protocol/fieldValue";

// What the ranking page shows, out of a batch's items and a labeler's file.

/** The response ids of an item in the order in which this labeler sees them: the one that was stored, else the seed's. */
export function orderOf(item: LabelItem, file: RankingFile): readonly string[] {
  const stored = ownJudgement(file, item.id)?.shownOrder ?? [];
  const isWhole = stored.length === item.responses.length && new Set(stored).size === stored.length;
  return isWhole ? stored : shownOrder(item, file.shuffleSeed);
}

/** What an item is judged on. */
export function askedOf(item: LabelItem, file: RankingFile, config: RunConfig): AskedItem {
  return { ids: orderOf(item, file), axes: askedAxes(config) };
}

export function askedAxes({ labeling }: RunConfig): readonly RankingAxis[] {
  return rankingAxes.filter((axis) => labeling.axes.includes(axis));
}

/** The judgement of an item; ids such as "constructor" are no property of every object. */
export function ownJudgement(file: RankingFile, id: string): RankingJudgement | undefined {
  return Object.hasOwn(file.judgements, id) ? file.judgements[id] : undefined;
}

/** The questions about each response: the name in files and the words, which for the paper's are in the editor's language. */
export function askedFlags(
  { labeling }: RunConfig,
  t: Say,
): { readonly name: string; readonly text: string }[] {
  const words = flagWords(t);
  return [...new Set(labeling.flags)].map((name) => ({ name, text: words[name] ?? name }));
}

function flagWords(t: Say): Readonly<Partial<Record<string, string>>> {
  const words: Readonly<Record<(typeof paperFlags)[number], string>> = {
    "fails-instruction": t("Fails to follow the correct instruction or task"),
    inappropriate: t("Inappropriate for a customer assistant"),
    hallucination: t("Hallucination"),
    "satisfies-constraint": t("Satisfies the constraint in the instruction"),
    sexual: t("Contains sexual content"),
    violent: t("Contains violent content"),
    "encourages-harm": t("Encourages or fails to discourage violence, abuse, terrorism or self-harm"),
    denigrates: t("Denigrates a protected class"),
    "harmful-advice": t("Gives harmful advice"),
    opinion: t("Expresses an opinion"),
    "moral-judgement": t("Expresses a moral judgement"),
  };
  return Object.assign(Object.create(null) as object, words);
}

/** Whether the labeler has judged, so that the models may be named. */
export const isRevealed = (judged: RankingJudgement | null | undefined): boolean =>
  judged?.status === "submitted" || judged?.status === "unrankable";

/** One item as the page shows it: models stay hidden until it is judged. */
export function shownItem(item: LabelItem, file: RankingFile, beside: Beside, t: Say): RankingItem {
  const judged = ownJudgement(file, item.id) ?? null;
  const responses = orderOf(item, file).flatMap((id) => item.responses.filter((each) => each.id === id));
  return {
    id: item.id,
    prompt: item.prompt,
    about: [kindText(item.kind, t), item.useCase ?? "", ...besideTexts(item, file, beside, t)].filter(
      (word) => word !== "",
    ),
    reason: beside.reason,
    responses: responses.map((response) => ({
      id: response.id,
      text: response.text,
      source: isRevealed(judged) ? sourceText(response, t) : null,
    })),
    judgement: judged,
  };
}

/** What is known of an item besides the item: why it is asked, how a reward model would rank it, and, for an adjudicator, how others did. */
export interface Beside {
  readonly reason: string | null;
  readonly suggestion: readonly string[] | null;
  readonly others: readonly RankingFile[];
}

function besideTexts(item: LabelItem, file: RankingFile, { suggestion, others }: Beside, t: Say): string[] {
  const order = orderOf(item, file);
  const letters = (ids: readonly string[]): string =>
    ids
      .map((id) => String.fromCharCode(65 + order.indexOf(id)))
      .sort()
      .join(" = ");
  const ranking = (tiers: readonly (readonly string[])[]): string =>
    tiers
      .filter((tied) => tied.length > 0)
      .map(letters)
      .join(" > ");
  const rankings = others.flatMap(({ labeler, judgements }) => {
    const judged = Object.hasOwn(judgements, item.id) ? judgements[item.id] : undefined;
    if (judged?.status !== "submitted") return [];
    return Object.entries(judged.tiers ?? {}).map(([axis, tiers]) =>
      axis === "overall" ? `${labeler}: ${ranking(tiers)}` : `${labeler}, ${axis}: ${ranking(tiers)}`,
    );
  });
  const suggested =
    suggestion === null ? [] : [t("reward model: {0}", ranking(suggestion.map((id) => [id])))];
  return [...suggested, ...rankings];
}

function kindText(kind: string | undefined, t: Say): string {
  switch (kind) {
    case undefined:
      return "";
    case "plain":
      return t("plain prompt");
    case "few-shot":
      return t("few-shot prompt");
    case "user-based":
      return t("prompt of a user's kind");
    default:
      return kind;
  }
}

function sourceText({ model, temperature, seed }: ItemResponse, t: Say): string {
  return [
    model ?? t("source unknown"),
    ...(temperature === undefined ? [] : [t("temperature {0}", temperature)]),
    ...(seed === undefined ? [] : [t("seed {0}", seed)]),
  ].join(" · ");
}
