import { boolean, integerFrom, listOf, nullable, object, oneOf, string, union, type Decoded } from "./codec";
import { demonstrationDraft, draftKinds } from "./demonstrationDraft";

// What the host and the demonstrations page say to each other. Files are the truth; the page shows one draft, and one page of the file's lines.

const row = object({
  line: integerFrom(1),
  /** The beginning of the prompt, or of a line that cannot be read. */
  title: string,
  /** The beginning of the response. */
  detail: string,
  author: string,
  /** Why the line gives no demonstration. */
  problem: nullable(string),
});

/** One page of the file's lines, the newest first. */
const list = object({
  query: string,
  problemsOnly: boolean,
  page: integerFrom(0),
  pages: integerFrom(1),
  /** Demonstrations in the file, lines with problems, and lines that the search finds. */
  total: integerFrom(0),
  problems: integerFrom(0),
  found: integerFrom(0),
  rows: listOf(row),
});

/** How long a demonstration is; of a few-shot one, its longest example. Tokens as a model reads them, with template and end. */
const length = object({
  unit: oneOf(["tokens", "characters"]),
  prompt: integerFrom(0),
  response: integerFrom(0),
  words: integerFrom(0),
  maxPrompt: integerFrom(0),
  context: integerFrom(0),
  /** Why training would leave it out. */
  fault: nullable(oneOf(["promptTooLong", "noRoom"])),
});

const given = object({
  /** Place of the prompt among the project's, from 1. */
  place: integerFrom(1),
  count: integerFrom(1),
  /** How many of them this author has demonstrated. */
  done: integerFrom(0),
});

const drafts = listOf(
  object({ id: string, kind: oneOf(draftKinds), title: string, line: nullable(integerFrom(1)) }),
);
const notice = nullable(object({ isProblem: boolean, text: string }));

const state = object({
  project: string,
  /** The demonstrations' file, as rlhf.json names it. */
  file: string,
  author: string,
  useCases: listOf(string),
  draft: demonstrationDraft,
  /** Null while the prompt is the labeler's own. */
  given: nullable(given),
  /** Those that are written down, the open one among them. */
  drafts,
  list,
  /** Null before it is counted. */
  length: nullable(length),
  /** Of a few-shot draft, the prompt of the first example that it makes. */
  example: nullable(string),
  /** The model whose answer is coming. */
  answering: nullable(string),
  canUndo: boolean,
  notice,
});

const delta = union({
  /** Another draft is open, or the host has changed it. */
  draft: { draft: demonstrationDraft, given: nullable(given) },
  drafts: { drafts },
  list: { list, canUndo: boolean },
  length: { length: nullable(length), example: nullable(string) },
  /** More text of the model's answer. */
  text: { text: string },
  answering: { answering: nullable(string) },
  notice: { notice },
  /** A key of the editor: the page sends what was written last, and then asks for it. */
  command: { command: oneOf(["save", "next", "previous"]) },
});

const action = union({
  /** What the labeler has written since; the host keeps it. */
  edit: { draft: demonstrationDraft },
  save: {},
  submit: {},
  kind: { kind: oneOf(draftKinds) },
  next: {},
  previous: {},
  openDraft: { id: string },
  discard: {},
  openLine: { line: integerFrom(1) },
  /** Lets a draft of a line stand for itself, when the line has changed meanwhile. */
  keepAsNew: {},
  deleteLine: {},
  undo: {},
  search: { query: string, problemsOnly: boolean, page: integerFrom(0) },
  openText: { line: nullable(integerFrom(1)) },
  answer: {},
  stopAnswer: {},
});

/** The texts of the page by name; the host gives them in the editor's language. */
export const demonstrationTextKeys = [
  ...["title", "inFile", "openText", "undo", "undoHint", "drafts", "draftOfLine", "untitled"],
  ...[
    "kind",
    "given",
    "plain",
    "fewShot",
    "userBased",
    "givenHint",
    "plainHint",
    "fewShotHint",
    "userBasedHint",
    "place",
  ],
  ...[
    "prompt",
    "instruction",
    "ownPrompt",
    "useCase",
    "chooseUseCase",
    "response",
    "responseHint",
    "pairs",
    "pair",
    "query",
  ],
  ...[
    "pairResponse",
    "preview",
    "editedFrom",
    "editingLine",
    "tokens",
    "characters",
    "noTokenizer",
    "promptTooLong",
    "noRoom",
  ],
  ...[
    "previous",
    "next",
    "addPair",
    "removePair",
    "answer",
    "answering",
    "stop",
    "submit",
    "replace",
    "saveDraft",
    "discard",
  ],
  ...[
    "keepAsNew",
    "deleteLine",
    "list",
    "search",
    "problemsOnly",
    "found",
    "empty",
    "noneFound",
    "newer",
    "older",
    "pageOf",
    "edit",
  ],
  ...[
    "lineOf",
    "by",
    "useCaseGeneration",
    "useCaseOpenQa",
    "useCaseBrainstorming",
    "useCaseChat",
    "useCaseRewrite",
  ],
  ...["useCaseSummarization", "useCaseClassification", "useCaseOther", "useCaseClosedQa", "useCaseExtract"],
] as const;
export type DemonstrationTextKey = (typeof demonstrationTextKeys)[number];

const texts = object(Object.fromEntries(demonstrationTextKeys.map((key) => [key, string])));

export const demonstrationMessages = { texts, state, delta, action } as const;

/** What the editor keeps of the page for the next start. */
export const keptDemonstrations = object({ project: string, draft: demonstrationDraft });

export type DemonstrationsState = Decoded<typeof state>;
export type DemonstrationsDelta = Decoded<typeof delta>;
export type DemonstrationsCommand = Extract<DemonstrationsDelta, { readonly type: "command" }>["command"];
export type DemonstrationsAction = Decoded<typeof action>;
export type DemonstrationList = Decoded<typeof list>;
export type DemonstrationRow = Decoded<typeof row>;
export type DraftLength = Decoded<typeof length>;
export type GivenPrompt = Decoded<typeof given>;

/** The state after a change. Host and page apply the same one, so they can never show different things. */
export function applyDemonstrationsDelta(
  before: DemonstrationsState,
  change: DemonstrationsDelta,
): DemonstrationsState {
  switch (change.type) {
    case "draft":
      return { ...before, draft: change.draft, given: change.given };
    case "drafts":
      return { ...before, drafts: change.drafts };
    case "list":
      return { ...before, list: change.list, canUndo: change.canUndo };
    case "length":
      return { ...before, length: change.length, example: change.example };
    case "text": {
      const { draft: open } = before;
      return { ...before, draft: { ...open, response: open.response + change.text } };
    }
    case "answering":
      return { ...before, answering: change.answering };
    case "notice":
      return { ...before, notice: change.notice };
    case "command":
      return before;
  }
}
