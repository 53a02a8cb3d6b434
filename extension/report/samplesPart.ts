import { isObject } from "../protocol/codec";
import { isProblem } from "../protocol/problem";
import type { EpisodeRecord, JsonValue } from "../protocol/trainerEvents";
import { readEpisodes, readFigures, type Run } from "../runs/runFolder";
import { numberText } from "../charts/numberText";
import { section, type SampleBlock, type Section, type Words } from "./reportParts";
import type { ReportedRun } from "./reportedRun";

/** A held-out prompt as an evaluation answered it. */
export interface EvaluationSample {
  readonly prompt: string;
  readonly response: string;
  readonly score: number | null;
  readonly sftResponse: string | null;
}

const shownSamples = 12;
const shownEpisodes = 5;

/** The answers among the figures that an evaluation left; none for runs that left none. */
export function samplesOf(
  figures: { readonly [key: string]: JsonValue } | null,
): readonly EvaluationSample[] {
  const samples: JsonValue | undefined = figures?.samples;
  if (!Array.isArray(samples)) return [];
  return samples.flatMap((sample: unknown) => {
    if (!isObject(sample) || typeof sample.prompt !== "string" || typeof sample.response !== "string")
      return [];
    const { prompt, response, score, sftResponse } = sample;
    return [
      {
        ...{ prompt, response, score: typeof score === "number" ? score : null },
        sftResponse: typeof sftResponse === "string" ? sftResponse : null,
      },
    ];
  });
}

/** What a model says: an evaluation's answers beside those of SFT, or the best and worst responses of PPO's last rollouts. */
export function samplesSections({ run, status }: ReportedRun, { t }: Words): Section[] {
  if (run.manifest.stage === "ppo") return episodeSections(run, status.iteration, t);
  const figures = readFigures(run.paths);
  const samples = isProblem(figures) ? [] : samplesOf(figures).slice(0, shownSamples);
  const blocks = samples.map(({ prompt, response, score, sftResponse }): SampleBlock => ({
    ...{ kind: "sample", prompt },
    answers: [
      { by: score === null ? t("answer") : t("answer, score {0}", numberText(score)), text: response },
      ...(sftResponse === null ? [] : [{ by: "SFT", text: sftResponse }]),
    ],
  }));
  return section(t("Answers"), blocks);
}

function episodeSections(run: Run, last: number, t: Words["t"]): Section[] {
  for (let iteration = last; iteration >= 0; iteration--) {
    const episodes = readEpisodes(run.paths, iteration).values;
    if (episodes.length === 0) continue;
    const sorted = [...episodes].sort((a, b) => b.score - a.score);
    const half = Math.min(shownEpisodes, Math.ceil(sorted.length / 2));
    const blocks = (some: readonly EpisodeRecord[]): SampleBlock[] =>
      some.map(({ prompt, response, score, kl }) => ({
        ...{ kind: "sample", prompt },
        answers: [{ by: t("score {0}, KL {1} nats", numberText(score), numberText(kl)), text: response }],
      }));
    return [
      ...section(
        t("Responses of iteration {0} with the highest score", iteration),
        blocks(sorted.slice(0, half)),
      ),
      ...section(
        t("Responses of iteration {0} with the lowest score", iteration),
        blocks(sorted.slice(-half).reverse()),
      ),
    ];
  }
  return [];
}
