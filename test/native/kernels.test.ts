import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Addon } from "../../extension/engine/tensorflow/addon";
import { findAddon } from "../../extension/engine/tensorflow/nativeSetup";
import { skipBecause } from "../support/skip";
import { useTestBackend } from "../support/testBackend";

describe("the addon's kernels", () => {
  it("are those of RLHF_KERNELS, or the widest that the processor has", async function () {
    if (process.platform !== "linux" || process.arch !== "x64")
      skipBecause(this, "what a processor has is read from Linux's list of an x64 processor");
    await useTestBackend("tensorflow");
    const require = createRequire(__filename);
    const { kernels } = require(findAddon(require).addon) as Addon;
    const flags = new Set(/^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1].split(" "));
    const needed = {
      avx512: ["avx512f", "avx512dq", "avx512bw", "avx512vl"],
      avx2: ["avx2", "fma"],
      plain: [],
    };
    const there = Object.entries(needed).filter(([, each]) => each.every((flag) => flags.has(flag)));
    const named = process.env.RLHF_KERNELS;
    const from = there.findIndex(([name]) => name === named);
    assert.equal(kernels, there[Math.max(0, from)][0]);
  });
});
