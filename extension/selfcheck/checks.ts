import { defaultConfig } from "../protocol/resolveConfig";
import { cacheCheck } from "./cacheCheck";
import { exactOptimum } from "./exactOptimum";
import { goldenCheck } from "./goldenCheck";
import { gradientsCheck } from "./gradientsCheck";
import { letterPipeline } from "./letterPipeline";
import { determinismCheck, resumeCheck } from "./runChecks";

/** Options of the checks that draw a world of their own; all have defaults. */
export interface CheckOptions {
  readonly seed: number;
  readonly vocabulary: number;
  readonly length: number;
  readonly beta: number | null;
  readonly iterations: number | null;
  readonly episodes: number;
  readonly prompts: number;
  readonly k: number;
  readonly ptx: number;
}

export const defaultCheckOptions: CheckOptions = {
  seed: 1,
  vocabulary: 6,
  length: 4,
  beta: null,
  iterations: null,
  episodes: 512,
  prompts: 2048,
  k: 4,
  ptx: 0,
};

export interface CheckResult {
  readonly passed: boolean;
  readonly figures: Readonly<Record<string, number>>;
}

/** Proofs of the build on the machine and backend it runs on. The world of each is drawn from the seed. */
export const checks: Readonly<Record<string, (options: CheckOptions) => Promise<CheckResult>>> = {
  golden: goldenCheck,
  gradients: gradientsCheck,
  cache: cacheCheck,
  "exact-optimum": async (options) => {
    const beta = options.beta ?? 0.3;
    const run = { ...options, beta, iterations: options.iterations ?? 50 };
    const figures = await exactOptimum(run, defaultConfig().ppo);
    const klDeviation = Math.abs(figures.kl - figures.klStar) / figures.klStar;
    // The thresholds hold for β near 0.3; a larger β leaves less to win, and is reached less closely.
    return {
      passed: figures.ratio >= (beta > 0.5 ? 0.9 : 0.95) && (beta > 0.5 || klDeviation <= 0.15),
      figures: { ...figures, klDeviation },
    };
  },
  pipeline: async (options) => {
    const iterations = options.iterations ?? 80;
    const figures = await letterPipeline(
      { ...options, beta: options.beta ?? 0.02, iterations, baseSteps: 700 },
      defaultConfig(),
    );
    const learned = figures.goldPpo > figures.goldSft && figures.goldSft > figures.goldBase;
    const honest = figures.rmNoisyAccuracy <= figures.noiseCeiling + 0.04;
    return {
      passed: learned && honest && figures.rmAccuracy > 0.55 && figures.kl <= 25,
      figures: { ...figures },
    };
  },
  resume: resumeCheck,
  determinism: determinismCheck,
};
