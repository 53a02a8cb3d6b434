import type { Say } from "../protocol/fieldValue";
import type { LabelQuality } from "./labelQuality";
import { digits, orDash, percent, type ReportSection } from "./reportText";
import { screeningMinimum, type Criterion, type LabelerScreening } from "./screening";

/** Labelers by the paper's four criteria; nothing in a project that screens nobody. */
export function screeningSections({ screening }: LabelQuality, t: Say): ReportSection[] {
  if (screening === null) return [];
  const groups = screening.groups.map(({ group, able, assessed }) =>
    t("{0}: {1} of {2} labelers think that they can judge for this group", group, able, assessed),
  );
  const unknown = screening.labelers.filter((labeler) => !isKnown(labeler)).map(({ labeler }) => labeler);
  return [
    {
      title: t("Screening"),
      table: {
        head: [t("labeler"), t("criterion"), t("value"), "n", t("cut-off"), t("outcome")],
        rows: screening.labelers.filter(isKnown).flatMap((labeler) => labelerRows(labeler, t)),
      },
      lines: [
        t("Gold items: {0}", screening.goldItems),
        t(
          "Enough data: {0} responses with and without flags, {1} pairs, {2} demonstrations. The cut-offs are the paper's and soft.",
          screeningMinimum.flagging,
          screeningMinimum.rankings,
          screeningMinimum.demonstrations,
        ),
        ...groups,
        ...(unknown.length > 0 ? [t("Nothing is known yet of: {0}", unknown.join(", "))] : []),
      ],
    },
  ];
}

function isKnown({ flagging, rankings, demonstrations, selfAssessment }: LabelerScreening): boolean {
  return flagging.n + rankings.n + demonstrations.n + selfAssessment.length > 0;
}

function labelerRows(screening: LabelerScreening, t: Say): string[][] {
  const { labeler, flagging, rankings, demonstrations, selfAssessment } = screening;
  const flagged = t("{0} responses, {1} of sensitive items", flagging.n, flagging.ofSensitiveItems);
  const ordered = t("{0} pairs in {1} items", rankings.n, rankings.items);
  const kappa = flagging.kappa === null ? "" : ` (κ ${digits(flagging.kappa)})`;
  const abilities = selfAssessment.map(({ group, ability }) => `${group} ${ability}`).join(", ");
  const rest = (criterion: Criterion): string[] => [shownCutOff(criterion), outcomeText(criterion, t)];
  return [
    [t("flags as gold has them"), percent(flagging.value) + kappa, flagged, ...rest(flagging)],
    [t("order as gold has it"), percent(rankings.value), ordered, ...rest(rankings)],
    [
      t("score of demonstrations, of 7"),
      digits(demonstrations.value),
      String(demonstrations.n),
      ...rest(demonstrations),
    ],
    [t("own ability by group, of 5"), orDash(abilities), String(selfAssessment.length), "–", "–"],
  ].map((row) => [labeler, ...row]);
}

function outcomeText({ outcome }: Criterion, t: Say): string {
  switch (outcome) {
    case "met":
      return t("met");
    case "below":
      return t("below");
    case "notEnough":
      return t("not enough data");
  }
}

/** Shares as percentages, scores as they are. */
const shownCutOff = ({ cutOff }: Criterion): string => (cutOff <= 1 ? `${100 * cutOff} %` : String(cutOff));
