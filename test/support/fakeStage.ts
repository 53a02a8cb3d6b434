import type { NamedArray, TrainerEvent, TrainerState } from "../../extension/protocol/trainerEvents";
import type { OpenStage } from "../../extension/trainer/stage";

/**
 * A stage without any model: pure arithmetic on several named arrays with a seeded generator, so that a run takes milliseconds and every
 * byte it writes depends on all that went before. Its settings are read from the input fake.json.
 */
export interface FakeSettings {
  readonly iterations: number;
  readonly stepsPerIteration: number;
  /** Numbers in each array. */
  readonly size: number;
  /** Computing time of a step, spent without letting anything else run, as training does. */
  readonly stepMilliseconds: number;
  /** Iteration whose weights are not numbers any more; 0 for none. */
  readonly nanAt: number;
  /** Iteration that throws; 0 for none. */
  readonly throwAt: number;
}

export const fakeSettings: FakeSettings = {
  iterations: 24,
  stepsPerIteration: 3,
  size: 1500,
  stepMilliseconds: 0,
  nanAt: 0,
  throwAt: 0,
};

const groups = ["policy", "policyAdamM", "policyAdamV", "policyEma", "value"] as const;
const arrays = ["wte.weight", "h.0.ln_1.bias"] as const;

export const openFakeStage: OpenStage = (request) => {
  const text = Buffer.from(request.readInput("fake.json")).toString("utf8");
  const settings = { ...fakeSettings, ...(JSON.parse(text) as Partial<FakeSettings>) };
  const tensors = begin(request.resumeFrom, settings.size);
  return Promise.resolve({
    events: train(request, settings, tensors),
    model: { group: "policyEma", files: { "config.json": Buffer.from('{"model_type":"fake"}\n') } },
    finish: (best) => Promise.resolve({ weights: null, figures: { best: best.iteration } }),
    score: ({ responses }) => Promise.resolve({ scores: responses.map((response) => response.length) }),
  });
};

type Tensors = Record<string, NamedArray>;

function begin(resumeFrom: TrainerState | null, size: number): Tensors {
  const names = groups.flatMap((group) => arrays.map((array) => `${group}/${array}`));
  return Object.fromEntries(
    names.map((name, i) => {
      const saved = resumeFrom?.tensors[name].data;
      const data = saved?.slice() ?? Float32Array.from({ length: size }, (_, j) => ((i * 31 + j) % 97) / 97);
      return [name, { shape: [size / 2, 2], data }];
    }),
  );
}

async function* train(
  request: Parameters<OpenStage>[0],
  settings: FakeSettings,
  tensors: Tensors,
): AsyncGenerator<TrainerEvent> {
  const saved = request.resumeFrom;
  let rng = typeof saved?.numbers.rng === "number" ? saved.numbers.rng : request.manifest.seed;
  let klCoef = typeof saved?.numbers.klCoef === "number" ? saved.numbers.klCoef : 0.1;
  const draw = (): number => (rng = (Math.imul(rng, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  for (let iteration = saved === null ? 0 : saved.iteration + 1; ; iteration++) {
    const live = request.hyperparameters(iteration);
    const { learningRate, iterations } = { learningRate: 0.5, iterations: settings.iterations, ...live } as {
      learningRate: number;
      iterations: number;
    };
    if (iteration > iterations) return;
    if (iteration === settings.throwAt && iteration > 0) throw new Error("the fake stage was told to throw");
    if (iteration > 0)
      for (let step = 1; step <= settings.stepsPerIteration; step++) {
        spend(settings.stepMilliseconds);
        update(tensors, learningRate, klCoef, draw);
        const done = (iteration - 1) * settings.stepsPerIteration + step;
        yield {
          type: "progress",
          done,
          total: iterations * settings.stepsPerIteration,
          phase: "update",
        };
      }
    klCoef = Math.fround(klCoef * (draw() < 0.5 ? 1.125 : 0.875));
    if (iteration % 7 === 3) yield { type: "warning", iteration, message: `a tripwire at ${iteration}` };
    if (iteration === settings.nanAt && iteration > 0) tensors["policy/wte.weight"].data[7] = NaN;
    const score = tensors["policyEma/wte.weight"].data[3];
    yield {
      type: "iteration",
      iteration,
      iterations,
      values: {
        "objective/score": score,
        "objective/klCoef": klCoef,
        "policy/learningRate": learningRate,
        "value/explainedVariance": iteration === 0 ? NaN : draw(),
        "time/iterationSeconds": performance.now() / 1000,
      },
      episodes: iteration === 0 ? [] : [episode(iteration, 0, score), episode(iteration, 1, -score)],
      selection: (iteration * 5) % 11,
      state: () =>
        Promise.resolve(copy(iteration, tensors, { rng, klCoef, cursor: { epoch: 0, position: iteration } })),
    };
  }
}

function update(tensors: Tensors, learningRate: number, klCoef: number, draw: () => number): void {
  for (const array of arrays) {
    const of = (group: string): Float32Array => tensors[`${group}/${array}`].data;
    const [w, m, v, ema, value] = groups.map(of);
    for (let i = 0; i < w.length; i++) {
      const gradient = w[i] - value[i] + klCoef * (draw() - 0.5);
      m[i] = 0.9 * m[i] + 0.1 * gradient;
      v[i] = 0.95 * v[i] + 0.05 * gradient * gradient;
      w[i] -= (learningRate * m[i]) / (Math.sqrt(v[i]) + 1);
      ema[i] = 0.99 * ema[i] + 0.01 * w[i];
      value[i] += 0.01 * gradient;
    }
  }
}

function copy(iteration: number, tensors: Tensors, numbers: TrainerState["numbers"]): TrainerState {
  const copies = Object.entries(tensors).map(([name, { shape, data }]) => [
    name,
    { shape, data: data.slice() },
  ]);
  return { iteration, tensors: Object.fromEntries(copies) as Tensors, numbers };
}

function spend(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

function episode(iteration: number, number: number, score: number) {
  const values = [score, iteration / 3];
  return {
    iteration,
    episode: number,
    promptId: `prompt-${number}`,
    prompt: "안녕, “NaN” \u2028?",
    response: "NaN",
    promptTokens: [1, 2, 3],
    responseTokens: [4, 5],
    logprobs: values,
    referenceLogprobs: values,
    values,
    rewards: values,
    advantages: values,
    returns: values,
    entropies: values,
    ratiosAfter: [1, NaN],
    alternatives: [{ policy: [[4, -0.5] as const], reference: [[5, -Infinity] as const] }],
    score,
    kl: 0,
    endReached: number === 0,
  };
}
