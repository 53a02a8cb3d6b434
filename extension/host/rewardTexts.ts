import type { RewardTextKey } from "../protocol/rewardMessages";
import { t } from "./text";

/** The texts of the reward inspector, which has no translations of its own. */
export function rewardTexts(): Readonly<Record<RewardTextKey, string>> {
  return { ...headTexts(), ...accuracyTexts(), ...plotTexts(), ...labelTexts(), ...probeTexts() };
}

function headTexts() {
  return {
    title: t("Rewards of {0}"),
    counted: t("Axis {0}: {1} labels, {2} decided pairs, {3} of them ordered the other way round."),
    inspect: t("Inspect Again"),
    inspecting: t("Scoring… {0} of {1}"),
    notYet: t("This reward model has not been inspected yet."),
    showLog: t("Show Log"),
    corrections: t("Labels that have changed since this model read them: {0}. Stale reward models: {1}."),
    trainAgain: t("Train Again"),
    measuredOn: t("Measured on"),
    training: t("training labels"),
    validation: t("validation labels"),
    heldOut: t("held-out labelers"),
    table: t("As a table"),
    range: t("range"),
    axes: t("Other reward models"),
    axesHint: t("Axes that were labelled apart have a reward model each; here they stand side by side."),
    axisColumn: t("axis"),
    thisModel: t("this model"),
    notInspected: t("not inspected yet"),
    openModel: t("Open"),
    openModelOf: t("Open the inspector of {0}"),
    axisOf: t("Axis {0}: {1}"),
    notInspectedAxis: t("Not inspected yet: open it from the table below."),
    inspected: t("Inspected. {0}"),
  };
}

function accuracyTexts() {
  return {
    accuracy: t("Accuracy"),
    accuracyHint: t(
      "How often the model scores what people preferred higher, with its 95 % interval over prompts.",
    ),
    name: t("labels"),
    pairs: t("pairs"),
    share: t("accuracy"),
    interval: t("95 % interval"),
    ceiling: t("noise ceiling"),
    ceilingHint: t(
      "The best that labels as noisy as these allow, from {0} second opinions of other labelers.",
    ),
    noCeiling: t("Nobody else has ranked the same responses, so the ceiling cannot be known."),
    byLabeler: t("By labeler"),
    byDistance: t("By rank distance"),
    byPromptKind: t("By kind of prompt"),
    byUseCase: t("By use case"),
    distance: t("{0} apart"),
  };
}

function plotTexts() {
  return {
    distributions: t("Scores"),
    distributionsHint: t(
      "Each curve is the share of its responses. The mean of the demonstrations is marked; training puts it at 0.",
    ),
    demonstrations: t("demonstrations"),
    chosen: t("preferred"),
    rejected: t("not preferred"),
    sft: t("SFT answers"),
    ppo: t("PPO answers"),
    loggedHint: t(
      "PPO answers, and SFT answers beside them, are episodes that the PPO run logged; among them are the best and the worst of each batch, so their ends reach further than those of all answers.",
    ),
    binsHint: t("Choose a bar to list what lies in it"),
    bin: t("{0}: {1}"),
    binAnswers: t("Scores of {0}: {1} in all, some of them below, spread evenly"),
    binPairs: t("Margins of {0}: {1} pairs in all, some of them below, spread evenly"),
    meanOfDemonstrations: t("mean of demonstrations: {0}"),
    source: t("from where"),
    count: t("number"),
    mean: t("mean"),
    deviation: t("standard deviation"),
    least: t("least"),
    most: t("most"),
    calibration: t("Calibration"),
    calibrationHint: t(
      "How sure the model is of its favourite, against how often people prefer it. Calibration error: {0}.",
    ),
    predicted: t("predicted"),
    observed: t("observed"),
    margins: t("Margins"),
    marginsHint: t(
      "Score of the preferred response less that of the other. Below 0 the model disagrees. Mean {0}, median {1}.",
    ),
    margin: t("margin"),
    zero: t("0: no preference"),
    length: t("Score and length"),
    lengthHint: t(
      "Correlation {0} over all responses, {1} within prompts. Of two responses the longer is preferred by the model in {2}, by people in {3} of {4} pairs.",
    ),
    tokens: t("tokens"),
    score: t("score"),
  };
}

function labelTexts() {
  return {
    worst: t("Where the model disagrees most with people"),
    worstHint: t(
      "Pairs that it orders the other way round, the greatest difference first. Some show what it has not learned, some are slips of a labeler.",
    ),
    worstNone: t("It orders every pair of these labels as people did."),
    shownOf: t("{0} of {1} shown"),
    more: t("Show More"),
    preferred: t("People prefer ({0})"),
    modelPrefers: t("The model prefers ({0})"),
    openItem: t("Open Item"),
    openItemOf: t("Open the item {0} in the ranking editor"),
    noItem: t("imported, so there is no item to open"),
    changedSince: t("Changed since. Stale: {0}"),
    goneSince: t("Counts no more. Stale: {0}"),
    labels: t("Labels that this model has read"),
    filter: t("Filter"),
    filterHint: t("A part of the prompt, the labeler or the label's id"),
    rightOf: t("{0} of {1} pairs right"),
    who: t("Who Read It"),
    whoOf: t("Which reward models have read {0}"),
    useModels: t(
      "Reward models that have read it: {0}. How their scores would change shows only when they are trained again.",
    ),
    usePolicies: t("PPO runs with their rewards: {0}."),
    useNone: t("No reward model has read it."),
    stale: t("{0} ({1}, as it was before)"),
    readIn: t("{0} ({1})"),
  };
}

function probeTexts() {
  return {
    probe: t("Probe"),
    probeHint: t("Type a prompt and an answer, and see the score follow."),
    prompt: t("Prompt"),
    promptHint: t("What was asked"),
    response: t("Answer"),
    responseHint: t("What the model is to score"),
    save: t("Keep as Probe"),
    loading: t("Loading the model…"),
    saidScore: t("Score {0}"),
    running: t("Score after each token"),
    runningHint: t("The model was trained at the end alone; on the way it shows where the score comes from."),
    end: t("end of text"),
    change: t("change"),
    wordsHint: t("What each word is worth: the score falls by so much when it is left out."),
    word: t("word"),
    effect: t("worth"),
    variants: t("Changes with a known answer"),
    variant: t("what is changed"),
    polite: t("politeness added"),
    padded: t("padded with filler"),
    repeated: t("said twice"),
    flipped: t("a fact turned round"),
    refused: t("refused"),
    notApplicable: t("nothing to change"),
    saved: t("Probes of this project"),
    savedNone: t(
      "None yet. Those that you keep are scored by every reward model that is inspected; they lie in labels/probes.json.",
    ),
    load: t("Try"),
    loadOf: t("Try the probe {0}"),
    remove: t("Remove"),
    removeOf: t("Remove the probe {0}"),
  };
}
