"""How fast PyTorch multiplies matrices of the shapes of a training step of size B: what its step, and ours, could take at least.

    python test/benchmark/peer/products.py

Prints GFLOP/s of the products forward (x W), of the gradient of x (g W') and of W (x' g), medians of 30, and of all of them in a step.
"""

import time

import torch

TOKENS = 1024
# Inputs, outputs, how many of them a step has: six blocks' four matrices, and the head.
SHAPES = [(384, 1152, 6), (384, 384, 6), (384, 1536, 6), (1536, 384, 6), (384, 4096, 1)]


def seconds(product):
    for _ in range(5):
        product()
    times = []
    for _ in range(30):
        start = time.perf_counter()
        product()
        times.append(time.perf_counter() - start)
    return sorted(times)[15]


torch.set_num_threads(2)
total = operations = 0.0
for inputs, outputs, count in SHAPES:
    x, w, g = torch.randn(TOKENS, inputs), torch.randn(inputs, outputs), torch.randn(TOKENS, outputs)
    each = [seconds(lambda: x @ w), seconds(lambda: g @ w.T), seconds(lambda: x.T @ g)]
    gflop = 2 * TOKENS * inputs * outputs / 1e9
    print(f"{inputs:5d} x {outputs:5d}: " + ", ".join(f"{gflop / s:.0f}" for s in each) + " GFLOP/s")
    total += count * sum(each)
    operations += count * 3 * gflop
print(f"a step's products: {operations:.1f} GFLOP in {total * 1000:.0f} ms, {operations / total:.0f} GFLOP/s")
