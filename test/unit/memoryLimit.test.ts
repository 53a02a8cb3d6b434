import assert from "node:assert/strict";
import { allowedMB, largestBatch, refuseTooLarge } from "../../extension/trainer/stages/memoryLimit";

const gibibyte = 2 ** 30;
const estimate = { models: 300 * 2 ** 20, step: 100 * 2 ** 20 + 1 };

describe("memoryLimit", () => {
  it("allowedMB() is half of the machine's memory, at most WebAssembly's 4 GiB, or what the config says", () => {
    assert.equal(allowedMB({ memoryLimitMB: 0, backend: "wasm" }, 6 * gibibyte), 3072);
    assert.equal(allowedMB({ memoryLimitMB: 0, backend: "wasm" }, 64 * gibibyte), 4096);
    assert.equal(allowedMB({ memoryLimitMB: 0, backend: "tensorflow" }, 64 * gibibyte), 32768);
    assert.equal(allowedMB({ memoryLimitMB: 700, backend: "wasm" }, 64 * gibibyte), 700);
  });

  it("refuseTooLarge() says in a sentence what is needed, what is allowed and what to lower", () => {
    const small = { memoryLimitMB: 400, backend: "wasm" } as const;
    assert.throws(() => refuseTooLarge(small, estimate, "sft.batch"), {
      message:
        "the run needs 401 MB of memory, 300 for its models and 101 for its largest step, and 400 MB are allowed (memoryLimitMB = 400): lower sft.batch, or take a smaller model",
    });
    refuseTooLarge({ ...small, memoryLimitMB: 401 }, estimate, "sft.batch");
  });

  it("largestBatch() takes the longest sequence and the longest response, of different sequences", () => {
    const sequences = [
      { prompt: [1, 2, 3, 4, 5], response: [6] },
      { prompt: [1], response: [2, 3, 4] },
    ];
    assert.deepEqual(largestBatch(sequences, 10), { sequences: 10, length: 6, outputs: 30 });
  });
});
