import {
  draftKinds,
  type DemonstrationDraft,
  type DraftKind,
} from "../../extension/protocol/demonstrationDraft";
import type {
  DemonstrationsDelta,
  DemonstrationsState,
} from "../../extension/protocol/demonstrationMessages";
import { element, fill } from "../shared/dom";
import { button } from "../shared/toolkit";
import { createFields } from "./fieldsView";
import { control, type Texts } from "./texts";
import type { ViewOptions } from "./view";

/** The draft that is written: what kind its prompt is, its fields, how long it is, and what can be done with it. */
export function createComposer(options: ViewOptions) {
  const { texts, act } = options;
  let state = options.state;
  const kinds = createKinds(texts, (kind) => act({ type: "kind", kind }));
  const place = element("span", { class: "quiet" });
  const previous = button(texts.previous, () => act({ type: "previous" }), { key: "Alt+←" });
  const next = button(texts.next, () => act({ type: "next" }), { key: "Alt+→" });
  const walk = element("div", { class: "buttons" }, [previous, next, place]);
  const editing = element("p", { class: "quiet" });
  const holder = element("div", { class: "fields" });
  const editedFrom = element("p", { class: "quiet" });
  const length = createLength(texts);
  const actions = createActions(options);
  const problem = element("p", { class: "problem", attributes: { role: "alert" } });
  const notice = element("p", { attributes: { role: "status" } });
  const example = createExample(texts);
  let fields = createFields(options, state);

  const show = (now: DemonstrationsState): void => {
    const { draft, given, answering } = now;
    kinds.update(draft);
    place.textContent = given === null ? "" : fill(texts.place, given.place, given.count, given.done);
    walk.classList.toggle("hidden", draft.replaces !== null);
    editing.textContent = draft.replaces === null ? "" : fill(texts.editingLine, draft.replaces.line);
    editing.classList.toggle("hidden", draft.replaces === null);
    editedFrom.textContent =
      answering !== null
        ? fill(texts.answering, answering)
        : draft.editedFrom === null
          ? ""
          : fill(texts.editedFrom, draft.editedFrom.model);
    length.update(now);
    example.update(now);
    actions.update(now);
    fields.lock(answering !== null);
    const said = now.notice;
    problem.textContent = said?.isProblem === true ? said.text : "";
    notice.textContent = said?.isProblem === false ? said.text : "";
  };
  const refill = (now: DemonstrationsState): void => {
    fields = createFields(options, now);
    holder.replaceChildren(fields.root);
  };
  refill(state);
  show(state);
  const parts = [kinds.root, walk, editing, holder, editedFrom, length.root, example.root];
  const ends = [actions.root, problem, notice];
  const attributes = { "aria-label": texts.kind };
  return {
    root: element("section", { class: "composer", attributes }, [...parts, ...ends]),
    focus: () => fields.focus(),
    update: (now: DemonstrationsState, what: DemonstrationsDelta["type"]): void => {
      const before = state.draft;
      state = now;
      if (what === "draft") {
        // One who chooses a kind with the arrow keys goes on choosing; an answer that has come is gone on with.
        const stays = kinds.root.contains(document.activeElement);
        const isSame = before.id === now.draft.id && before.kind === now.draft.kind;
        if (isSame) fields.fill(now.draft);
        else refill(now);
        if (!stays && !isSame) fields.focus();
      }
      if (what === "text") fields.fill(now.draft);
      if (what === "answering" && now.answering === null) fields.focusResponse();
      show(now);
    },
  };
}

function createKinds(texts: Texts, onKind: (kind: DraftKind) => void) {
  const names: Readonly<Record<DraftKind, readonly [string, string]>> = {
    given: [texts.given, texts.givenHint],
    plain: [texts.plain, texts.plainHint],
    "few-shot": [texts.fewShot, texts.fewShotHint],
    "user-based": [texts.userBased, texts.userBasedHint],
  };
  const radios = draftKinds.map((kind) => {
    const radio = element("input", { attributes: { type: "radio", name: "kind", value: kind } });
    radio.addEventListener("change", () => onKind(kind));
    return radio;
  });
  const labels = draftKinds.map((kind, i) => {
    const text = element("span", { text: names[kind][0] });
    return element("label", { class: "check", attributes: { title: names[kind][1] } }, [radios[i], text]);
  });
  const legend = element("legend", { text: texts.kind });
  const hint = element("p", { class: "quiet hint" });
  const root = element("fieldset", { class: "kinds" }, [legend, ...labels, hint]);
  return {
    root,
    update: ({ kind, replaces }: DemonstrationDraft): void => {
      radios.forEach((radio, i) => (radio.checked = draftKinds[i] === kind));
      hint.textContent = names[kind][1];
      root.classList.toggle("hidden", replaces !== null);
    },
  };
}

function createLength(texts: Texts) {
  const size = element("p", { class: "quiet" });
  const fault = element("p", { class: "problem" });
  return {
    root: element("div", { class: "length" }, [size, fault]),
    update: ({ length }: DemonstrationsState): void => {
      if (length === null) return;
      const { unit, prompt, response, words, maxPrompt, context } = length;
      size.textContent =
        unit === "tokens"
          ? fill(texts.tokens, prompt, maxPrompt, response, prompt + response, context)
          : `${fill(texts.characters, prompt, response, words)} ${texts.noTokenizer}`;
      fault.textContent = length.fault === null ? "" : texts[length.fault];
      fault.classList.toggle("hidden", length.fault === null);
    },
  };
}

function createExample(texts: Texts) {
  const summary = element("summary");
  const text = element("p", { class: "text" });
  const root = element("details", {}, [summary, text]);
  return {
    root,
    update: ({ example, draft: { pairs } }: DemonstrationsState): void => {
      const count = pairs.filter(
        ({ query, response }) => query.trim() !== "" || response.trim() !== "",
      ).length;
      summary.textContent = fill(texts.preview, count);
      text.textContent = example ?? "";
      root.classList.toggle("hidden", example === null);
    },
  };
}

function createActions({ texts, act }: ViewOptions) {
  const submit = button(texts.submit, () => act({ type: "submit" }), {
    primary: true,
    key: `${control}Enter`,
  });
  const save = button(texts.saveDraft, () => act({ type: "save" }), { key: `${control}S` });
  const answer = button(texts.answer, () => act({ type: "answer" }));
  const stop = button(texts.stop, () => act({ type: "stopAnswer" }), { key: "Esc" });
  const discard = button(texts.discard, () => act({ type: "discard" }));
  const keepAsNew = button(texts.keepAsNew, () => act({ type: "keepAsNew" }));
  const remove = button("", () => act({ type: "deleteLine" }));
  const buttons = [submit, save, answer, stop, keepAsNew, discard, remove];
  return {
    root: element("div", { class: "buttons" }, buttons),
    update: ({ draft, answering }: DemonstrationsState): void => {
      const line = draft.replaces?.line ?? 0;
      if (submit.firstChild !== null)
        submit.firstChild.textContent = line > 0 ? fill(texts.replace, line) : texts.submit;
      remove.textContent = fill(texts.deleteLine, line);
      for (const each of [keepAsNew, remove]) each.classList.toggle("hidden", line === 0);
      answer.classList.toggle("hidden", answering !== null || draft.kind === "few-shot");
      stop.classList.toggle("hidden", answering === null);
      submit.disabled = answering !== null;
    },
  };
}
