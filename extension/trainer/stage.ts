import type { RunManifest, SettingValue } from "../protocol/runFormat";
import type { JsonValue, NamedArray, TrainerEvent, TrainerState } from "../protocol/trainerEvents";
import type { ReplyOf, RequestOf } from "../protocol/trainerProtocol";
import type { ModelParts } from "../runs/checkpoints";

/** What the driver of a trainer process and a stage owe each other. `openStage` in stages.ts is a function of this type. */
export type OpenStage = (request: StageRequest) => Promise<Stage>;

export interface StageRequest {
  /** The project's folder; `manifest.parents` are relative to it. */
  readonly project: string;
  readonly manifest: RunManifest;
  /** Reads a file of the run's inputs/, which is known to be what the manifest says. */
  readonly readInput: (name: string) => Uint8Array;
  /** The model folder of a parent by role, known to be what the manifest says; throws when the run has no such parent. */
  readonly parentFolder: (role: string) => string;
  /** Where to go on; null begins at iteration 0. */
  readonly resumeFrom: TrainerState | null;
  /**
   * Live changes of the stage's settings in force in an iteration, by setting: lay them over `manifest.config[stage]`. Ask again at the
   * beginning of every iteration. The answer for a given iteration never changes once it has begun, on resume neither.
   */
  readonly hyperparameters: (iteration: number) => Readonly<Record<string, SettingValue>>;
}

export interface Stage {
  readonly events: AsyncGenerator<TrainerEvent>;
  /** How a checkpoint becomes a model folder; null for a stage without a model (evaluate). */
  readonly model: ModelParts | null;
  /**
   * After the last event: what the run leaves behind. `best` is the state of the best checkpoint (the last one where the stage names no
   * candidate). `weights` become the run's model/ folder; null takes the group of `best` as it is.
   */
  readonly finish: (best: TrainerState) => Promise<StageResult>;
  readonly generate?: (request: RequestOf<"generate">) => Promise<ReplyOf<"generate">>;
  readonly score?: (request: RequestOf<"score">) => Promise<ReplyOf<"score">>;
  readonly inspectTokens?: (request: RequestOf<"inspectTokens">) => Promise<ReplyOf<"inspectTokens">>;
}

export interface StageResult {
  readonly weights: Readonly<Record<string, NamedArray>> | null;
  /** Written to result.json: tables, counts, samples. */
  readonly figures: { readonly [key: string]: JsonValue };
}
