import assert from "node:assert/strict";
import { summary } from "../../extension/cli/bench";
import { cardsOf } from "../../extension/cli/machine";

const named = {
  ...{ name: "train/step", label: "training step", size: "A", peerName: "PyTorch", othersShare: 0 },
  estimate: null,
};

describe("figures of rlhf bench", () => {
  it("a ratio is the median of the rounds' own ratios, not that of the medians", () => {
    const rows = summary({ ...named, unit: "ms" }, [1, 2, 10], [3, 20, 10], true);
    assert.deepEqual([rows.value, rows.peerValue], [2, 10]);
    assert.equal(rows.ratio, 3, "of 3, 10 and 1; the medians' would be 5");
  });

  it("more tokens a second are better, fewer of everything else", () => {
    assert.equal(summary({ ...named, unit: "tokens/s" }, [20], [10], true).ratio, 2);
    assert.equal(summary({ ...named, unit: "MB" }, [20], [10], true).ratio, 0.5);
  });

  it("what was not proved to be the same work has no ratio, and its figures stay", () => {
    const row = summary({ ...named, unit: "s" }, [1], [2], false);
    assert.deepEqual([row.ratio, row.peerValue], [null, 2]);
  });
});

describe("graphics cards", () => {
  it("are the lines of NVIDIA's tool", () => {
    assert.deepEqual(
      cardsOf("NVIDIA GeForce RTX 4090, 24564, 8.9, 550.54.15\nTesla T4, 15360, 7.5, 550.54.15\n"),
      [
        {
          ...{ name: "NVIDIA GeForce RTX 4090", computeCapability: "8.9", driver: "550.54.15" },
          memoryBytes: 24564 * 2 ** 20,
        },
        { name: "Tesla T4", computeCapability: "7.5", driver: "550.54.15", memoryBytes: 15360 * 2 ** 20 },
      ],
    );
  });

  it("what says that there is none is no card", () => {
    assert.deepEqual(cardsOf("No devices were found\n"), []);
  });
});
