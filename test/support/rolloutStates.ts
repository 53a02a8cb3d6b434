import {
  rolloutTextKeys,
  type RolloutConstants,
  type RolloutEpisode,
  type RolloutRow,
  type RolloutState,
  type RolloutTextKey,
  type RolloutToken,
} from "../../extension/protocol/rolloutMessages";

/** A text for every key of the rollouts page, in place of the host's translations. */
export function rolloutTextExamples(): Readonly<Record<RolloutTextKey, string>> {
  const entries = rolloutTextKeys.map((key) => [key, `${key} {0} {1} {2} {3}`.trim()]);
  return Object.fromEntries(entries) as Record<RolloutTextKey, string>;
}

export const constants: RolloutConstants = {
  ...{ klCoef: 0.1, scoreDivisor: 2, missingEndPenalty: 1, gamma: 1, lambda: 0.5, clipRange: 0.2 },
  ...{ whitenAdvantages: true, whitenRewards: false },
};

const alternative = { id: 9, text: " else", kind: "text", logprob: Math.log(0.25) } as const;

export const tokenExample = (text: string, more: Partial<RolloutToken> = {}): RolloutToken => ({
  ...{ id: 7, text, kind: "text", logprob: -1, referenceLogprob: -1.5, value: 0.5, reward: -0.05 },
  ...{ advantage: 0.25, return: 1, entropy: 2, ratioAfter: 1.3 },
  policy: [{ ...alternative, id: 7, text, logprob: Math.log(0.5) }, alternative],
  reference: [alternative],
  ...more,
});

/** An episode whose rewards follow from its log-probs by `constants`: score′ = 3/2, Σ kl = −0.5. */
export const episodeExample = (more: Partial<RolloutEpisode> = {}): RolloutEpisode => ({
  ...{ line: 2, episode: 5, iteration: 3, promptId: "p5", prompt: "who ?", response: "the fox" },
  ...{ score: 3, kl: -0.5, endReached: true },
  tokens: [
    tokenExample("the"),
    tokenExample(" fox", {
      id: 8,
      logprob: -2,
      referenceLogprob: -1,
      reward: 1.6,
      advantage: -0.5,
      value: 1,
    }),
  ],
  ...more,
});

export const rowExample = (line: number, more: Partial<RolloutRow> = {}): RolloutRow => ({
  ...{ line, episode: line + 3, promptId: `p${line}`, prompt: `prompt ${line}`, response: `answer ${line}` },
  ...{ score: line, kl: -line, length: 2, advantage: 0.5, endReached: true },
  ...more,
});

export const rolloutState = (more: Partial<RolloutState> = {}): RolloutState => ({
  ...{ project: "/p", run: "ppo-20260102T030405Z-0001", name: "steady", iterations: [0, 3, 4], iteration: 3 },
  ...{ constants, rows: [1, 2, 3].map((line) => rowExample(line)), problems: [] },
  ...{ open: null, history: null, isSending: false },
  ...more,
});
