import { rankOf } from "../../extension/protocol/rankingEdits";
import type { Rating } from "../../extension/protocol/rankingFormat";
import type { RankingItem } from "../../extension/protocol/rankingMessages";
import { element, fill, setAttribute, setText } from "../shared/dom";
import { keyHint } from "../shared/keyHint";
import type { Dragging } from "./dragging";
import { createFlags } from "./flags";
import { createFoldable } from "./foldable";
import { letterOf, shownKeys } from "./keys";
import { rankWords, type PartOptions } from "./parts";
import { axisText } from "./saying";
import { isLocked, type RankingPage } from "./state";
import type { WordChange } from "../shared/words";
import { hasHidden, visible } from "../shared/words";

type Response = RankingItem["responses"][number];

export interface Card {
  readonly root: HTMLElement;
  readonly note: HTMLTextAreaElement;
  update(page: RankingPage): void;
  /** As of its text. */
  measured(): () => void;
  /** Shows the text with what differs marked, or, given null, as it is; `words` say what it is compared with. */
  compare(changes: readonly WordChange[] | null, words: string): void;
}

/** One response: its letter and ranks, its text, and what is said of it. */
export function createCard(
  options: PartOptions,
  page: RankingPage,
  response: Response,
  index: number,
  dragging: Dragging,
): Card {
  const { texts, dispatch } = options;
  const { id } = response;
  const letter = letterOf(index);
  const name = fill(texts.answer, letter);
  const ranks = element("span", { class: "ranks", attributes: { "aria-hidden": "true" } });
  const source = element("span", { class: "source quiet" });
  const heading = element("h2", {}, [
    element("span", { class: "chip", text: letter, attributes: { "aria-hidden": "true" } }),
    element("span", { class: "spoken", text: name }),
  ]);
  const header = element("header", {}, [heading, ranks, source]);
  const compared = element("p", { class: "quiet small hidden" });
  const body = createFoldable(texts, name, () => dispatch({ type: "fold", response: id }), shownKeys.fold);
  const plain: readonly WordChange[] = [{ text: visible(response.text), change: "kept" }];
  let shown = plain;
  body.show(plain);
  const control = element("p", { class: "quiet small", text: texts.control });
  control.classList.toggle("hidden", !hasHidden(response.text));
  const quality = createQuality(options, id, letter);
  const flags = createFlags(options, page.state.flags, id, letter);
  const note = element("textarea", {
    class: "note",
    attributes: { rows: "1", placeholder: `${texts.notePlaceholder} (${shownKeys.note})` },
  });
  note.setAttribute("aria-label", fill(texts.noteOf, letter));
  note.setAttribute("aria-keyshortcuts", shownKeys.note);
  note.addEventListener("input", () => dispatch({ type: "note", response: id, text: note.value }));
  note.addEventListener("blur", () => dispatch({ type: "sendNote" }));
  const judging = element("div", { class: "judging" }, [quality.root, flags.root, note]);
  const parts = [header, compared, body.root, control, judging];
  const root = element("section", { class: "card", attributes: { tabindex: "-1" } }, parts);
  root.addEventListener("focusin", () => dispatch({ type: "focus", response: id }));
  dragging.source(header, id);

  return {
    root,
    note,
    measured: () => body.measured(),
    update: (now) => {
      const { state } = now;
      const judged = state.item?.judgement;
      const locked = isLocked(state);
      const words = state.axes.map((axis) => {
        const places = judged?.tiers?.[axis] ?? [];
        const rank = rankOf(places, id);
        const ids = state.item?.responses.map((each) => each.id) ?? [];
        const tied =
          rank === null ? [] : places[rank - 1].filter((each) => each !== id && ids.includes(each));
        const tiedWith = tied.map((each) => letterOf(ids.indexOf(each))).sort();
        const isOnly = state.axes.length === 1;
        const axisName = isOnly ? "" : `${texts[axisText(axis)]} `;
        const short = `${axisName}${rank ?? "–"}${tiedWith.length > 0 ? ` = ${tiedWith.join(" ")}` : ""}`;
        return { short, isRanked: rank !== null, long: axisName + rankWords(texts, rank, tiedWith) };
      });
      const badges = words.map(({ short, isRanked }) =>
        element("span", { class: isRanked ? "badge ranked" : "badge", text: short }),
      );
      if (ranks.textContent !== badges.map(({ textContent }) => textContent).join(""))
        ranks.replaceChildren(...badges);
      setAttribute(root, "aria-label", [name, ...words.map(({ long }) => long)].join(", "));
      const from = state.item?.responses.find((each) => each.id === id)?.source ?? null;
      setText(source, from === null ? "" : fill(texts.source, from));
      const isFocused = now.card === id;
      root.classList.toggle("focused", isFocused);
      setAttribute(root, "tabindex", isFocused ? "0" : "-1");
      header.draggable = !locked;
      body.update(now.unfolded.includes(id));
      const ratings = judged?.ratings ?? {};
      const rating: Rating = Object.hasOwn(ratings, id) ? ratings[id] : {};
      quality.update(rating.likert ?? null, locked);
      flags.update(rating.flags ?? [], now.isFlagging && isFocused, locked);
      if (note.value !== (rating.note ?? "")) note.value = rating.note ?? "";
      note.readOnly = locked;
      note.classList.toggle("hidden", locked && note.value === "");
    },
    compare: (changes, words) => {
      setText(compared, words);
      compared.classList.toggle("hidden", words === "");
      const marked = changes ?? plain;
      if (marked !== shown) body.show(marked);
      shown = marked;
    },
  };
}

/** Quality from 1 to 7, worst to best, as radio buttons; the chosen one, chosen again, is taken back. */
function createQuality({ texts, dispatch }: PartOptions, response: string, letter: string) {
  let chosen: number | null = null;
  const inputs = [1, 2, 3, 4, 5, 6, 7].map((value) => {
    const attributes = { type: "radio", name: `quality of ${letter}`, value: String(value) };
    const input = element("input", { attributes });
    // A radio button that is on changes nothing when it is clicked, so the click is what counts.
    input.addEventListener("click", () => {
      dispatch({ type: "rate", response, likert: value });
      input.checked = chosen === value;
    });
    input.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      // The browser leaves Space alone on a radio button that is on.
      const isAgain = event.key === " " && input.checked;
      if (!isAgain && !/^[1-7]$/.test(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      const target = isAgain ? input : inputs[Number(event.key) - 1];
      target.focus();
      target.click();
    });
    return input;
  });
  const choices = inputs.map((input, i) =>
    element("label", {}, [input, element("span", { text: String(i + 1) })]),
  );
  const root = element(
    "fieldset",
    { class: "quality", attributes: { title: `${texts.quality} (${shownKeys.likert})` } },
    [
      element("legend", { class: "spoken", text: fill(texts.qualityOf, letter) }),
      element("span", { class: "end quiet", text: texts.qualityLow }),
      element("span", { class: "scale" }, choices),
      element("span", { class: "end quiet", text: texts.qualityHigh }),
      keyHint(shownKeys.likert.replace("Shift+", "⇧")),
    ],
  );
  return {
    root,
    update: (likert: number | null, locked: boolean): void => {
      chosen = likert;
      inputs.forEach((input, i) => {
        if (input.checked !== (i + 1 === likert)) input.checked = i + 1 === likert;
      });
      if (root.disabled !== locked) root.disabled = locked;
    },
  };
}
