import {
  anyNumber,
  boolean,
  integerFrom,
  listOf,
  nullable,
  object,
  oneOf,
  string,
  union,
  type Decoded,
} from "./codec";
import { accuracyDecoder, figuresDecoder, inspectionDecoder, inspectionGroups } from "./inspectionFormat";
import { probeDecoder } from "./probeFormat";
import { probeToken, probeVariant, probeWord } from "./probeProtocol";

// What the host and the reward inspector say to each other. The host holds the truth; the page shows it and asks.

const count = integerFrom(0);

/** Another reward model of the project, as far as somebody has looked at it. */
const otherModel = object({
  run: string,
  name: string,
  axis: string,
  /** Null before it has been inspected. */
  summary: nullable(
    object({
      accuracy: nullable(accuracyDecoder),
      calibrationError: anyNumber,
      lengthWithinPrompt: anyNumber,
    }),
  ),
  /** Of the newest inspected model of each other axis, for the charts side by side: what its `summary` is of, without examples. */
  figures: nullable(figuresDecoder),
  probes: listOf(object({ id: string, score: anyNumber })),
});

/** A label that has been changed or taken back since reward models read it, and the runs that read the old one. */
const correction = object({ id: string, isGone: boolean, models: listOf(string) });

/** Which reward models read a label and in which group, and the PPO runs whose rewards come from one of them. */
const use = object({
  id: string,
  models: listOf(object({ run: string, group: oneOf(inspectionGroups), isStale: boolean })),
  policies: listOf(object({ run: string, rewardModel: string })),
});

const probing = object({
  status: oneOf(["off", "loading", "ready", "down"]),
  problem: nullable(string),
});

/** The newest answer of the probe; `words` and `variants` come after the score. */
const probeResult = object({
  id: count,
  score: anyNumber,
  tokens: listOf(probeToken),
  words: nullable(listOf(probeWord)),
  variants: nullable(listOf(probeVariant)),
});

const working = object({
  isInspecting: boolean,
  done: count,
  total: count,
  /** Why the last attempt failed, in a sentence. */
  problem: nullable(string),
});

const state = object({
  project: string,
  run: string,
  name: string,
  working,
  /** Null before somebody has looked at this model. */
  inspection: nullable(inspectionDecoder),
  others: listOf(otherModel),
  corrections: listOf(correction),
  use: nullable(use),
  probes: listOf(probeDecoder),
  probing,
  result: nullable(probeResult),
});

const delta = union({
  working: { working },
  corrections: { corrections: listOf(correction) },
  use: { use: nullable(use) },
  probes: { probes: listOf(probeDecoder) },
  probing: { probing },
  result: { result: nullable(probeResult) },
});

const action = union({
  inspect: {},
  /** Opens the item of a label in the ranking editor. */
  openLabel: { id: string },
  /** Asks who has read a label. */
  showUse: { id: string },
  openModel: { run: string },
  probe: { id: count, prompt: string, response: string },
  saveProbe: { prompt: string, response: string },
  removeProbe: { id: string },
  trainAgain: {},
  showLog: {},
});

/** The texts of the page by name; the host gives them in the editor's language. */
export const rewardTextKeys = [
  ...["title", "counted", "inspect", "inspecting", "notYet", "showLog", "corrections", "trainAgain"],
  ...["measuredOn", "training", "validation", "heldOut", "table", "range", "axes", "axesHint"],
  ...["axisColumn", "thisModel", "notInspected", "openModel", "openModelOf", "accuracy", "accuracyHint"],
  ...["name", "pairs", "share", "interval", "ceiling", "ceilingHint", "noCeiling", "byLabeler"],
  ...["byDistance", "byPromptKind", "byUseCase", "distance", "distributions", "distributionsHint"],
  ...["demonstrations", "chosen", "rejected", "sft", "ppo", "meanOfDemonstrations", "source"],
  ...["count", "mean", "deviation", "least", "most", "calibration", "calibrationHint", "predicted"],
  ...["observed", "margins", "marginsHint", "margin", "zero", "length", "lengthHint", "tokens"],
  ...["score", "worst", "worstHint", "worstNone", "shownOf", "more", "preferred", "modelPrefers"],
  ...["openItem", "openItemOf", "noItem", "changedSince", "goneSince", "labels", "filter", "filterHint"],
  ...["rightOf", "who", "whoOf", "useModels", "usePolicies", "useNone", "stale", "readIn", "probe"],
  ...["probeHint", "prompt", "promptHint", "response", "responseHint", "save", "loading", "saidScore"],
  ...["running", "runningHint", "end", "change", "wordsHint", "word", "effect", "variants", "variant"],
  ...["polite", "padded", "repeated", "flipped", "refused", "notApplicable", "saved", "savedNone"],
  ...["load", "loadOf", "remove", "removeOf", "binsHint", "bin", "binPairs", "binAnswers", "loggedHint"],
  ...["axisOf", "notInspectedAxis", "inspected"],
] as const;

const texts = object(Object.fromEntries(rewardTextKeys.map((key) => [key, string])));

export const rewardMessages = { texts, state, delta, action } as const;

export type RewardTextKey = (typeof rewardTextKeys)[number];
export type RewardState = Decoded<typeof state>;
export type RewardDelta = Decoded<typeof delta>;
export type RewardAction = Decoded<typeof action>;
export type OtherModel = Decoded<typeof otherModel>;
export type Correction = Decoded<typeof correction>;
export type LabelUse = Decoded<typeof use>;
export type ProbeResult = Decoded<typeof probeResult>;
export type Probing = Decoded<typeof probing>;
export type Working = Decoded<typeof working>;

/** The state after a change. Host and page apply the same one, so they can never show different things. */
export function applyRewardDelta(before: RewardState, { type: _type, ...change }: RewardDelta): RewardState {
  return { ...before, ...change };
}
