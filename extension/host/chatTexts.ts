import type { ChatTextKey } from "../protocol/chatMessages";
import { t } from "./text";

/** The texts of the chat page, which has no translations of its own. */
export function chatTexts(): Readonly<Record<ChatTextKey, string>> {
  return { ...controlTexts(), ...answerTexts(), ...voteTexts() };
}

function controlTexts() {
  return {
    chatTitle: t("Chat with a Policy"),
    blindTitle: t("Blind A/B"),
    ask: t("Ask"),
    askLabel: t("Your prompt"),
    askPlaceholder: t("Enter asks, Shift+Enter begins a new line, Esc stops"),
    stop: t("Stop"),
    next: t("Next Prompt"),
    nextHint: t("Asks a prompt that no training has seen"),
    settings: t("Sampling"),
    temperature: t("Temperature"),
    temperatureHint: t("0 takes the likeliest token, 1 samples as trained; up to 5"),
    length: t("Longest answer"),
    lengthHint: t("Tokens, 1 to 4096"),
    seed: t("Seed"),
    seedHint: t("The same seed gives the same answer; empty draws one each time"),
    wrongSetting: t("{0}: give a number from {1} to {2}."),
    models: t("Models"),
    change: t("Change"),
    changeOf: t("Change {0}"),
    add: t("Compare with Another"),
    remove: t("Remove"),
    removeOf: t("Remove {0}"),
    loading: t("Loading the models…"),
    down: t("The models are not running; the next prompt starts them again."),
    showLog: t("Show Log"),
  };
}

function answerTexts() {
  return {
    emptyChat: t("Ask the policy anything. Models this small know only what they were trained on."),
    emptyBlind: t("Two models answer each prompt without their names. Vote, and the names are shown."),
    conversation: t("Conversation"),
    prompt: t("Prompt"),
    answerOf: t("Answer of {0}"),
    firstAnswer: t("Answer 1"),
    secondAnswer: t("Answer 2"),
    waiting: t("Waiting…"),
    cancelled: t("Stopped"),
    cut: t("Ended at the longest length"),
    failed: t("Failed"),
    copy: t("Copy"),
    copyOf: t("Copy the answer of {0}"),
    drawnWith: t("Temperature {0}, seed {1}"),
    saidAnswer: t("{0} has answered: {1}"),
    saidBoth: t("Both have answered. Answer 1: {0} Answer 2: {1} Vote now."),
    saidStopped: t("Stopped."),
  };
}

function voteTexts() {
  return {
    voteGroup: t("Which answer is better?"),
    left: t("1 is better"),
    right: t("2 is better"),
    tie: t("Tie"),
    bothBad: t("Both bad"),
    skip: t("Skip"),
    votedLeft: t("Answer 1, {0}, is better than answer 2, {1}."),
    votedRight: t("Answer 2, {1}, is better than answer 1, {0}."),
    votedTie: t("A tie of {0} and {1}."),
    votedBothBad: t("{0} and {1} are both bad; stored as a tie."),
    votedSkip: t("Skipped, nothing stored: {0} and {1}."),
    score: t("{0} is preferred over {1}: {2} % (95 % interval {4}–{5} %), votes: {3}."),
    scoreNone: t("No votes about these two yet."),
    scoreTies: t("Ties: {0}, both bad: {1}."),
    scoreHint: t("A tie counts one half. The votes are stored in the project's comparisons."),
  };
}
