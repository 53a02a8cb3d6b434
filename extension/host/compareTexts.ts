import type { CompareTextKey } from "../protocol/compareMessages";
import { t } from "./text";

/** The texts of the page that compares runs, which has no translations of its own. */
export function compareTexts(): Readonly<Record<CompareTextKey, string>> {
  return { ...runTexts(), ...originTexts(), ...metricTexts(), ...answerTexts(), ...lineageTexts() };
}

function runTexts() {
  return {
    title: t("{0} runs compared"),
    runs: t("Compared runs"),
    run: t("run"),
    state: t("state"),
    baseline: t("Baseline"),
    isBaseline: t("baseline"),
    makeBaseline: t("Compare with {0}"),
    remove: t("Remove"),
    removeOf: t("Take {0} out of the comparison"),
    add: t("Add"),
    addHint: t("Run to add"),
    addNone: t("All runs of the project are compared."),
    tooFew: t("Add a run: there is nothing to compare yet."),
    copyMarkdown: t("Copy as Markdown"),
    openMetrics: t("Open Metrics"),
    openReport: t("Open Report"),
    saidAdded: t("{0} is compared now."),
    saidRemoved: t("{0} is not compared any more."),
    saidBaseline: t("Compared with {0}."),
  };
}

function originTexts() {
  return {
    settings: t("Settings"),
    showAll: t("Show what is the same too"),
    setting: t("setting"),
    settingsSame: t("All settings are the same."),
    changedFrom: t("from iteration {0}: {1}, by {2}"),
    origins: t("Where they come from"),
    origin: t("origin"),
    seed: t("seed"),
    parent: t("parent: {0}"),
    input: t("input: {0}"),
    code: t("version"),
    backend: t("backend"),
    sameData: t("The runs read the same data."),
    otherData: t("The runs read different data: {0}."),
    otherParents: t("They come from different models: {0}."),
    differs: t("differs"),
    same: t("same"),
    none: t("none"),
  };
}

function metricTexts() {
  return {
    metrics: t("Metrics"),
    metric: t("metric"),
    figure: t("Figure"),
    final: t("mean of the end"),
    last: t("last value"),
    best: t("best value"),
    least: t("least value"),
    most: t("greatest value"),
    step: t("value at an iteration"),
    iteration: t("Iteration"),
    metricsNone: t("There are no metrics yet."),
    filter: t("Filter metrics"),
    bestAt: t("best {0} at iteration {1}"),
    interval: t("{0} to {1}"),
    around: t("mean around it {0} to {1}"),
    intervalHint: t(
      "The end of a curve is its last tenth, five values at least. Intervals cover 95 %. Whether a difference is clear is judged by the intervals, as if the runs were independent.",
    ),
    batchMeans: t("batch means of {0} values"),
    wilson: t("Wilson's interval over prompts"),
    student: t("Student's interval over prompts"),
    noInterval: t("no interval"),
    better: t("better"),
    worse: t("worse"),
    unclear: t("not clear"),
    higher: t("higher"),
    lower: t("lower"),
    equal: t("equal"),
    higherBetter: t("higher is better"),
    lowerBetter: t("lower is better"),
    course: t("Course of {0}: from {1} to {2}"),
    groups: t("Runs that differ in their seed alone"),
    groupsHint: t("Mean over the seeds with Student's interval; each seed counts once."),
    group: t("Seeds {0}"),
    groupSeeds: t("{0} seeds"),
  };
}

function answerTexts() {
  return {
    answers: t("Answers to the same prompts"),
    answersNone: t(
      "No two of these runs have answered the same prompt. Evaluations and the rollouts of PPO have answers.",
    ),
    prompt: t("Prompt"),
    promptOf: t("Prompt {0} of {1}"),
    previous: t("Previous"),
    next: t("Next"),
    promptKeys: t("The arrow keys go through the prompts."),
    noAnswer: t("No answer to this prompt."),
    score: t("score {0}"),
    fromEvaluation: t("evaluation {0}"),
    fromRollout: t("rollout of iteration {0}"),
    sameAnswer: t("The same as the baseline's answer."),
    tooFar: t("Too different to be compared word by word."),
    wordDiff: t("Mark words that differ from the baseline"),
    more: t("The first {0} of {1} prompts."),
  };
}

function lineageTexts() {
  return {
    lineage: t("Lineage"),
    lineageHint: t("What the runs come from, from left to right. Enter opens a run's metrics."),
    lineageList: t("As a list"),
    compared: t("compared"),
    noParents: t("starts from nothing"),
  };
}
