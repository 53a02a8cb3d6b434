import {
  inspectionGroups,
  type InspectedLabel,
  type Inspection,
  type InspectionFigures,
  type InspectionGroup,
  type ScoredPair,
} from "../../extension/protocol/inspectionFormat";
import { applyRewardDelta, type RewardState } from "../../extension/protocol/rewardMessages";
import type { HostMessage } from "../../extension/protocol/webviewProtocol";

/** What a screen reader is told after a change; the view puts it in words. */
export type Announcement =
  | { readonly type: "problem"; readonly text: string }
  | { readonly type: "score"; readonly score: number }
  | { readonly type: "corrections" }
  | { readonly type: "use" };

export interface Page {
  readonly state: RewardState;
  readonly announcement: Announcement | null;
}

/** The page after a message of the host; null before it has said anything. */
export function reduce(page: Page | null, message: HostMessage<"rewards">): Page | null {
  if (message.type === "hydrate") return { state: message.state, announcement: null };
  if (page === null) return null;
  const state = applyRewardDelta(page.state, message.delta);
  return { state, announcement: announcementOf(page.state, state) };
}

function announcementOf(before: RewardState, after: RewardState): Announcement | null {
  const problemOf = ({ working, probing }: RewardState): string | null => working.problem ?? probing.problem;
  const problem = problemOf(after);
  if (problem !== null && problem !== problemOf(before)) return { type: "problem", text: problem };
  if (after.result !== null && after.result.id !== before.result?.id)
    return { type: "score", score: after.result.score };
  if (after.corrections !== before.corrections) return { type: "corrections" };
  if (after.use !== before.use && after.use !== null) return { type: "use" };
  return null;
}

/** The groups that there are figures of, and of these the one to begin with: labels that the model was not trained on. */
export function groupsOf({ figures }: Inspection): readonly InspectionGroup[] {
  return inspectionGroups.filter((group) => figures.some((each) => each.group === group));
}

export function firstGroup(inspection: Inspection): InspectionGroup {
  const groups = groupsOf(inspection);
  return groups.find((group) => group === "validation") ?? groups[0] ?? "training";
}

export function figuresOf({ figures }: Inspection, group: InspectionGroup): InspectionFigures | null {
  return figures.find((each) => each.group === group) ?? null;
}

/** A reward model's figures under its axis; null where it has not been inspected. */
export interface AxisColumn {
  readonly axis: string;
  readonly name: string;
  readonly figures: InspectionFigures | null;
}

/** This model's axis and every other one, each with the newest model that was inspected; one that nobody has looked at has no figures. */
export function axisColumns({ inspection, name, others }: RewardState): readonly AxisColumn[] {
  if (inspection === null) return [];
  const { axis } = inspection;
  const own = { axis, name, figures: figuresOf(inspection, firstGroup(inspection)) };
  const axes = [...new Set(others.map((other) => other.axis))].filter(
    (other) => other !== axis && other !== "",
  );
  return [
    own,
    ...axes.sort().map((other) => {
      const models = others.filter((each) => each.axis === other);
      const model = models.find(({ figures }) => figures !== null) ?? models[0];
      return { axis: other, name: model.name, figures: model.figures };
    }),
  ];
}

/** The worst pairs of a group, each with its label. */
export function worstOf(
  { worst, labels }: Inspection,
  group: InspectionGroup,
): readonly { readonly pair: ScoredPair; readonly label: InspectedLabel }[] {
  return worst
    .filter((pair) => pair.label < labels.length)
    .map((pair) => ({ pair, label: labels[pair.label] }))
    .filter(({ label }) => label.group === group);
}

/** The labels whose prompt, labeler or id holds a text, whatever the case of its letters. */
export function filteredLabels({ labels }: Inspection, filter: string): readonly InspectedLabel[] {
  const wanted = filter.trim().toLocaleLowerCase();
  if (wanted === "") return labels;
  return labels.filter(({ id, prompt, labeler }) =>
    [id, prompt, labeler ?? ""].some((text) => text.toLocaleLowerCase().includes(wanted)),
  );
}

/** How strongly a value moves the score, 0 … 4 by quarters of the strongest of them; its sign apart. */
export function strengths(values: readonly number[]): readonly number[] {
  const strongest = values.reduce((most, value) => Math.max(most, Math.abs(value) || 0), 0);
  return values.map((value) =>
    strongest === 0 ? 0 : Math.max(0, Math.ceil((4 * Math.abs(value || 0)) / strongest - 1e-9)),
  );
}

/** By how much each token moves the running score; the first has nothing to be compared with. */
export function steps(scores: readonly number[]): readonly number[] {
  return scores.map((score, t) => (t === 0 ? 0 : score - scores[t - 1]));
}

/** The answer of the probe belongs to what stands in the fields now, and not to what stood there before. */
export function isCurrent({ result }: RewardState, asked: number): boolean {
  return result !== null && result.id === asked;
}

export const percent = (share: number): string =>
  Number.isNaN(share) ? "–" : `${(100 * share).toFixed(1)}\u00a0%`;

/** A number with at most three decimals, "–" where it is not known. */
export function shown(value: number): string {
  if (Number.isNaN(value)) return "–";
  const text = Math.abs(value) >= 1000 ? value.toPrecision(4) : value.toFixed(3);
  return String(Number(text)).replace("-", "−");
}

/** The same with its sign, for a change. */
export const signed = (value: number): string => (value > 0 ? `+${shown(value)}` : shown(value));
