import { existsSync } from "node:fs";
import { join } from "node:path";
import { mean } from "../algorithms/statistics";
import { markdownTable, markdownText } from "../data/markdown";
import { anyNumber, boolean, encodeJson, object, string } from "../protocol/codec";
import { isProblem, type Problem } from "../protocol/problem";
import type {
  RolloutAnswer,
  RolloutConstants,
  RolloutEpisode,
  RolloutRow,
  RolloutToken,
  TokenAlternative,
} from "../protocol/rolloutMessages";
import type { EpisodeRecord, TokenLogprob } from "../protocol/trainerEvents";
import { metricAt, type LoggedEpisode } from "../runs/rollouts";
import type { Run } from "../runs/runFolder";
import { modelFiles } from "../runs/runPaths";
import { readText } from "../runs/sealedFolder";
import type { Tokenizer } from "../tokenizer/tokenizer";
import { tokenText, type TokenText } from "../tokenizer/tokenText";
import { parseTokenizerJson } from "../tokenizer/tokenizerJson";

// A run's logged episodes as the rollouts page gets them.

/** What a row shows of a text; the page cuts it further where it has less room. */
const beginning = 160;

/** The first characters of a text; none is cut in two. */
export function beginningOf(text: string, limit = beginning): string {
  if (text.length <= limit) return text;
  const isPair = /[\ud800-\udbff]/.test(text.charAt(limit - 1));
  return `${text.slice(0, isPair ? limit - 1 : limit)}…`;
}

export function rowOf({ line, episode }: LoggedEpisode): RolloutRow {
  const { promptId, prompt, response, responseTokens, advantages, score, kl, endReached } = episode;
  return {
    ...{ line, episode: episode.episode, promptId, score, kl, endReached },
    ...{ prompt: beginningOf(prompt), response: beginningOf(response) },
    length: responseTokens.length,
    advantage: advantages.length > 0 ? mean(advantages) : NaN,
  };
}

export function answerOf({ iteration, line, episode }: LoggedEpisode): RolloutAnswer {
  const { promptId, response, score, kl, endReached } = episode;
  return { line, episode: episode.episode, iteration, promptId, response, score, kl, endReached };
}

/** What a token is called. */
export type NameToken = (id: number) => TokenText;

/** How the tokens of a run are shown: by its tokenizer, or by their numbers where that cannot be read. */
export function tokenNames(
  project: string,
  run: Run,
): { readonly nameOf: NameToken; readonly problem: Problem | null } {
  const tokenizer = tokenizerOf(project, run);
  if (isProblem(tokenizer))
    return { nameOf: (id) => ({ text: `#${id}`, kind: "unknown" }), problem: tokenizer };
  return { nameOf: (id) => tokenText(tokenizer.vocabulary, id), problem: null };
}

/** A run keeps the tokenizer of the model it starts from: in the model that it leaves behind, or as long as there is none, in that of its parents. */
function tokenizerOf(project: string, { paths, manifest }: Run): Tokenizer | Problem {
  const parents = manifest.parents.map(({ folder }) => join(project, folder));
  const files = [paths.model, ...parents].map((folder) => join(folder, modelFiles.tokenizer));
  const path = files.find((file) => existsSync(file)) ?? files[files.length - 1];
  const text = readText(path);
  return isProblem(text) ? text : parseTokenizerJson(text, path);
}

export function episodeOf({ iteration, line, episode }: LoggedEpisode, nameOf: NameToken): RolloutEpisode {
  const { promptId, prompt, response, score, kl, endReached } = episode;
  return {
    ...{ line, episode: episode.episode, iteration, promptId, prompt, response, score, kl, endReached },
    tokens: episode.responseTokens.map((id, t) => tokenOf(episode, id, t, nameOf)),
  };
}

function tokenOf(episode: EpisodeRecord, id: number, t: number, nameOf: NameToken): RolloutToken {
  const likely = (list: readonly TokenLogprob[] = []): TokenAlternative[] =>
    list
      .filter(([other]) => Number.isSafeInteger(other) && other >= 0)
      .map(([other, logprob]) => ({ id: other, ...nameOf(other), logprob }));
  // An older or altered line may name alternatives of fewer tokens.
  const alternatives = episode.alternatives.at(t);
  return {
    ...{ id, ...nameOf(id) },
    logprob: episode.logprobs[t],
    referenceLogprob: episode.referenceLogprobs[t],
    value: episode.values[t],
    reward: episode.rewards[t],
    advantage: episode.advantages[t],
    return: episode.returns[t],
    entropy: episode.entropies[t],
    ratioAfter: episode.ratiosAfter[t],
    policy: likely(alternatives?.policy),
    reference: likely(alternatives?.reference),
  };
}

const settings = object({
  rewardScale: string,
  missingEndPenalty: anyNumber,
  gamma: anyNumber,
  lambda: anyNumber,
  clipRange: anyNumber,
  whitenAdvantages: boolean,
  whitenRewards: boolean,
});

/** The numbers of the objective in an iteration: β by its metrics, the rest by the settings of the run, none of which changes on the way. */
export function constantsAt({ manifest, paths }: Run, iteration: number): RolloutConstants | Problem {
  const read = settings(manifest.config[manifest.stage], { where: paths.manifest, path: manifest.stage });
  if (isProblem(read)) return read;
  const { rewardScale, ...rest } = read;
  return {
    ...rest,
    klCoef: metricAt(paths, "objective/klCoef", iteration),
    scoreDivisor: rewardScale === "none" ? 1 : metricAt(paths, "objective/scoreDivisor", iteration),
  };
}

/** A message as it goes through the editor, whose JSON has no NaN. */
export const onTheWire = <T>(message: T): T => JSON.parse(encodeJson(message)) as T;

/** All tokens of an episode with their numbers, for a note or an issue. */
export function tokensMarkdown(episode: RolloutEpisode, head: readonly string[], title: string): string {
  const rows = episode.tokens.map((token, t) => {
    const { text, logprob, referenceLogprob, reward, advantage, value, ratioAfter, entropy } = token;
    const kl = logprob - referenceLogprob;
    const numbers = [
      reward,
      kl,
      advantage,
      value,
      token.return,
      ratioAfter,
      logprob,
      referenceLogprob,
      entropy,
    ];
    return [String(t + 1), JSON.stringify(text), ...numbers.map((x) => String(Number(x.toPrecision(6))))];
  });
  return [`**${markdownText(title)}**`, `> ${markdownText(episode.prompt)}`, markdownTable(head, rows)].join(
    "\n\n",
  );
}
