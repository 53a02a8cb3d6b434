import { parseRecords } from "../data/parseRecords";
import type { Comparison, Demonstration, RecordOf } from "../data/records";
import { parseProbes, type Probe } from "../protocol/probeFormat";
import type { InspectionGroup, LabelPlace } from "../protocol/inspectionFormat";
import { Problem, isProblem } from "../protocol/problem";
import { resolveConfig } from "../protocol/resolveConfig";
import type { RunConfig } from "../protocol/runConfig";
import type { EpisodeRecord } from "../protocol/trainerEvents";
import { labelFiles } from "../runs/labelFiles";
import { readProbesText, probesFile } from "../runs/probes";
import { listRunIds, readEpisodes, readRunInput, readStatus, type Run } from "../runs/runFolder";
import { findRun } from "../runs/modelReference";
import { inputFiles } from "../runs/runPaths";
import { readDataFiles } from "./readData";
import { readItemsFile } from "./readItems";

/** A comparison that a reward model saw, with what the project knows about its prompt. */
export interface SeenComparison {
  readonly comparison: Comparison;
  readonly group: InspectionGroup;
  readonly place: LabelPlace | null;
  readonly promptKind: string | null;
  readonly useCase: string | null;
}

export interface OtherAnswers {
  readonly name: "sft" | "ppo";
  readonly source: string;
  readonly answers: readonly { readonly id: string; readonly prompt: string; readonly response: string }[];
}

/** All that an inspection of a reward model is made of, but for the model. */
export interface InspectionSources {
  readonly config: RunConfig;
  readonly comparisons: readonly SeenComparison[];
  readonly demonstrations: readonly Demonstration[];
  readonly others: readonly OtherAnswers[];
  readonly probes: readonly Probe[];
}

/** The files of a reward model's inputs, by group. */
export const groupInputs = [
  ["training", "comparisons"],
  ["validation", "validationComparisons"],
  ["heldOut", "heldOutComparisons"],
] as const satisfies readonly (readonly [InspectionGroup, keyof typeof inputFiles])[];

/** What a reward model's run saw, and what its project has to score besides. */
export function inspectionSources(project: string, run: Run): InspectionSources | Problem {
  const { id, stage } = run.manifest;
  if (stage !== "rm")
    return new Problem("invalidValue", `${id} is no run of rlhf rm: name one that trained a reward model.`);
  const resolved = resolveConfig(run.manifest.config);
  if (resolved.type !== "config")
    return new Problem("malformed", `The settings of ${id} cannot be read: ${resolved.problems[0].message}`);
  const seen: (readonly [InspectionGroup, readonly Comparison[]])[] = [];
  for (const [group, input] of groupInputs) {
    const records = inputRecords(run, input, "comparisons");
    if (isProblem(records)) return records;
    seen.push([group, records]);
  }
  const demonstrations = inputRecords(run, "demonstrations", "demonstrations");
  if (isProblem(demonstrations)) return demonstrations;
  const about = promptsOf(project, resolved.config);
  if (isProblem(about)) return about;
  const text = readProbesText(project);
  const probes = isProblem(text) ? text : parseProbes(text, probesFile(project));
  if (isProblem(probes)) return probes;
  const comparisons = seen.flatMap(([group, records]) =>
    records.map((comparison) => ({ comparison, group, ...about(comparison) })),
  );
  const others = otherAnswers(project, run, comparisons);
  return { config: resolved.config, comparisons, demonstrations, others, probes };
}

/** The comparisons that a reward model's run saw, by group. */
export function inputRecords<K extends "comparisons" | "demonstrations">(
  run: Run,
  input: keyof typeof inputFiles,
  kind: K,
): readonly RecordOf[K][] | Problem {
  const name = inputFiles[input];
  if (!run.manifest.inputs.some((each) => each.name === name)) return [];
  const bytes = readRunInput(run, name);
  if (isProblem(bytes)) return bytes;
  if (bytes.length === 0) return [];
  const { records, problems } = parseRecords(kind, new TextDecoder().decode(bytes), name);
  return problems.length > 0 ? new Problem("malformed", problems[0].message) : records;
}

