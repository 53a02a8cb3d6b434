import { nullable, object, oneOf, string } from "../../extension/protocol/codec";
import { isProblem } from "../../extension/protocol/problem";
import { rankingAxes } from "../../extension/protocol/rankingFormat";
import { askedOf, type RankingPage } from "./state";

// Where the labeler was, kept by the editor while the page is hidden and does not exist.

const place = object({ item: string, card: nullable(string), axis: oneOf(rankingAxes) });

export const placeOf = ({ state, card, axis }: RankingPage): object => ({
  item: state.item?.id ?? "",
  card,
  axis,
});

/** The page at the place that was kept, if that is a place of the item that is shown. */
export function withPlace(page: RankingPage, kept: unknown): RankingPage {
  const found = place(kept, { where: "the kept place", path: "" });
  if (isProblem(found) || found.item !== page.state.item?.id) return page;
  const { ids, axes } = askedOf(page.state);
  const card = found.card !== null && ids.includes(found.card) ? found.card : page.card;
  return { ...page, card, axis: axes.includes(found.axis) ? found.axis : page.axis };
}
