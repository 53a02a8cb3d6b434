import { UIKind, env, window } from "vscode";
import { labelQuality, type LabelQuality } from "../../data/labelQuality";
import { labelQualityMarkdown } from "../../data/labelQualityReport";
import type { ItemPlace } from "../../data/reportText";
import { readLabels, readScreening } from "../../project/readLabels";
import { isObject } from "../../protocol/codec";
import { adjudicatorOf } from "../../protocol/rankingFormat";
import { Problem, isProblem } from "../../protocol/problem";
import type { CommandBody } from "../commands";
import { givenProject } from "../givenProject";
import { askLabeler } from "../labeler";
import { linkTo } from "../link";
import { projectConfig } from "../projectConfig";
import { showText } from "../reports";
import { orSay } from "../say";
import { t } from "../text";

/** How many of the most contested items can be chosen from. */
const contestedShown = 100;

/** How far labelers agree, with each other, with gold items and with themselves, as a Markdown preview. */
export const showAgreement: CommandBody = async (host, given) => {
  const project = await givenProject(host, given);
  const quality = project === undefined ? undefined : orSay(host, qualityOf(project));
  if (project === undefined || quality === undefined) return;
  const linkOf = ({ batch, itemId }: ItemPlace): string =>
    linkTo(env.uriScheme, host.context.extension.id, { kind: "item", project, batch, item: itemId });
  // In a browser a preview hands links of the editor's own scheme to nobody.
  const isDesktop = env.uiKind === UIKind.Desktop;
  await showText(t("Agreement"), labelQualityMarkdown(quality, t, isDesktop ? linkOf : undefined));
};

/**
 * Opens an item that labelers disagree on, the one it is called with or one that a person chooses, with their rankings beside it; what is said
 * of it there counts instead of theirs.
 */
export const adjudicate: CommandBody = async (host, given) => {
  const project = await givenProject(host, given);
  const quality = project === undefined ? undefined : orSay(host, qualityOf(project));
  if (project === undefined || quality === undefined) return;
  const chosen = givenItem(quality, given) ?? (await chooseContested(quality));
  if (chosen === undefined) return;
  const name = await askLabeler();
  if (name !== undefined) await host.rankings.open(project, chosen.batch, adjudicatorOf(name), chosen.itemId);
};

function givenItem({ axes }: LabelQuality, given: unknown): ItemPlace | undefined {
  if (!isObject(given)) return undefined;
  const contested = axes.flatMap((axis) => axis.contested);
  return contested.find(({ batch, itemId }) => batch === given.batch && itemId === given.item);
}

async function chooseContested({ axes }: LabelQuality) {
  const items = axes.flatMap(({ axis, contested }) =>
    contested.map(({ batch, itemId, prompt, labelers, opposite, pairs }) => ({
      label: prompt.replace(/\s+/g, " "),
      description: `${batch}, ${itemId}${axis === "overall" ? "" : `, ${axis}`}`,
      detail: t("{0} of {1} pairs ordered the other way round, by {2} labelers", opposite, pairs, labelers),
      batch,
      itemId,
    })),
  );
  if (items.length === 0) {
    void window.showInformationMessage(t("No two labelers disagree on any pair."));
    return undefined;
  }
  return await window.showQuickPick(items, {
    title: t("Adjudicate which item? The most contested come first"),
    matchOnDescription: true,
  });
}

function qualityOf(project: string): LabelQuality | Problem {
  const labels = readLabels(project);
  if (isProblem(labels)) return labels;
  if (labels.length === 0)
    return new Problem("missing", "There are no labels yet: generate responses and rank them.");
  const screening = readScreening(project);
  if (!("gold" in screening))
    return new Problem("malformed", screening.map(({ message }) => message).join("\n"));
  const heldOut = new Set(projectConfig(project).config.labeling.heldOutLabelers);
  return labelQuality(labels, { ...screening, heldOut, contested: contestedShown });
}