/** Where a comparison stands in labels/ and what is known about its prompt: from its item, else from the project's prompts. */
function promptsOf(
  project: string,
  config: RunConfig,
): ((comparison: Comparison) => Omit<SeenComparison, "comparison" | "group">) | Problem {
  const kinds = new Map<string, { readonly promptKind: string | null; readonly useCase: string | null }>();
  const prompts = readDataFiles(project, config, "prompts");
  if (isProblem(prompts)) return prompts;
  for (const { id, kind = null, useCase = null } of prompts) kinds.set(id, { promptKind: kind, useCase });
  const items = new Map<string, string>();
  for (const { batch, itemsFile } of labelFiles(project)) {
    const ofBatch = readItemsFile(itemsFile);
    if (isProblem(ofBatch)) return ofBatch;
    for (const { id, promptId = "", kind = null, useCase = null } of ofBatch) {
      items.set(`${batch}/${id}`, promptId);
      if (!kinds.has(promptId)) kinds.set(promptId, { promptKind: kind, useCase });
    }
  }
  return ({ id, promptId, labeler }) => {
    const place = labelPlaceOf(id, labeler);
    const isThere = place !== null && items.has(`${place.batch}/${place.item}`);
    const known = kinds.get(promptId ?? "") ?? { promptKind: null, useCase: null };
    return { place: isThere ? place : null, ...known };
  };
}

/** The place of a comparison of labels/ by its id, `<batch>/<item>/<labeler>/<axis>`; null for any other id. */
function labelPlaceOf(id: string, labeler: string | undefined): LabelPlace | null {
  const parts = id.split("/");
  if (parts.length !== 4 || labeler === undefined || parts[2] !== labeler) return null;
  return { batch: parts[0], item: parts[1], labeler };
}

/**
 * Answers of the SFT model and of PPO: of the newest PPO run with this reward model what it sampled in iteration 0, before any update, and
 * in its last; without such a run, of the SFT model what people ranked.
 */
function otherAnswers(
  project: string,
  { manifest: { id: rewardModel } }: Run,
  seen: readonly SeenComparison[],
): readonly OtherAnswers[] {
  for (const id of listRunIds(project)) {
    const run = id.startsWith("ppo-") ? findRun(project, id) : null;
    if (run === null || isProblem(run)) continue;
    const uses = run.manifest.parents.some(
      (parent) => parent.role === "rewardModel" && parent.run === rewardModel,
    );
    const status = uses ? readStatus(run.paths) : null;
    if (status === null || isProblem(status)) continue;
    const first = readEpisodes(run.paths, 0).values;
    const last = lastEpisodes(run, status.iteration);
    if (first.length === 0 || last.length === 0) continue;
    return [
      { name: "sft", source: sourceOf(id, 0), answers: first.map(answerOf) },
      { name: "ppo", source: sourceOf(id, last[0].iteration), answers: last.map(answerOf) },
    ];
  }
  const ranked = seen.flatMap(({ comparison: { prompt, responses } }) =>
    responses
      .filter(({ model = "" }) => /(^|\/)sft-/.test(model))
      .map(({ id, text }) => ({ id, prompt, response: text })),
  );
  const unique = [...new Map(ranked.map((each) => [each.id, each])).values()];
  return unique.length > 0 ? [{ name: "sft", source: "labels/", answers: unique }] : [];
}

function lastEpisodes({ paths }: Run, from: number): readonly EpisodeRecord[] {
  for (let iteration = from; iteration > 0; iteration--) {
    const { values } = readEpisodes(paths, iteration);
    if (values.length > 0) return values;
  }
  return [];
}

const answerOf = ({ episode, prompt, response }: EpisodeRecord) => ({
  id: String(episode),
  prompt,
  response,
});

const sourceOf = (run: string, iteration: number): string => `${run}, iteration ${iteration}`;
