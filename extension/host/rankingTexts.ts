import type { RankingTextKey } from "../protocol/rankingMessages";
import { t } from "./text";

/** The texts of the ranking page, which has no translations of its own. */
export function rankingTexts(): Readonly<Record<RankingTextKey, string>> {
  return { ...itemTexts(), ...judgingTexts(), ...controlTexts(), ...saidTexts(), ...keyTexts() };
}

function itemTexts() {
  return {
    title: t("Ranking"),
    prompt: t("Prompt"),
    answer: t("Answer {0}"),
    answers: t("Answers"),
    source: t("From {0}"),
    reason: t("Asked now because: {0}"),
    more: t("Show more"),
    less: t("Show less"),
    diffOf: t("Compared with {0} word by word: added, removed"),
    diffTooLong: t("Too different from {0} to compare word by word"),
    same: t("The same words as {0}"),
    control: t("Control characters are shown as signs, such as ␛ or [U+202E]."),
    itemOf: t("Item {0} of {1}"),
    progress: t("{0} of {1} done"),
    team: t("Team: {0} of {1}, labelers: {2}"),
    statusNone: t("Not begun"),
    statusDraft: t("Draft"),
    statusSubmitted: t("Submitted"),
    statusSkipped: t("Skipped"),
    statusUnrankable: t("No order"),
    readOnly: t("This ranking cannot be changed here: it is somebody else's, or the file cannot be written."),
    empty: t("This batch has no items to rank."),
    problemLine: t("Line {0}:"),
    openText: t("Open as Text"),
  };
}

function judgingTexts() {
  return {
    ranking: t("Ranking"),
    rankingBy: t("Ranking: {0}"),
    axisOverall: t("Overall"),
    axisInstruction: t("Follows the instruction"),
    axisPreference: t("Personal preference"),
    rank: t("rank {0}"),
    unranked: t("unranked"),
    tiedWith: t("tied with {0}"),
    quality: t("Quality"),
    qualityOf: t("Quality of {0}, 1 to 7"),
    qualityLow: t("poor"),
    qualityHigh: t("excellent"),
    flags: t("Flags"),
    flagsOf: t("of {0}"),
    flagsHint: t("A letter ticks its line; Esc closes the list."),
    noteOf: t("Note on {0}"),
    notePlaceholder: t("Note"),
  };
}

function controlTexts() {
  return {
    submit: t("Submit"),
    skip: t("Skip"),
    skipReason: t("Why skip it?"),
    skipHint: t("Enter skips, with or without a reason; Esc goes back."),
    unrankable: t("None Can Be Ranked"),
    diff: t("Compare Words"),
    reopen: t("Take Up Again"),
    previous: t("Previous"),
    next: t("Next"),
    nextOpen: t("Next Open"),
    guidelines: t("Guidelines"),
    keys: t("Keys"),
    keysHint: t("They work while the page has the focus and no field is being written in."),
    close: t("Close"),
  };
}

function saidTexts() {
  return {
    saidRank: t("{0} moved to rank {1}"),
    saidTied: t("{0} moved to rank {1}, tied with {2}"),
    saidUnranked: t("{0} has no rank"),
    saidQuality: t("{0}: quality {1} of 7"),
    saidNoQuality: t("{0}: no quality"),
    saidFlagOn: t("{0}: yes, {1}"),
    saidFlagOff: t("{0}: not, {1}"),
    saidSubmitted: t("Item {0} submitted"),
    saidSkipped: t("Item {0} skipped"),
    saidUnrankable: t("Item {0}: none can be ranked"),
    saidReopened: t("The item is a draft again"),
    saidFinished: t("This item is finished. Take it up again to change it."),
    saidItem: t("Item {0} of {1}"),
    saidMissing: t("Still without a rank: {0} ({1})"),
    saidShownOrder: t(
      "This is exactly the order in which the answers were shown. Submit again if you mean it.",
    ),
    saidDiffOn: t("The answers are compared with {0}"),
    saidDiffOff: t("The answers are shown as they are"),
    saidAxis: t("Ranking: {0}"),
    saidFirst: t("This is the first item."),
    saidLast: t("This is the last item."),
    saidTopRank: t("{0} has the best rank already"),
    saidLowRank: t("{0}: ranks end at {1}"),
    saidNoneAbove: t("{0}: nothing above to tie with"),
    allDone: t("All items are done. Thank you!"),
  };
}

function keyTexts() {
  return {
    keyLetter: t("go to an answer; in an open list of flags, tick a flag"),
    keyRank: t("give the answer this rank; the same rank makes a tie"),
    keyUnranked: t("take the answer out of the ranking"),
    keyTie: t("tie it with the one above"),
    keyMove: t("one rank better, one rank worse"),
    keyLikert: t("quality, 1 poor to 7 excellent; the same again takes it back"),
    keyFlags: t("open or close the flags"),
    keyNote: t("write a note; Esc leaves it"),
    keySubmit: t("submit and open the next item"),
    keySkip: t("skip this item, with a reason"),
    keyUnrankable: t("none of the answers can be ranked"),
    keyItems: t("previous item, next item"),
    keyNextOpen: t("next item that is not done"),
    keyDiff: t("mark what differs from this answer, word by word"),
    keyFold: t("show a long answer in full, or fold it"),
    keyAxis: t("switch between the two rankings"),
    keyGuidelines: t("open the guidelines"),
    keySave: t("save the drafts"),
    keyUndo: t("undo, and redo"),
    keyEscape: t("leave a field, a list or the comparison"),
    keyHelp: t("show this list"),
  };
}
