import { probability, rewardSum } from "../../extension/algorithms/tokenTerms";
import type {
  RolloutConstants,
  RolloutEpisode,
  TokenAlternative,
} from "../../extension/protocol/rolloutMessages";
import { element, fill } from "../shared/dom";
import { equationsOf, scoreEquation, termInput, type Equation } from "./equations";
import { quantities, valueOf } from "./heat";
import { numberText, termText, tokenLabel } from "./numbers";
import type { Texts } from "./view";

/** Everything about one token: its numbers, what else was likely, and its terms of the objective. */
export function tokenDetails(
  texts: Texts,
  episode: RolloutEpisode,
  t: number,
  constants: RolloutConstants | null,
): readonly Node[] {
  const token = episode.tokens[t];
  const title = element("h3", {}, [
    element("span", { text: `${fill(texts.tokenTitle, t + 1, episode.tokens.length)} ` }),
    element("code", { text: tokenLabel(token), attributes: { dir: "auto" } }),
    element("span", { class: "quiet", text: ` ${fill(texts.tokenId, token.id)}` }),
  ]);
  const numbers: readonly (readonly [string, number])[] = [
    ...quantities.map((quantity) => [texts[quantity], valueOf(token, quantity)] as const),
    [texts.return, token.return],
    [texts.probability, probability(token.logprob)],
  ];
  const list = element(
    "dl",
    { class: "numbers" },
    numbers.map(([name, value]) =>
      element("div", {}, [element("dt", { text: name }), element("dd", { text: numberText(value) })]),
    ),
  );
  return [
    title,
    section(texts.numbers, [list]),
    element("div", { class: "tops" }, [
      section(texts.policyTop, [alternatives(texts, token.policy, token.id)]),
      section(texts.referenceTop, [alternatives(texts, token.reference, token.id)]),
    ]),
    section(texts.terms, terms(texts, episode, t, constants)),
  ];
}

const section = (title: string, parts: readonly Node[]): HTMLElement =>
  element("section", {}, [element("h4", { text: title }), ...parts]);

/** The likeliest tokens with their probabilities, as bars too; the one that was sampled is marked. */
function alternatives(texts: Texts, list: readonly TokenAlternative[], sampled: number): HTMLElement {
  if (list.length === 0) return element("p", { class: "quiet", text: texts.noAlternatives });
  const items = list.map((each) => {
    const share = probability(each.logprob);
    const bar = element("span", { class: "share", attributes: { "aria-hidden": "true" } });
    bar.style.setProperty("--share", Number.isFinite(share) ? Math.min(1, share).toFixed(4) : "0");
    const isSampled = each.id === sampled;
    return element("li", isSampled ? { class: "sampled" } : {}, [
      element("code", { text: tokenLabel(each), attributes: { dir: "auto" } }),
      bar,
      element("span", { class: "number", text: `${numberText(100 * share, 3)} %` }),
      element("span", { class: "number quiet", text: numberText(each.logprob, 4) }),
      element("span", { class: "quiet", text: isSampled ? `◀ ${texts.chosen}` : "" }),
    ]);
  });
  return element("ol", { class: "top" }, items);
}

function terms(
  texts: Texts,
  episode: RolloutEpisode,
  t: number,
  constants: RolloutConstants | null,
): readonly Node[] {
  if (constants === null) return [element("p", { class: "problem", text: texts.noConstants })];
  const notes = [
    ...(constants.scoreDivisor === null ? [texts.scoreUnknown] : []),
    ...(episode.iteration === 0 ? [texts.termNoUpdate] : []),
  ];
  return [
    ...equationsOf(episode, t, constants).map((equation) => equationView(texts, equation)),
    ...notes.map((text) => element("p", { class: "quiet", text })),
  ];
}

const equationView = (texts: Texts, { name, letters, numbers }: Equation): HTMLElement =>
  element("div", { class: "equation" }, [
    element("p", { class: "quiet", text: texts[name] }),
    element("p", { class: "letters", text: letters }),
    element("p", { class: "figures", text: `= ${numbers}` }),
  ]);

/** The sum of the token rewards beside score′ − β·Σ kl, and whether they agree. */
export function sumsView(
  texts: Texts,
  episode: RolloutEpisode,
  constants: RolloutConstants,
): readonly Node[] {
  const sum = rewardSum(termInput(episode), constants);
  const n = numberText;
  const [verdict, isGood] = verdictOf(texts, sum, constants);
  const beta = constants.klCoef ?? NaN;
  return [
    equationView(texts, scoreEquation(episode, constants)),
    equationView(texts, { name: "sumRewards", letters: "Σ rₜ", numbers: n(sum.rewards, 8) }),
    equationView(texts, {
      name: "sumObjective",
      letters: "score′ − β · Σ klₜ",
      numbers: `${n(sum.score)} − ${n(beta)} · ${termText(sum.kl)} = ${n(sum.objective, 8)}`,
    }),
    element("p", { class: isGood ? "verdict" : "verdict problem", text: verdict }),
  ];
}

function verdictOf(
  texts: Texts,
  { agrees, difference }: ReturnType<typeof rewardSum>,
  { whitenRewards }: RolloutConstants,
): readonly [text: string, isGood: boolean] {
  if (whitenRewards) return [texts.sumWhitened, true];
  if (agrees === null) return [texts.sumUnknown, true];
  return agrees ? [texts.agrees, true] : [fill(texts.differs, numberText(difference)), false];
}
