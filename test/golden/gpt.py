"""Writes gpt.json: log-probs, entropies, loss and gradient of small GPT-2 models, from the architecture's description.

Radford et al. 2019 and 2018: token and position embeddings; blocks x + attention(ln(x)), x + mlp(ln(x)); a final layer norm; an output
projection that is the token embedding or a matrix of its own. Python's standard library alone; the gradient of every parameter is a central
difference of fourth order. Weights are far larger than at initialisation, so that every nonlinearity matters.
"""

import json
import math
import random

draw = random.Random(1706)


def vector(count, scale):
    return [round(draw.uniform(-scale, scale), 3) for _ in range(count)]


def drawn_weights(shape):
    width, vocabulary = shape["width"], shape["vocabulary"]
    weights = {"wte.weight": vector(vocabulary * width, 1), "wpe.weight": vector(shape["context"] * width, 1)}
    for layer in range(shape["layers"]):
        h = f"h.{layer}."
        for norm in ("ln_1", "ln_2"):
            weights[f"{h}{norm}.weight"] = [round(1 + x, 3) for x in vector(width, 0.5)]
            weights[f"{h}{norm}.bias"] = vector(width, 0.5)
        for name, rows, columns in (
            ("attn.c_attn", width, 3 * width), ("attn.c_proj", width, width),
            ("mlp.c_fc", width, 4 * width), ("mlp.c_proj", 4 * width, width),
        ):
            weights[f"{h}{name}.weight"] = vector(rows * columns, 0.8)
            weights[f"{h}{name}.bias"] = vector(columns, 0.5)
    weights["ln_f.weight"] = [round(1 + x, 3) for x in vector(width, 0.5)]
    weights["ln_f.bias"] = vector(width, 0.5)
    if not shape["tiedHead"]:
        weights["lm_head.weight"] = vector(vocabulary * width, 1)
    return weights


def layer_norm(x, gain, bias):
    mean = sum(x) / len(x)
    variance = sum((v - mean) ** 2 for v in x) / len(x)
    return [(v - mean) / math.sqrt(variance + 1e-5) * g + b for v, g, b in zip(x, gain, bias)]


def project(x, matrix, bias):
    """x times a matrix [in, out], plus a bias."""
    columns = len(bias)
    return [sum(x[i] * matrix[i * columns + j] for i in range(len(x))) + bias[j] for j in range(columns)]


def gelu(u):
    return 0.5 * u * (1 + math.tanh(math.sqrt(2 / math.pi) * (u + 0.044715 * u ** 3)))


def softmax(xs):
    top = max(xs)
    es = [math.exp(x - top) for x in xs]
    return [e / sum(es) for e in es]


def attention(queries, keys, values, heads):
    size = len(queries[0]) // heads
    result = []
    for t, query in enumerate(queries):
        row = []
        for head in range(heads):
            part = slice(head * size, (head + 1) * size)
            scores = [
                sum(q * k for q, k in zip(query[part], keys[s][part])) / math.sqrt(size) for s in range(t + 1)
            ]
            shares = softmax(scores)
            row += [sum(shares[s] * values[s][part][d] for s in range(t + 1)) for d in range(size)]
        result.append(row)
    return result


def logits_of(weights, shape, tokens):
    width = shape["width"]
    table, places = weights["wte.weight"], weights["wpe.weight"]
    states = [
        [table[token * width + c] + places[t * width + c] for c in range(width)] for t, token in enumerate(tokens)
    ]
    for layer in range(shape["layers"]):
        def w(name):
            return weights[f"h.{layer}.{name}"]
        packed = [
            project(layer_norm(x, w("ln_1.weight"), w("ln_1.bias")), w("attn.c_attn.weight"), w("attn.c_attn.bias"))
            for x in states
        ]
        q, k, v = ([row[i * width:(i + 1) * width] for row in packed] for i in range(3))
        attended = [project(row, w("attn.c_proj.weight"), w("attn.c_proj.bias")) for row in attention(q, k, v, shape["heads"])]
        states = [[a + b for a, b in zip(x, y)] for x, y in zip(states, attended)]
        inner = [
            [gelu(u) for u in project(layer_norm(x, w("ln_2.weight"), w("ln_2.bias")), w("mlp.c_fc.weight"), w("mlp.c_fc.bias"))]
            for x in states
        ]
        outer = [project(row, w("mlp.c_proj.weight"), w("mlp.c_proj.bias")) for row in inner]
        states = [[a + b for a, b in zip(x, y)] for x, y in zip(states, outer)]
    output = table if shape["tiedHead"] else weights["lm_head.weight"]
    result = []
    for x in states:
        h = layer_norm(x, weights["ln_f.weight"], weights["ln_f.bias"])
        result.append([
            sum(h[c] * output[token * width + c] for c in range(width)) for token in range(shape["vocabulary"])
        ])
    return result


def response_logprobs(weights, shape, sequence):
    prompt, response = sequence["prompt"], sequence["response"]
    logits = logits_of(weights, shape, prompt + response)
    rows = [softmax(logits[len(prompt) - 1 + t]) for t in range(len(response))]
    return [math.log(row[token]) for row, token in zip(rows, response)], [-sum(p * math.log(p) for p in row) for row in rows]


def mean_loss(weights, shape, sequences):
    logprobs = [x for sequence in sequences for x in response_logprobs(weights, shape, sequence)[0]]
    return -sum(logprobs) / len(logprobs)


def gradient(weights, shape, sequences):
    step = 1e-3
    result = {}
    for name, values in weights.items():
        result[name] = []
        for i in range(len(values)):
            def at(shift):
                moved = {**weights, name: values[:i] + [values[i] + shift] + values[i + 1:]}
                return mean_loss(moved, shape, sequences)
            result[name].append((8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step))
    return result


def rounded(x):
    if isinstance(x, float):
        short = float(f"{x:.7g}")
        return int(short) if short == int(short) else short
    if isinstance(x, list):
        return [rounded(item) for item in x]
    if isinstance(x, dict):
        return {key: rounded(item) for key, item in x.items()}
    return x


shapes = [
    {"layers": 1, "width": 4, "heads": 2, "context": 8, "vocabulary": 5, "tiedHead": True},
    {"layers": 2, "width": 6, "heads": 2, "context": 6, "vocabulary": 7, "tiedHead": False},
    {"layers": 2, "width": 8, "heads": 4, "context": 8, "vocabulary": 6, "tiedHead": True},
]
cases = []
for shape in shapes:
    weights = drawn_weights(shape)
    # Every place of the context is used, so that every parameter has a gradient.
    lengths = [(shape["context"] - 3, 3), (1, shape["context"] - 1), (2, 1)]
    sequences = [
        {"prompt": [draw.randrange(shape["vocabulary"]) for _ in range(p)], "response": [draw.randrange(shape["vocabulary"]) for _ in range(r)]}
        for p, r in lengths
    ]
    measured = [response_logprobs(weights, shape, sequence) for sequence in sequences]
    cases.append(rounded({
        "shape": shape, "weights": weights, "sequences": sequences,
        "logprobs": [logprobs for logprobs, _ in measured], "entropies": [entropies for _, entropies in measured],
        "loss": mean_loss(weights, shape, sequences), "gradient": gradient(weights, shape, sequences),
    }))

with open(__file__.replace(".py", ".json"), "w", newline="\n") as file:
    lines = ",\n".join("    " + json.dumps(case, separators=(",", ":")) for case in cases)
    file.write('{\n  "source": "test/golden/gpt.py, Python alone, gradients by differences",\n  "cases": [\n' + lines + "\n  ]\n}\n")
