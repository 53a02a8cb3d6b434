import type { RankingCommand, RankingTextKey } from "../../extension/protocol/rankingMessages";

/** The keys as they stand on controls and in the list of keys; package.json binds them, and a test compares both. */
export const shownKeys: Readonly<Record<RankingCommand, string>> = {
  letter: "A–I",
  rank: "1–9",
  likert: "Shift+1–7",
  tie: "=",
  up: "Alt+↑",
  down: "Alt+↓",
  flags: "M",
  note: "T",
  unrankable: "N",
  skip: "S",
  submit: "Enter",
  next: "Alt+→",
  previous: "Alt+←",
  nextOpen: "O",
  diff: "V",
  fold: "Z",
  axis: "X",
  guidelines: "R",
  undo: "Ctrl+Z",
  redo: "Ctrl+Y",
  help: "?",
  escape: "Esc",
};

/** The list of keys: what each does, in the order in which a labeler needs them. */
export const keyList: readonly (readonly [keys: string, text: RankingTextKey])[] = [
  [shownKeys.letter, "keyLetter"],
  [shownKeys.rank, "keyRank"],
  ["0", "keyUnranked"],
  [shownKeys.tie, "keyTie"],
  [`${shownKeys.up}  ${shownKeys.down}`, "keyMove"],
  [shownKeys.likert, "keyLikert"],
  [shownKeys.flags, "keyFlags"],
  [shownKeys.note, "keyNote"],
  [shownKeys.submit, "keySubmit"],
  [shownKeys.skip, "keySkip"],
  [shownKeys.unrankable, "keyUnrankable"],
  [`${shownKeys.previous}  ${shownKeys.next}`, "keyItems"],
  [shownKeys.nextOpen, "keyNextOpen"],
  [shownKeys.diff, "keyDiff"],
  [shownKeys.fold, "keyFold"],
  [shownKeys.axis, "keyAxis"],
  [shownKeys.guidelines, "keyGuidelines"],
  ["Ctrl+S", "keySave"],
  [`${shownKeys.undo}  ${shownKeys.redo}`, "keyUndo"],
  [shownKeys.escape, "keyEscape"],
  [shownKeys.help, "keyHelp"],
];

/** The letter of a card by its place, and of a flag in an open list. */
export const letterOf = (index: number): string => String.fromCharCode(65 + index);

/** The place that a letter stands for; −1 for what is none. */
export const indexOfLetter = (letter: string): number =>
  /^[a-z]$/i.test(letter) ? letter.toUpperCase().charCodeAt(0) - 65 : -1;

/** How many flags have a letter: a to l. */
export const lettersOfFlags = 12;
