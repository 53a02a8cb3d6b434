import { existsSync } from "node:fs";
import type { NativeSetup } from "./nativeSetup";

type Environment = Readonly<Record<string, string | undefined>>;

/** What may come out differently on a GPU is asked for as it comes out the same: of XLA by a flag beside those that the user gave. */
const deterministicXla = "--xla_gpu_deterministic_ops=true";

/**
 * What TensorFlow reads when it is loaded and the user has not set: errors alone on stderr, graphics memory as it is needed instead of all of
 * it, threads, operations that give the same bits each time, and products of 32-bit floats that are that (TF32 has 10 bits of mantissa). Node
 * hands process.env to the C library, so that nothing need be set before the process starts.
 */
export function environmentFor(
  device: NativeSetup["device"],
  threads: number,
  given: Environment,
  hasGpu: boolean,
): Readonly<Record<string, string>> {
  const usual = {
    TF_CPP_MIN_LOG_LEVEL: "2",
    TF_FORCE_GPU_ALLOW_GROWTH: "true",
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: String(threads),
    TF_DETERMINISTIC_OPS: "1",
    TF_CUDNN_DETERMINISTIC: "1",
    NVIDIA_TF32_OVERRIDE: "0",
  };
  const unset = Object.entries(usual).filter(([name]) => given[name] === undefined);
  const flags = given.XLA_FLAGS ?? "";
  // Without a GPU it says nothing, and XLA ends a process that gives it a flag that it does not know.
  const addsFlag = hasGpu && device !== "cpu" && !flags.includes("--xla_gpu_deterministic_ops");
  return {
    ...Object.fromEntries(unset),
    ...(device === "cpu" && { CUDA_VISIBLE_DEVICES: "-1" }),
    ...(addsFlag && { XLA_FLAGS: `${flags} ${deterministicXla}`.trim() }),
  };
}

/** Whether NVIDIA's driver is there, on Linux or in WSL. */
export function hasNvidia(): boolean {
  return ["/dev/nvidiactl", "/dev/dxg"].some((path) => existsSync(path));
}

/**
 * Whether graphs are compiled by XLA: `wanted` is RLHF_XLA. Not with TensorFlow 2.17 on a processor, which gives products of matrices to reference
 * code: a training step of size A took 1,890 ms with it and 242 without, where 2.15 and 2.18 took about 170.
 */
export function usesXla(version: string, usesGpu: boolean, wanted: string | undefined): boolean {
  if (wanted !== undefined && wanted !== "") return wanted !== "0";
  return usesGpu || !version.startsWith("2.17.");
}
