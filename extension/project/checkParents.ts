import { join, resolve } from "node:path";
import { parseGpt2Config } from "../formats/gpt2Config";
import { Problem, isProblem } from "../protocol/problem";
import type { RunParent } from "../protocol/runFormat";
import { otherTokens } from "../runs/modelFolder";
import { readText } from "../runs/sealedFolder";
import { modelFiles } from "../runs/runPaths";

const scorers = ["rewardModel", "heldOutReward"];

/**
 * What is wrong with the models that a run has beside the one that writes (`initial`, or an evaluation's `policy`), or null: all must read its
 * tokens, reward models must score, and the one that is held out must not be the one that is rewarded. Said before anything trains; that the
 * weights fit is checked when they are read.
 */
export function checkParents(project: string, parents: readonly RunParent[]): Problem | null {
  const of = (role: string): RunParent | undefined => parents.find((parent) => parent.role === role);
  const [writer, rewarded, heldOut] = [of("initial") ?? of("policy"), of("rewardModel"), of("heldOutReward")];
  if (heldOut !== undefined && heldOut.sha256 === rewarded?.sha256)
    return new Problem(
      "invalidValue",
      `${heldOut.reference} is the reward model that is rewarded, so it cannot be held out: name another one with --held-out-reward.`,
    );
  for (const reader of parents) {
    if (writer === undefined || reader === writer) continue;
    const problem =
      (scorers.includes(reader.role) ? checkScorer(project, reader) : null) ??
      checkTokens(project, reader, writer);
    if (problem !== null) return problem;
  }
  return null;
}

const fileOf = (project: string, { folder }: RunParent, name: string): string =>
  join(resolve(project, folder), name);

function checkScorer(project: string, scorer: RunParent): Problem | null {
  const file = fileOf(project, scorer, modelFiles.config);
  const text = readText(file);
  if (isProblem(text)) return text;
  const config = parseGpt2Config(text, file);
  if (isProblem(config)) return config;
  if (config.head === "output")
    return new Problem(
      "invalidValue",
      `${scorer.reference} is a language model, which answers and does not score: name a reward model, such as the latest run of rlhf rm.`,
    );
  return null;
}

function checkTokens(project: string, reader: RunParent, writer: RunParent): Problem | null {
  const [own, writers] = [reader, writer].map((parent) =>
    readText(fileOf(project, parent, modelFiles.tokenizer)),
  );
  return isProblem(own) || isProblem(writers) || own === writers
    ? null
    : otherTokens(reader.reference, writer.reference);
}
