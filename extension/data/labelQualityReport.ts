import type { Say } from "../protocol/fieldValue";
import type { AgreementFigure, AxisQuality } from "./labelAgreement";
import type { Pattern } from "./labelHabits";
import { fastReading } from "./labelHabits";
import { paperAgreement, type LabelQuality, type LabelerSummary } from "./labelQuality";
import { screeningSections } from "./labelScreeningReport";
import { markdownTable, markdownText } from "./markdown";
import { digits, orDash, percent, seconds, type ItemPlace, type ReportSection } from "./reportText";

/** The report in the reader's language, as texts that still hold whatever names and prompts hold: shown by `sectionsMarkdown` or escaped otherwise. */
export function labelQualitySections(quality: LabelQuality, t: Say): ReportSection[] {
  return [
    labelerSection(quality, t),
    ...quality.axes.flatMap((axis) => axisSections(axis, quality, t)),
    ...ratingSections(quality, t),
    patternSection(quality, t),
    ...screeningSections(quality, t),
  ];
}

/** The report as Markdown in which everything that files hold is text. Items are links, where there is one to them. */
export function labelQualityMarkdown(
  quality: LabelQuality,
  t: Say,
  linkOf?: (item: ItemPlace) => string,
): string {
  return sectionsMarkdown(t("Quality of the labels"), labelQualitySections(quality, t), linkOf);
}

function sectionsMarkdown(
  title: string,
  sections: readonly ReportSection[],
  linkOf?: (item: ItemPlace) => string,
): string {
  const parts = sections.flatMap(({ title: heading, table, lines }) => [
    `## ${markdownText(heading)}`,
    ...(table === undefined
      ? []
      : [markdownTable(table.head, table.rows, linkOf && table.items?.map(linkOf))]),
    ...(lines.length === 0 ? [] : [lines.map((line) => `- ${markdownText(line)}`).join("\n")]),
  ]);
  return `${[`# ${markdownText(title)}`, ...parts].join("\n\n")}\n`;
}

function labelerSection(quality: LabelQuality, t: Say): ReportSection {
  const { batches, items, repeats, labelers, medianSeconds, timed } = quality;
  return {
    title: t("Labelers"),
    table: {
      head: [
        t("labeler"),
        t("group"),
        t("submitted"),
        t("drafts"),
        t("skipped"),
        t("unrankable"),
        t("median time"),
      ],
      rows: labelers.map((summary) => [
        summary.labeler,
        groupText(summary, t),
        ...(["submitted", "draft", "skipped", "unrankable"] as const).map((status) =>
          String(summary.judgements[status]),
        ),
        seconds(summary.medianSeconds, t),
      ]),
    },
    lines: [
      t("Batches: {0}", batches.join(", ") || "–"),
      t("Items: {0}; repeats of earlier ones among them: {1}", items, repeats),
      ...(timed > 0
        ? [t("Median active time an item: {0} ({1} judgements)", seconds(medianSeconds, t), timed)]
        : []),
    ],
  };
}

function groupText({ isSimulated, isHeldOut }: LabelerSummary, t: Say): string {
  const group = isHeldOut ? t("held out") : t("training");
  return isSimulated ? t("{0}, simulated", group) : group;
}

function axisSections(axis: AxisQuality, { labelers }: LabelQuality, t: Say): ReportSection[] {
  const hasHeldOut = labelers.some(({ isHeldOut }) => isHeldOut);
  const groups: [string, AgreementFigure][] = hasHeldOut
    ? [
        [t("all labelers"), axis.all],
        [t("training labelers"), axis.training],
        [t("held-out labelers"), axis.heldOut],
      ]
    : [[t("all labelers"), axis.all]];
  const agreement: ReportSection = {
    title: t("Agreement on the axis {0}", axis.axis),
    table: {
      head: figureHead(t),
      rows: [
        ...groups.map(([who, figure]) => figureRow(who, figure)),
        ...(axis.axis === "overall" ? paperRows(t) : []),
        ...axis.byLabeler.map(({ labeler, figure }) => figureRow(t("{0} with the others", labeler), figure)),
        ...axis.byPair.map(({ labelers: [a, b], figure }) => figureRow(t("{0} with {1}", a, b), figure)),
      ],
    },
    lines: [
      axis.all.pairs > 0
        ? t("Agreement is the share of pairs ordered alike among those that both ordered; chance gives 50 %.")
        : t("No two labelers have ordered the same two responses yet, so agreement cannot be measured."),
    ],
  };
  return [agreement, ...contestedSection(axis, t), ...selfSection(axis, t)];
}

