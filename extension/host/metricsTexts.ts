import type { MetricsTextKey } from "../protocol/metricsMessages";
import { t } from "./text";

/** The texts of the metrics page, which has no translations of its own. */
export function metricsTexts(): Readonly<Record<MetricsTextKey, string>> {
  return { ...runTexts(), ...pointTexts(), ...displayTexts(), ...chartTexts(), ...frontierTexts() };
}

function runTexts() {
  return {
    title: t("Metrics: {0}"),
    runs: t("Runs in the charts"),
    pause: t("Pause"),
    resume: t("Resume"),
    stop: t("Stop"),
    checkpoint: t("Save Checkpoint"),
    change: t("Change a Setting"),
    report: t("Open Report"),
    copyMarkdown: t("Copy as Markdown"),
    runControls: t("Controls of {0}"),
    iterationOf: t("iteration {0} of {1}"),
    health: t("Health"),
    evidence: t("{0}, iterations {1} to {2}"),
    changes: t("Live changes"),
    changeAt: t("From iteration {0}: {1} from {2} to {3}, by {4}"),
    pins: t("Pinned notes"),
    pinAt: t("Iteration {0}: {1}"),
    unpin: t("Unpin"),
    setting: t("Setting"),
    newValue: t("New value"),
    apply: t("Apply"),
  };
}

function pointTexts() {
  return {
    point: t("The chosen point"),
    pointOf: t("{0}, iteration {1}"),
    rollouts: t("Show Rollouts"),
    branch: t("Branch"),
    rollBack: t("Roll Back"),
    fromCheckpoint: t("from checkpoint {0}"),
    noCheckpoint: t("no checkpoint up to here"),
    note: t("Note"),
    notePlaceholder: t("What happened here?"),
    pin: t("Pin"),
    close: t("Close"),
  };
}

function displayTexts() {
  return {
    display: t("Display"),
    axis: t("Axis"),
    axisIteration: t("iteration"),
    axisEpisodes: t("episodes"),
    axisTokens: t("tokens"),
    axisWallSeconds: t("seconds since the beginning"),
    axisKl: t("KL, nats"),
    axisSqrtKl: t("√KL"),
    smoothing: t("Smoothing"),
    log: t("Log scale"),
    logImpossible: t("Not all values are above 0, so the scale stays linear."),
    ignoreOutliers: t("Ignore outliers"),
    tables: t("Tables"),
    resetZoom: t("Reset Zoom"),
    exportEvents: t("Export for TensorBoard…"),
    groupBy: t("Group by"),
    groupNone: t("nothing"),
    firstScreen: t("At a glance"),
    empty: t("The run is gone."),
    waiting: t("There are no metrics yet. They appear as the run reports them."),
  };
}

function chartTexts() {
  return {
    noValues: t("No values along this axis."),
    coefficient: t("KL coefficient β"),
    export: t("Export"),
    unit: t("Unit"),
    formula: t("Formula"),
    source: t("Source"),
    healthy: t("Healthy"),
    healthyBetween: t("{0} to {1}"),
    healthyAtLeast: t("{0} or more"),
    healthyAtMost: t("{0} or less"),
    outside: t("outside of what is healthy: {0}"),
    notFinite: t("a finite number"),
    chartOf: t("Chart of {0}"),
    chartHelp: t(
      "Left and right arrow keys go from value to value, with Shift by ten; Enter chooses a point; Escape shows everything again. With the mouse, drag to zoom, hold Shift to move along, double-click to show everything.",
    ),
    saidPoint: t("At {0}: {1}"),
    saidNothing: t("No values here."),
    table: t("Values of {0}"),
    from: t("From"),
    to: t("To"),
    least: t("Least"),
    most: t("Most"),
    last: t("Last"),
  };
}

function frontierTexts() {
  return {
    frontier: t("Over-optimisation: score against √KL"),
    frontierHint: t(
      "Each point is an iteration. Where the law bends down, or held-out scores fall while the score goes on rising, the policy exploits the reward model.",
    ),
    frontierFit: t("Law: score = {0} + d·({1} − {2}·ln d), d = √KL; R² = {3}"),
    frontierNoFit: t("The points do not determine the law yet."),
    frontierStopHeldOut: t("Stop at √KL = {0}: the held-out score is highest there, {1}."),
    frontierStopLaw: t(
      "By the law the score is highest at √KL = {0}: going on beyond costs more than it brings.",
    ),
    frontierNoStop: t("Nothing says to stop yet."),
    frontierBest: t("best of n of the start, KL = ln n − (n − 1)/n"),
    frontierLaw: t("law of {0}"),
    frontierHeldOut: t("{0}, held-out prompts"),
    frontierMeasured: t("{0}, score that is not rewarded (scale at the right)"),
  };
}
