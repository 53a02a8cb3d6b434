import type { InspectionFigures, ScoredAnswer } from "../../extension/protocol/inspectionFormat";
import type { RewardState } from "../../extension/protocol/rewardMessages";
import { element, fill, setText } from "../shared/dom";
import { rangeOf, type BinList } from "./figuresView";
import { createList, pairRow, rowOf, type LabelList, type Options, type Row } from "./labelsView";
import { shown } from "./state";

/** Lists under the histograms of a group: the responses, and the pairs, that lie in the bin that was chosen. */
export function createBins(
  options: Options,
  { edges, distributions, margins }: InspectionFigures,
  say: (text: string) => void,
): { readonly answers: BinList & LabelList; readonly pairs: BinList & LabelList } {
  const { texts, inspection } = options;
  const labelOf = (label: number) => inspection.labels.at(label);
  const answers = (bin: number): readonly (() => Row)[] =>
    distributions.flatMap(({ name, answers: bins }) =>
      (bins[bin] ?? []).map((answer) => () => answerRow(options, texts[name], answer)),
    );
  const pairs = (bin: number): readonly (() => Row)[] =>
    (margins.pairs[bin] ?? []).flatMap((pair) => {
      const label = labelOf(pair.label);
      return label === undefined ? [] : [() => pairRow(options, pair, label)];
    });
  const ofAnswers = (bin: number): number => distributions.reduce((sum, { counts }) => sum + counts[bin], 0);
  const { histogram } = margins;
  return {
    answers: createBin(options, answers, say, (bin) =>
      fill(texts.binAnswers, rangeOf(edges, bin), ofAnswers(bin)),
    ),
    pairs: createBin(options, pairs, say, (bin) =>
      fill(texts.binPairs, rangeOf(histogram.edges, bin), histogram.counts[bin]),
    ),
  };
}

/** Empty until a bin is chosen. */
function createBin(
  options: Options,
  rowsOf: (bin: number) => readonly (() => Row)[],
  say: (text: string) => void,
  titleOf: (bin: number) => string,
): BinList & LabelList {
  let bin: number | null = null;
  const list = createList(options, () => (bin === null ? [] : rowsOf(bin)));
  const title = element("h4");
  const root = element("div", { class: "picked hidden" }, [title, list.root]);
  return {
    root,
    show: (chosen) => {
      bin = chosen;
      root.classList.remove("hidden");
      setText(title, titleOf(chosen));
      list.begin();
      say(titleOf(chosen));
    },
    follow: (state: RewardState) => list.follow(state),
  };
}

function answerRow(options: Options, name: string, { label, prompt, text, score }: ScoredAnswer): Row {
  const of = label === null ? undefined : options.inspection.labels.at(label);
  const said = element("p", { class: "text", text, attributes: { dir: "auto" } });
  const about = element("span", {
    class: "quiet",
    text: `${name} · ${fill(options.texts.saidScore, shown(score))}`,
  });
  if (of !== undefined) return rowOf(options, of, [about], [said]);
  const root = element("li", {}, [
    element("p", { class: "prompt", text: prompt, attributes: { dir: "auto" } }),
    ...[said, about],
  ]);
  return { root, id: "", change: element("p"), use: element("p") };
}
