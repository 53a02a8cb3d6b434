import assert from "node:assert/strict";
import { createRng } from "../../extension/algorithms/rng";
import { Allocator, type Block } from "../../extension/engine/wasm/allocator";

describe("Allocator", () => {
  it("never hands out a byte twice, keeps its count, and joins everything again", () => {
    for (const seed of [1, 2, 3]) {
      const rng = createRng(seed);
      let end = 0;
      const allocator = new Allocator(4096, (wanted) => (end = Math.max(end, wanted)));
      const live: { block: Block; bytes: number }[] = [];
      for (let step = 0; step < 3000; step++) {
        if (live.length > 0 && rng.uniform() < (step < 1500 ? 0.45 : 0.6)) {
          allocator.free(live.splice(rng.integer(live.length), 1)[0].block);
        } else {
          const bytes = rng.uniform() < 0.5 ? rng.integer(2000) : rng.integer(3_000_000);
          live.push({ block: allocator.allocate(bytes), bytes });
        }
        if (step % 100 === 0) assertApart(live);
      }
      assert.equal(
        allocator.used,
        live.reduce((sum, { block }) => sum + block.size, 0),
      );
      assert.equal(end, 4096 + allocator.extent, "memory beyond the last block was asked for");
      for (const { block } of live) allocator.free(block);
      assert.equal(allocator.used, 0);
      const { extent } = allocator;
      assert.equal(allocator.allocate(extent).address, 4096, "the freed blocks are not one block");
      assert.equal(allocator.extent, extent);
    }
  });

  it("rounds up to cache lines, the empty tensor too", () => {
    const allocator = new Allocator(65536, () => undefined);
    assert.deepEqual(
      [0, 1, 64, 65].map((bytes) => allocator.allocate(bytes).size),
      [64, 64, 64, 128],
    );
    assert.equal(allocator.peak, 320);
  });

  it("reuses the block of the same size that was freed last, which is still in the cache", () => {
    const allocator = new Allocator(65536, () => undefined);
    const blocks = Array.from({ length: 6 }, () => allocator.allocate(4000));
    allocator.free(blocks[1]);
    allocator.free(blocks[3]);
    assert.equal(allocator.allocate(4000), blocks[3]);
  });

  it("tells a block that is freed twice", () => {
    const allocator = new Allocator(65536, () => undefined);
    const block = allocator.allocate(100);
    allocator.free(block);
    assert.throws(() => allocator.free(block), /freed twice/);
  });
});

function assertApart(live: readonly { block: Block; bytes: number }[]): void {
  const sorted = [...live].sort((a, b) => a.block.address - b.block.address);
  sorted.forEach(({ block, bytes }, i) => {
    assert.ok(block.size >= bytes && block.address % 64 === 0);
    const next = sorted[i + 1]?.block.address ?? Infinity;
    assert.ok(block.address + block.size <= next, "two blocks overlap");
  });
}