const figureHead = (t: Say): string[] => [
  t("who"),
  t("agreement"),
  t("95 % interval"),
  t("pairs"),
  t("items"),
  t("with ties"),
  "τ-b",
];

function figureRow(who: string, figure: AgreementFigure): string[] {
  const { rate, interval, pairs, items, rateWithTies, tau } = figure;
  const range = interval === null ? "–" : interval.map(percent).join(" – ");
  return [who, percent(rate), range, String(pairs), String(items), percent(rateWithTies), digits(tau)];
}

function paperRows(t: Say): string[][] {
  const row = (who: string, { rate, error }: { readonly rate: number; readonly error: number }) => [
    who,
    percent(rate),
    `± ${percent(error)}`,
    ...new Array<string>(4).fill(""),
  ];
  return [
    row(t("paper: training labelers"), paperAgreement.training),
    row(t("paper: held-out labelers"), paperAgreement.heldOut),
  ];
}

function contestedSection({ axis, contested }: AxisQuality, t: Say): ReportSection[] {
  if (contested.length === 0) return [];
  return [
    {
      title: t("Most contested items on the axis {0}", axis),
      table: {
        head: [t("item"), t("ordered oppositely"), t("pairs"), t("labelers"), t("prompt")],
        rows: contested.map(({ batch, itemId, opposite, pairs, labelers, prompt }) => [
          `${batch}/${itemId}`,
          percent(opposite / pairs),
          String(pairs),
          String(labelers),
          beginning(prompt),
        ]),
        items: contested.map(({ batch, itemId }) => ({ batch, itemId })),
      },
      lines: [],
    },
  ];
}

function selfSection({ axis, self }: AxisQuality, t: Say): ReportSection[] {
  if (self.byLabeler.length === 0) return [];
  return [
    {
      title: t("Labelers with their own earlier judgements, axis {0}", axis),
      table: {
        head: figureHead(t),
        rows: [
          figureRow(t("all labelers"), self.all),
          ...self.byLabeler.map(({ labeler, figure }) => figureRow(labeler, figure)),
        ],
      },
      lines: [],
    },
  ];
}

function ratingSections({ likert, flags }: LabelQuality, t: Say): ReportSection[] {
  if (likert.ratings === 0 && flags.length === 0) return [];
  return [
    {
      title: t("Ratings"),
      table: {
        head: [t("flag"), t("set"), "α", t("responses"), t("κ by two labelers")],
        rows: flags.map(({ flag, set, decisions, alpha, responses, byPair }) => [
          flag,
          `${set}/${decisions}`,
          digits(alpha),
          String(responses),
          byPair
            .map(({ labelers, kappa, responses: n }) => `${labelers.join(" – ")}: ${digits(kappa)} (${n})`)
            .join("; ") || "–",
        ]),
      },
      lines: [
        t(
          "Likert scores: ordinal α {0} on {1} responses that two or more rated; {2} ratings",
          digits(likert.alpha),
          likert.responses,
          likert.ratings,
        ),
        t("1 is perfect agreement, 0 is chance; a dash: nothing varies, or no two labelers judged the same."),
      ],
    },
  ];
}

function patternSection({ patterns }: LabelQuality, t: Say): ReportSection {
  const lines = patterns.map((pattern) => patternText(pattern, t));
  return {
    title: t("Worth a look"),
    lines: lines.length > 0 ? lines : [t("Nothing stands out.")],
  };
}

function patternText(pattern: Pattern, t: Say): string {
  const { labeler } = pattern;
  switch (pattern.kind) {
    case "shownOrder":
      return t(
        "{0}: ranked in the order shown {1} times in {2} items on the axis {3}; chance gives {4}",
        labeler,
        pattern.same,
        pattern.items,
        pattern.axis,
        digits(pattern.expected),
      );
    case "allTied":
      return t(
        "{0}: tied all responses in {1} of {2} items on the axis {3}",
        labeler,
        pattern.tied,
        pattern.items,
        pattern.axis,
      );
    case "fast":
      return t(
        "{0}: {1} of {2} items took less time than reading them at {3} words a minute",
        labeler,
        pattern.fast,
        pattern.items,
        fastReading,
      );
    case "constantLikert":
      return t("{0}: gave {1} of 7 in all {2} Likert scores", labeler, pattern.likert, pattern.ratings);
    case "likertAgainstRanking":
      return t(
        "{0}: Likert scores contradict the ranking in {1} of {2} pairs",
        labeler,
        pattern.against,
        pattern.pairs,
      );
  }
}

/** As much of a prompt as a table has room for. */
function beginning(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return orDash([...line].length > 60 ? `${[...line].slice(0, 60).join("")}…` : line);
}
