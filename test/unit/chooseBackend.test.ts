import assert from "node:assert/strict";
import { workOfStage } from "../../extension/cli/trialWork";
import { choiceOf, type TrialEnd } from "../../extension/engine/backendChoice";
import { environmentFor, usesXla } from "../../extension/engine/tensorflow/environment";
import { threadCount } from "../../extension/engine/threadCount";
import { defaultConfig } from "../../extension/protocol/resolveConfig";

const shape = { layers: 1, width: 32, heads: 2, context: 64, vocabulary: 288, tiedHead: true };
const took = (milliseconds: number | null, usesGpu = false): TrialEnd => ({
  ...{ ok: true, device: "made up", threads: 1, selfTest: 0 },
  usesGpu,
  milliseconds,
});
const failed: TrialEnd = { ok: false, reason: "loading it ended the process (SIGSEGV)" };

describe("the choice of a backend", () => {
  it("is the GPU, else the faster one, else the one that works", () => {
    assert.deepEqual(choiceOf("step", took(null, true), null), {
      backend: "tensorflow",
      reason: "it has a GPU here",
    });
    assert.deepEqual(choiceOf("step", took(31.24), took(72.8)), {
      backend: "tensorflow",
      reason: "a training step takes 31.2 ms, and 72.8 ms on wasm",
    });
    assert.deepEqual(choiceOf("iteration", took(9100), took(4216)), {
      backend: "wasm",
      reason: "sampling and training in an iteration takes 4.22 s, and 9.1 s on tensorflow",
    });
    assert.equal(choiceOf("step", took(5), took(5)).backend, "wasm", "no reason to leave the usual one");
    assert.deepEqual(choiceOf("step", failed, null), {
      backend: "wasm",
      reason: "tensorflow cannot be used: loading it ended the process (SIGSEGV)",
    });
    assert.equal(choiceOf("step", took(5), failed).backend, "tensorflow");
    assert.equal(choiceOf(null, took(null), took(null)).backend, "wasm");
  });

  it("is made by the work of the run's own stage", () => {
    const config = defaultConfig();
    const { train, sample } = workOfStage("ppo", config, shape);
    const { ppo } = config;
    assert.deepEqual(train, {
      sequences: ppo.minibatch,
      tokens: Math.min(shape.context, config.data.maxPromptTokens + ppo.responseTokens),
      steps: (2 * ppo.ppoEpochs * ppo.episodes) / ppo.minibatch,
    });
    assert.deepEqual([sample?.rows, sample?.rounds], [64, Math.ceil(ppo.episodes / 64)]);
    assert.equal(workOfStage("sft", config, shape).sample, null);
    assert.equal(workOfStage("evaluate", config, shape).train, null);
    const split = { ...config, pretrain: { ...config.pretrain, microbatch: 3 } };
    assert.equal(workOfStage("pretrain", split, shape).train?.sequences, 3);
    // A prompt that fills the context leaves room for one token.
    const long = { ...config, data: { ...config.data, maxPromptTokens: 500 } };
    assert.deepEqual(
      [
        workOfStage("evaluate", long, shape).sample?.promptTokens,
        workOfStage("evaluate", long, shape).sample?.responseTokens,
      ],
      [63, 1],
    );
  });
});

describe("TensorFlow's environment", () => {
  it("has the threads, is deterministic, and leaves alone what the user has set", () => {
    assert.deepEqual(environmentFor("auto", 2, {}, false), {
      TF_CPP_MIN_LOG_LEVEL: "2",
      TF_FORCE_GPU_ALLOW_GROWTH: "true",
      TF_NUM_INTRAOP_THREADS: "2",
      TF_NUM_INTEROP_THREADS: "2",
      TF_DETERMINISTIC_OPS: "1",
      TF_CUDNN_DETERMINISTIC: "1",
      NVIDIA_TF32_OVERRIDE: "0",
    });
    const own = { NVIDIA_TF32_OVERRIDE: "1", TF_NUM_INTRAOP_THREADS: "7", TF_CPP_MIN_LOG_LEVEL: "0" };
    const beside = environmentFor("auto", 2, own, true);
    for (const name of Object.keys(own)) assert.equal(beside[name], undefined, name);
    assert.equal(beside.XLA_FLAGS, "--xla_gpu_deterministic_ops=true");
  });

  it("adds XLA's flag to the user's where there is a GPU to use, and hides the GPU from the processor's setup", () => {
    const flags = (device: "auto" | "cpu" | "gpu", given: string | undefined, hasGpu: boolean) =>
      environmentFor(device, 1, { XLA_FLAGS: given }, hasGpu).XLA_FLAGS;
    assert.equal(flags("gpu", "--xla_dump_to=x", true), "--xla_dump_to=x --xla_gpu_deterministic_ops=true");
    assert.equal(flags("gpu", "--xla_gpu_deterministic_ops=false", true), undefined);
    assert.equal(flags("auto", "--xla_dump_to=x", false), undefined);
    assert.equal(flags("cpu", undefined, true), undefined);
    assert.equal(environmentFor("cpu", 1, {}, true).CUDA_VISIBLE_DEVICES, "-1");
  });

  it("usesXla() leaves XLA out where TensorFlow's is slow on processors, unless the user says otherwise", () => {
    assert.deepEqual(
      ["2.12.1", "2.16.2", "2.17.1", "2.18.0", "2.21.0"].map((version) => usesXla(version, false, undefined)),
      [true, true, false, true, true],
    );
    assert.ok(usesXla("2.17.1", true, undefined));
    assert.ok(usesXla("2.17.1", false, "1"));
    assert.ok(!usesXla("2.21.0", true, "0"));
  });

  it("threadCount() takes what is asked for, or the processors, four at most", () => {
    assert.deepEqual(
      [threadCount(0, 2), threadCount(0, 16), threadCount(7, 2), threadCount(100, 2)],
      [2, 4, 7, 64],
    );
  });
});
