import type { RolloutTextKey } from "../protocol/rolloutMessages";
import { t } from "./text";

/** The texts of the rollouts page, which has no translations of its own. */
export function rolloutTexts(): Readonly<Record<RolloutTextKey, string>> {
  return { ...listTexts(), ...episodeTexts(), ...quantityTexts(), ...termTexts(), ...historyTexts() };
}

function listTexts() {
  return {
    title: t("Rollouts of {0}"),
    previous: t("Previous Iteration"),
    next: t("Next Iteration"),
    iterationOf: t("Iteration {0}"),
    newest: t("Show the Newest, Iteration {0}"),
    none: t("The run has logged no episodes yet."),
    problems: t("What cannot be read"),
    listLabel: t("Episodes of iteration {0}"),
    listHint: t("↑ ↓ choose, Enter opens, ← → change the iteration. A heading sorts."),
    columnPrompt: t("Prompt"),
    columnResponse: t("Response"),
    columnScore: t("Score"),
    columnKl: t("KL, nats"),
    columnLength: t("Tokens"),
    columnAdvantage: t("Mean advantage"),
    open: t("Open episode {0}: {1}"),
    saidIteration: t("Iteration {0}, episodes: {1}."),
    saidNewer: t("Iteration {0} is there."),
  };
}

function episodeTexts() {
  return {
    back: t("All Episodes"),
    previousEpisode: t("Previous Episode"),
    nextEpisode: t("Next Episode"),
    episodeTitle: t("Iteration {0}, episode {1}"),
    facts: t("Score {0} · KL {1} nats · tokens: {2} · {3}"),
    ended: t("ended by itself"),
    cut: t("ended at the longest length"),
    prompt: t("Prompt"),
    response: t("Response"),
    tokens: t("Tokens of the response"),
    tokensHint: t("← → go from token to token; so does pointing at one."),
    signs: t("· is a space, ⏎ a line break, ⇥ a tab; hexadecimal digits are a part of a character."),
    quantity: t("Colour by"),
    legendBelow: t("▼ below {0}, down to {1}"),
    legendAbove: t("▲ above {0}, up to {1}"),
    legendNone: t("All are {0}."),
    tokenTitle: t("Token {0} of {1}"),
    tokenId: t("number {0} of the vocabulary"),
    numbers: t("Its numbers"),
    terms: t("Its terms of the objective"),
    policyTop: t("Likeliest of the policy"),
    referenceTop: t("Likeliest of the reference"),
    noAlternatives: t("none recorded"),
    chosen: t("the one sampled"),
    probability: t("Probability"),
    table: t("All tokens as a table"),
    columnToken: t("Token"),
    copy: t("Copy as Markdown"),
    send: t("Send to Labels"),
    sending: t("Sampling responses…"),
    sendHint: t("Samples fresh responses to this prompt and opens them to be ranked"),
  };
}

function quantityTexts() {
  return {
    reward: t("Reward"),
    kl: t("KL contribution"),
    advantage: t("Advantage"),
    value: t("Value"),
    ratio: t("Ratio after the update"),
    logprob: t("Log-probability"),
    referenceLogprob: t("Log-probability of the reference"),
    entropy: t("Entropy"),
    return: t("Return"),
  };
}

function termTexts() {
  return {
    termKl: t("KL contribution"),
    termReward: t("Reward"),
    termScore: t("Score that enters the reward: s divides scores, p is the penalty where the end is missing"),
    termDelta: t("Temporal difference"),
    termEstimate: t("Advantage by GAE"),
    termWhitened: t("Advantage as trained on, whitened over all episodes of the iteration"),
    termSame: t("Advantage as trained on"),
    termLoss: t("Clipped loss after the iteration’s updates, to be minimised"),
    termNoUpdate: t("Iteration 0 measures the starting policy: no update follows."),
    noConstants: t("The settings of the run cannot be read, so the terms cannot be written out."),
    scoreUnknown: t("No checkpoint of the run says by which number scores are divided."),
    sums: t("Sum over the response"),
    sumRewards: t("Sum of the rewards above"),
    sumObjective: t("Score′ less the KL penalty: one response in eq. 2 of Ouyang et al. 2022"),
    agrees: t("✓ Both agree to 1e-5."),
    differs: t("✗ They differ by {0}."),
    sumUnknown: t("They cannot be compared: β or the number that divides scores is not recorded."),
    sumWhitened: t(
      "They cannot be compared: this run whitens its rewards over all episodes of the iteration.",
    ),
  };
}

function historyTexts() {
  return {
    history: t("The same prompt over time"),
    historyLoading: t("Looking through the iterations…"),
    historyOnce: t("No other iteration has logged an episode of this prompt."),
    historySlider: t("Answer"),
    historyAt: t("Iteration {0}: score {1}, KL {2} nats"),
    historyFirst: t("The first answer, of iteration {0}"),
    historyStart: t("The answer of the starting policy, before any update"),
    historyDiff: t("Compared with the first answer: added words are underlined, removed ones struck out."),
    historyFar: t("They differ in too many words to be compared."),
    historyOpen: t("Open This Episode"),
  };
}
