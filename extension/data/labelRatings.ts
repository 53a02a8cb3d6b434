import { cohenKappa, krippendorffAlpha, krippendorffAlphaOrdinal } from "../algorithms/reliability";
import { groupBy } from "../algorithms/statistics";
import { firstJudgements, orNull, type LabelJudgement } from "./labelJudgements";

/** Agreement on Likert scores of overall quality. */
export interface LikertQuality {
  /** Krippendorff's ordinal α; null where no two labelers rated one response, or all scores are the same. */
  readonly alpha: number | null;
  /** Responses that at least two labelers rated. */
  readonly responses: number;
  readonly ratings: number;
}

/** Agreement on a flag, which a labeler sets for a response or does not. */
export interface FlagQuality {
  readonly flag: string;
  /** How often it was set among all responses that it could have been set for. */
  readonly set: number;
  readonly decisions: number;
  /** Krippendorff's nominal α; null where no two labelers decided on one response, or all decided alike. */
  readonly alpha: number | null;
  /** Responses on which at least two labelers decided. */
  readonly responses: number;
  /** Cohen's κ of each two labelers who decided on the same responses; null where both said one thing throughout. */
  readonly byPair: readonly {
    readonly labelers: readonly [string, string];
    readonly kappa: number | null;
    readonly responses: number;
  }[];
}

export function likertQuality(judged: readonly LabelJudgement[]): LikertQuality {
  const units = responseUnits(judged, ({ likert }, response) => likert[response]);
  const scores = units.map((unit) => unit.map(({ value }) => value));
  return {
    alpha: orNull(krippendorffAlphaOrdinal(scores)),
    responses: scores.filter((unit) => unit.length > 1).length,
    ratings: scores.flat().length,
  };
}

/** Every flag that somebody set, by name. */
export function flagQualities(judged: readonly LabelJudgement[]): FlagQuality[] {
  const names = new Set(
    judged.flatMap(({ flags }) => flags.flatMap((ofResponse) => [...(ofResponse ?? [])])),
  );
  return [...names].sort().map((flag) => flagQuality(judged, flag));
}

function flagQuality(judged: readonly LabelJudgement[], flag: string): FlagQuality {
  const units = responseUnits(judged, ({ flags }, response) => {
    const ofResponse = flags[response];
    return ofResponse === null ? null : ofResponse.has(flag) ? "set" : "unset";
  });
  const labels = units.map((unit) => unit.map(({ value }) => value));
  const pairs = units.flatMap((unit) =>
    unit.flatMap((a, i) => unit.slice(i + 1).map((b) => (a.labeler < b.labeler ? [a, b] : [b, a]))),
  );
  const byPair = [...groupBy(pairs, ([a, b]) => JSON.stringify([a.labeler, b.labeler]))];
  return {
    flag,
    set: labels.flat().filter((label) => label === "set").length,
    decisions: labels.flat().length,
    alpha: orNull(krippendorffAlpha(labels)),
    responses: labels.filter((unit) => unit.length > 1).length,
    byPair: byPair
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, own]) => ({
        labelers: [own[0][0].labeler, own[0][1].labeler],
        kappa: orNull(
          cohenKappa(
            own.map(([a]) => a.value),
            own.map(([, b]) => b.value),
          ),
        ),
        responses: own.length,
      })),
  };
}

/** What labelers said of each response, those left out who said nothing; a labeler's first judgement of a content counts. */
function responseUnits<T>(
  judged: readonly LabelJudgement[],
  valueOf: (judged: LabelJudgement, response: number) => T | null,
): { readonly labeler: string; readonly value: T }[][] {
  return [...groupBy(firstJudgements(judged), ({ content }) => content).values()].flatMap((group) =>
    group[0].item.responses.map((_, response) =>
      group.flatMap((one) => {
        const value = valueOf(one, response);
        return value === null ? [] : [{ labeler: one.labeler, value }];
      }),
    ),
  );
}
