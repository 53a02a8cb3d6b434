import type { RankingState } from "../../extension/protocol/rankingMessages";
import { element, fill, setText } from "../shared/dom";
import { keyHint } from "../shared/keyHint";
import { letterOf, lettersOfFlags, shownKeys } from "./keys";
import type { PartOptions } from "./parts";

/** What can be said of a response by yes or no: a list that opens, with a letter for each; closed, it says how many hold. */
export function createFlags(
  { texts, dispatch }: PartOptions,
  flags: RankingState["flags"],
  response: string,
  letter: string,
) {
  const count = element("span", { class: "count" });
  const title = element("span", { text: texts.flags });
  const of = element("span", { class: "spoken", text: ` (${fill(texts.flagsOf, letter)})` });
  const summary = element("summary", {}, [title, of, count, keyHint(shownKeys.flags)]);
  const boxes = flags.map(({ name }) => {
    const box = element("input", { attributes: { type: "checkbox" } });
    box.addEventListener("click", () => {
      dispatch({ type: "flag", response, flag: name });
    });
    return box;
  });
  const rows = flags.map(({ text }, i) =>
    element("label", { class: "flag" }, [
      boxes[i],
      ...(i < lettersOfFlags ? [keyHint(letterOf(i))] : []),
      element("span", { text }),
    ]),
  );
  const hint = element("p", { class: "quiet small", text: texts.flagsHint });
  const details = element("details", { class: "flags" }, [
    summary,
    element("div", { class: "list" }, [hint, ...rows]),
  ]);
  details.classList.toggle("hidden", flags.length === 0);
  // Whether it is open is the page's to know, since keys open it too.
  summary.addEventListener("click", (event) => {
    event.preventDefault();
    dispatch({ type: "flagging", response, isOpen: !details.open });
  });
  return {
    root: details,
    update: (on: readonly string[], isOpen: boolean, locked: boolean): void => {
      setText(count, on.length > 0 ? String(on.length) : "");
      if (details.open !== isOpen) {
        details.open = isOpen;
        // What was opened by a key is to be seen.
        if (isOpen) details.scrollIntoView({ block: "nearest" });
      }
      flags.forEach(({ name }, i) => {
        const isOn = on.includes(name);
        if (boxes[i].checked !== isOn) boxes[i].checked = isOn;
        if (boxes[i].disabled !== locked) boxes[i].disabled = locked;
      });
    },
  };
}
