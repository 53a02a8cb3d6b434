import type { RolloutAction, RolloutEpisode } from "../../extension/protocol/rolloutMessages";
import { element, fill, setText } from "../shared/dom";
import { button } from "../shared/toolkit";
import { visible } from "../shared/words";
import { isQuantity, quantities, valueOf } from "./heat";
import { createHistoryView } from "./historyView";
import { numberText, tokenLabel } from "./numbers";
import { stepEpisode, type Choice, type Page } from "./state";
import { createStripView } from "./stripView";
import { sumsView, tokenDetails } from "./tokenView";
import type { Texts } from "./view";

interface EpisodeOptions {
  readonly texts: Texts;
  readonly send: (action: RolloutAction) => void;
  readonly choose: (choice: Choice) => void;
}

/** The X-ray of one episode. */
export function createEpisodeView({ texts, send, choose }: EpisodeOptions) {
  let page: Page | null = null;
  /** The token under the pointer. */
  let pointed: number | null = null;
  let drawn: readonly unknown[] = [];
  const go = (step: 1 | -1): void => {
    const action = page && stepEpisode(page, step);
    if (action !== null) send(action);
  };
  const back = button(texts.back, () => send({ type: "close" }), { title: "Esc" });
  const previous = button(texts.previousEpisode, () => go(-1));
  const next = button(texts.nextEpisode, () => go(1));
  const label = button(texts.send, () => send({ type: "sendToLabels" }), { title: texts.sendHint });
  const title = element("h2", { attributes: { tabindex: "-1" } });
  const facts = element("p", { class: "quiet" });
  const prompt = element("p", { class: "said", attributes: { dir: "auto" } });
  const response = element("p", { class: "said", attributes: { dir: "auto" } });
  const quantity = element("select", { attributes: { id: "quantity" } }, [
    ...quantities.map((each) => element("option", { text: texts[each], attributes: { value: each } })),
  ]);
  quantity.addEventListener("change", () => {
    if (isQuantity(quantity.value)) choose({ type: "quantity", quantity: quantity.value });
  });
  const chooser = element("div", { class: "buttons" }, [
    element("label", { text: texts.quantity, attributes: { for: "quantity" } }),
    quantity,
  ]);
  const details = element("section", { class: "details", attributes: { "aria-label": texts.numbers } });
  const sums = element("div");
  const table = element("div", {
    class: "scroll",
    attributes: { tabindex: "0", role: "region", "aria-label": texts.table },
  });
  const tableFold = element("details", {}, [element("summary", { text: texts.table })]);
  tableFold.append(
    button(texts.copy, () => send({ type: "copyTokens" })),
    table,
  );
  const history = createHistoryView({ texts, send });
  const showToken = (): void => {
    const open = page?.state.open ?? null;
    const t = pointed ?? page?.token ?? 0;
    if (page === null || open?.tokens[t] === undefined) return details.replaceChildren();
    details.replaceChildren(...tokenDetails(texts, open, t, page.state.constants));
  };
  const strip = createStripView({
    texts,
    choose,
    point: (token) => {
      if (token === pointed) return;
      pointed = token;
      showToken();
    },
  });
  const fillTable = (): void => {
    const open = page?.state.open ?? null;
    if (open !== null && tableFold.open) table.replaceChildren(tokenTable(texts, open));
  };
  tableFold.addEventListener("toggle", fillTable);
  return {
    root: element("section", { class: "episode" }, [
      element("div", { class: "buttons" }, [back, previous, next, label]),
      ...[title, facts, heading(texts.prompt), prompt, heading(texts.response), response],
      ...[chooser, strip.root, element("p", { class: "quiet", text: `${texts.tokensHint} ${texts.signs}` })],
      ...[details, heading(texts.sums), sums, tableFold, history.root],
    ]),
    update: (now: Page): void => {
      const before = page;
      page = now;
      const { open, constants, isSending } = now.state;
      label.disabled = isSending;
      setText(label, isSending ? texts.sending : texts.send);
      history.update(now.state);
      if (open === null) return;
      if (quantity.value !== now.quantity) quantity.value = now.quantity;
      previous.disabled = stepEpisode(now, -1) === null;
      next.disabled = stepEpisode(now, 1) === null;
      if (open !== before?.state.open) {
        pointed = null;
        setText(title, fill(texts.episodeTitle, open.iteration, open.episode));
        setText(facts, factsOf(texts, open));
        setText(prompt, visible(open.prompt));
        setText(response, visible(open.response));
        fillTable();
      }
      if (open !== before?.state.open || constants !== before.state.constants)
        sums.replaceChildren(...(constants === null ? [] : sumsView(texts, open, constants)));
      strip.update(now);
      const toDraw = [open, constants, now.token];
      if (toDraw.some((each, i) => each !== drawn[i])) showToken();
      drawn = toDraw;
      const isOther =
        open.line !== before?.state.open?.line || open.iteration !== before.state.open.iteration;
      if (before !== null && isOther) title.focus();
    },
  };
}

const heading = (text: string): HTMLElement => element("h3", { text });

function factsOf(texts: Texts, { score, kl, tokens, endReached }: RolloutEpisode): string {
  const end = endReached ? texts.ended : texts.cut;
  return fill(texts.facts, numberText(score), numberText(kl), tokens.length, end);
}

/** All tokens with all numbers. */
function tokenTable(texts: Texts, { tokens }: RolloutEpisode): HTMLElement {
  const head = ["#", texts.columnToken, ...quantities.map((each) => texts[each]), texts.return];
  const rows = tokens.map((token, t) =>
    element("tr", {}, [
      element("td", { class: "number", text: String(t + 1) }),
      element("th", { attributes: { scope: "row" } }, [
        element("code", { text: tokenLabel(token), attributes: { dir: "auto" } }),
      ]),
      ...[...quantities.map((each) => valueOf(token, each)), token.return].map((value) =>
        element("td", { class: "number", text: numberText(value) }),
      ),
    ]),
  );
  return element("table", { class: "tokens" }, [
    element("caption", { class: "spoken", text: texts.table }),
    element("thead", {}, [
      element(
        "tr",
        {},
        head.map((text) => element("th", { text, attributes: { scope: "col" } })),
      ),
    ]),
    element("tbody", {}, rows),
  ]);
}
