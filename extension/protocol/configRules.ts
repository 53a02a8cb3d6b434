import type { Setting } from "./fieldValue";
import { heldOutScoreProblem, parseRewardTerms } from "./rewardTerms";
import { rankingAxes } from "./rankingFormat";
import { configBlocks, type RunConfig } from "./runConfig";

/** What is wrong with a setting, in one sentence a person can act on; `path` is its name, such as "ppo.minibatch", or "" for the whole. */
export interface ConfigProblem {
  readonly path: string;
  readonly message: string;
  /** Other settings that have a part in it. */
  readonly others?: readonly string[];
  /** Changes that each mend it, the nearest first. */
  readonly fixes?: readonly Setting[];
  /** Of a key that is no setting: the nearest that is one. */
  readonly nearest?: string;
}

/** Rules between settings that each are within their range. */
export function brokenRules(config: RunConfig): ConfigProblem[] {
  return [...divisions(config), ...lengths(config), ...axes(config), ...others(config)];
}

function divisions({ model, ppo }: RunConfig): ConfigProblem[] {
  const rules: readonly [path: string, part: number, whole: number, name: string][] = [
    ["model.heads", model.heads, model.width, "model.width"],
    ["ppo.minibatch", ppo.minibatch, ppo.episodes, "ppo.episodes"],
    ["ppo.microbatch", ppo.microbatch === 0 ? ppo.minibatch : ppo.microbatch, ppo.minibatch, "ppo.minibatch"],
  ];
  return rules
    .filter(([, part, whole]) => whole % part !== 0)
    .map(([path, part, whole, name]) => ({
      path,
      message: `${path} is ${part}, which does not divide ${name}, ${whole}; choose ${divisorBelow(part, whole)}, for example.`,
      others: [name],
      fixes: [{ path, value: divisorBelow(part, whole) }],
    }));
}

/** The largest divisor of the whole that is at most the part. */
function divisorBelow(part: number, whole: number): number {
  let divisor = Math.min(part, whole);
  while (whole % divisor !== 0) divisor--;
  return divisor;
}

function lengths({ model, data, labeling, pretrain, ppo, evaluate }: RunConfig): ConfigProblem[] {
  const alone: readonly [path: string, tokens: number][] = [
    ["pretrain.sequenceTokens", pretrain.sequenceTokens],
    ["ppo.ptxSequenceTokens", ppo.ptxSequenceTokens],
  ];
  const withPrompt: readonly [path: string, tokens: number][] = [
    ["labeling.maxResponseTokens", labeling.maxResponseTokens],
    ["ppo.responseTokens", ppo.responseTokens],
    ["evaluate.responseTokens", evaluate.responseTokens],
  ];
  return [
    ...alone
      .filter(([, tokens]) => tokens > model.context)
      .map(([path, tokens]) => ({
        path,
        message: `${path} is ${tokens}, more than model.context, ${model.context}; lower it or raise the context.`,
        others: ["model.context"],
        fixes: lengthFixes(path, model.context, tokens),
      })),
    ...withPrompt
      .filter(([, tokens]) => data.maxPromptTokens + tokens > model.context)
      .map(([path, tokens]) => ({
        path,
        message: `${path}, ${tokens}, and data.maxPromptTokens, ${data.maxPromptTokens}, are together more than model.context, ${model.context}; lower one of them or raise the context.`,
        others: ["data.maxPromptTokens", "model.context"],
        fixes: lengthFixes(path, model.context - data.maxPromptTokens, data.maxPromptTokens + tokens),
      })),
  ];
}

/** Fewer tokens, where any would be left, or a longer context, where a model can have it. */
function lengthFixes(path: string, room: number, needed: number): Setting[] {
  const lower = { path, value: room };
  const raise = { path: "model.context", value: needed };
  return [...(room >= 1 ? [lower] : []), ...(needed <= configBlocks.model.context.max ? [raise] : [])];
}

/** One ranking, or narrower ones, each once: a labeler who is asked for both would mix them. */
function axes({ labeling }: RunConfig): ConfigProblem[] {
  const path = "labeling.axes";
  const [overall, ...narrow] = rankingAxes;
  const unknown = labeling.axes.find((axis) => !(rankingAxes as readonly string[]).includes(axis));
  const isRepeated = new Set(labeling.axes).size !== labeling.axes.length;
  const isMixed = labeling.axes.includes(overall) && labeling.axes.length > 1;
  if (unknown === undefined && !isRepeated && !isMixed && labeling.axes.length > 0) return [];
  return [
    {
      path,
      message: `${path} must be ["${overall}"], or one or both of "${narrow.join('", "')}", each once, but is ${JSON.stringify(labeling.axes)}.`,
      fixes: [
        { path, value: [overall] },
        { path, value: narrow },
      ],
    },
  ];
}

function others({ data, sft, ppo }: RunConfig): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (data.validationShare + data.testShare >= 1)
    problems.push({
      path: "data.testShare",
      message: `data.validationShare, ${data.validationShare}, and data.testShare, ${data.testShare}, leave nothing to train on; lower one of them.`,
      others: ["data.validationShare"],
    });
  if (sft.selection === "rewardModel" && sft.selectionRewardModel === "")
    problems.push({
      path: "sft.selectionRewardModel",
      message: `sft.selection is rewardModel, so sft.selectionRewardModel must name a reward model, such as models/rm.`,
      others: ["sft.selection"],
    });
  const rewards = parseRewardTerms(ppo.rewards);
  if ("message" in rewards)
    problems.push({ path: "ppo.rewards", message: `ppo.rewards is not right: ${rewards.message}.` });
  const heldOut = heldOutScoreProblem(ppo.heldOutScore);
  if (heldOut !== null)
    problems.push({ path: "ppo.heldOutScore", message: `ppo.heldOutScore is not right: ${heldOut}.` });
  return problems;
}
