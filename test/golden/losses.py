"""Writes losses.json: 100 random cases of every loss, its gradient, and the arithmetic of PPO around them.

Python's standard library alone, from the equations of the papers. Gradients are central differences of fourth order of the written
equations, so that no derivative is worked out by hand; draws that lie near a kink of a clip or a maximum are drawn again.

Rows B, columns R, M = B*R tokens row by row; a row's first `lengths[b]` tokens are real, the rest is padding that holds other numbers.
Kinds of responses in turn: ragged, all of one token, all end at once, none ends, ragged with a response of one token.
"""

import json
import math
import random

draw = random.Random(2203)


def number(low, high, digits=3):
    return round(draw.uniform(low, high), digits)


def numbers(count, low, high, digits=3):
    return [number(low, high, digits) for _ in range(count)]


def log_sum_exp(xs):
    top = max(xs)
    return top + math.log(sum(math.exp(x - top) for x in xs))


def clip(x, low, high):
    return min(max(x, low), high)


def log_sigmoid(x):
    return -math.log1p(math.exp(-x)) if x > 0 else x - math.log1p(math.exp(x))


def gradient(function, point):
    """Fourth-order central differences."""
    step = 1e-3
    result = []
    for i in range(len(point)):
        def at(shift):
            moved = list(point)
            moved[i] += shift
            return function(moved)
        result.append((8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step))
    return result


def far(x, *kinks):
    """Far enough from every kink that neither differences nor 32-bit rounding can cross it."""
    return all(abs(x - kink) > 0.01 for kink in kinks)


def masked_mean(xs, mask):
    return sum(x * m for x, m in zip(xs, mask)) / sum(mask)


# Responses

def responses(kind):
    rows, columns = draw.randint(1, 3), draw.randint(1, 4)
    lengths = [draw.randint(1, columns) for _ in range(rows)]
    ended = [draw.random() < 0.6 for _ in range(rows)]
    if kind == "one token each":
        lengths = [1] * rows
    if kind == "all end at once":
        lengths, ended = [draw.randint(1, columns)] * rows, [True] * rows
    if kind == "none ends":
        lengths, ended = [columns] * rows, [False] * rows
    if kind == "ragged with a response of one token":
        lengths[draw.randrange(rows)] = 1
    mask = [1 if t < lengths[b] else 0 for b in range(rows) for t in range(columns)]
    return {"kind": kind, "rows": rows, "columns": columns, "lengths": lengths, "ended": ended, "mask": mask}


# Losses on tokens

def token_logprob(row, target, temperature):
    """log softmax(logits/temperature)[target]"""
    scaled = [x / temperature for x in row]
    return scaled[target] - log_sum_exp(scaled)


def entropy(row, temperature):
    """-sum p log p"""
    logs = [token_logprob(row, v, temperature) for v in range(len(row))]
    return -sum(math.exp(x) * x for x in logs)


def language(case):
    tokens, size = case["rows"] * case["columns"], draw.randint(2, 5)
    temperature = draw.choice([1, 1, 0.7, 1.3])
    logits = numbers(tokens * size, -3, 3, 2)
    targets = [draw.randrange(size) for _ in range(tokens)]

    def logprobs(x):
        return [token_logprob(x[m * size:(m + 1) * size], targets[m], temperature) for m in range(tokens)]

    def entropies(x):
        return [entropy(x[m * size:(m + 1) * size], temperature) for m in range(tokens)]

    def loss(x):
        return -masked_mean(logprobs(x), case["mask"])

    def mean_entropy(x):
        return masked_mean(entropies(x), case["mask"])

    return {
        "vocabulary": size, "temperature": temperature, "logits": logits, "targets": targets,
        "logprobs": logprobs(logits), "entropies": entropies(logits),
        "loss": loss(logits), "gradient": gradient(loss, logits),
        "entropy": mean_entropy(logits), "entropyGradient": gradient(mean_entropy, logits),
    }


def policy(case):
    """PPO's clipped loss (Schulman et al. 2017, eq. 7, negated) with its statistics."""
    epsilon = draw.choice([0.1, 0.2, 0.3])
    new, old, advantages = [], [], []
    for _ in case["mask"]:
        while True:
            before, after, advantage = number(-3, -0.1), number(-3, -0.1), number(-2, 2)
            if draw.random() < 0.7:
                after = round(clip(before + number(-0.3, 0.3), -4, -0.01), 3)
            ratio = math.exp(after - before)
            if far(ratio, 1 - epsilon, 1 + epsilon) and far(advantage, 0):
                break
        new.append(after)
        old.append(before)
        advantages.append(advantage)

    def ratios(x):
        return [math.exp(a - b) for a, b in zip(x, old)]

    def loss(x):
        terms = [-min(r * a, clip(r, 1 - epsilon, 1 + epsilon) * a) for r, a in zip(ratios(x), advantages)]
        return masked_mean(terms, case["mask"])

    active = [
        1 if (a > 0 and r > 1 + epsilon) or (a < 0 and r < 1 - epsilon) else 0
        for r, a in zip(ratios(new), advantages)
    ]
    return {
        "logprobs": new, "oldLogprobs": old, "advantages": advantages, "clipRange": epsilon,
        "loss": loss(new), "gradient": gradient(loss, new),
        "clipFraction": masked_mean(active, case["mask"]),
        "k1": masked_mean([b - a for a, b in zip(new, old)], case["mask"]),
        "k3": masked_mean([r - 1 - math.log(r) for r in ratios(new)], case["mask"]),
        "ratioDeviation": max(abs(r - 1) * m for r, m in zip(ratios(new), case["mask"])),
    }


def value(case):
    """Half the squared error, the larger of the plain and the clipped one."""
    limit = draw.choice([0.1, 0.2, 0.5])
    values, old, returns = [], [], []
    for _ in case["mask"]:
        while True:
            before, now, wanted = number(-1, 1), number(-1, 1), number(-1.5, 1.5)
            if draw.random() < 0.5:
                now = round(before + number(-0.25, 0.25), 3)
            clipped = clip(now, before - limit, before + limit)
            tie = abs(now - wanted) - abs(clipped - wanted)
            if far(now - before, limit, -limit) and (clipped == now or far(tie, 0)):
                break
        values.append(now)
        old.append(before)
        returns.append(wanted)

    def errors(x):
        plain = [(v - r) ** 2 for v, r in zip(x, returns)]
        clipped = [(clip(v, o - limit, o + limit) - r) ** 2 for v, o, r in zip(x, old, returns)]
        return plain, clipped

    def loss(x):
        return 0.5 * masked_mean([max(p, c) for p, c in zip(*errors(x))], case["mask"])

    def plain_loss(x):
        return 0.5 * masked_mean(errors(x)[0], case["mask"])

    # Outside the range the clipped term is a constant of the value: "larger" is decided there alone.
    active = [
        1 if abs(v - o) > limit and c > p else 0
        for v, o, p, c in zip(values, old, *errors(values))
    ]
    return {
        "values": values, "oldValues": old, "returns": returns, "clipRangeValue": limit,
        "loss": loss(values), "gradient": gradient(loss, values),
        "clipFraction": masked_mean(active, case["mask"]),
        "plainLoss": plain_loss(values), "plainGradient": gradient(plain_loss, values),
    }


def pairwise():
    """Rankings of K = 2 ... 9 responses; the loss is the mean over prompts of the mean over a prompt's pairs (Ouyang et al., eq. 1)."""
    rankings, scores = [], []
    for _ in range(draw.randint(1, 3)):
        k = draw.randint(2, 9)
        order = list(range(k))
        draw.shuffle(order)
        tiers = [[order[0]]]
        for i in order[1:]:
            if draw.random() < 0.25:
                tiers[-1].append(i)
            else:
                tiers.append([i])
        rankings.append(tiers)
        scores.append(numbers(k, -2, 2))
    if all(len(tiers) == 1 for tiers in rankings):
        return pairwise()
    flat = [score for row in scores for score in row]
    if any(abs(a - b) < 0.01 for i, a in enumerate(flat) for b in flat[:i]):
        return pairwise()
    starts = [sum(len(row) for row in scores[:i]) for i in range(len(scores))]

    def pairs(tiers, start, soft):
        decided = [
            (start + w, start + l, 1) for a in range(len(tiers)) for b in range(a + 1, len(tiers))
            for w in tiers[a] for l in tiers[b]
        ]
        tied = [(start + t[i], start + t[j], 0.5) for t in tiers for i in range(len(t)) for j in range(i + 1, len(t))]
        return decided + (tied if soft else [])

    def results(soft):
        prompts = [pairs(tiers, start, soft) for tiers, start in zip(rankings, starts)]
        prompts = [prompt for prompt in prompts if prompt]

        def loss(x):
            means = [
                sum(-t * log_sigmoid(x[w] - x[l]) - (1 - t) * log_sigmoid(x[l] - x[w]) for w, l, t in prompt) / len(prompt)
                for prompt in prompts
            ]
            return sum(means) / len(means)

        weighted = [(1 / len(prompt), flat[w] > flat[l]) for prompt in prompts for w, l, t in prompt if t == 1]
        accuracy = sum(w for w, right in weighted if right) / sum(w for w, _ in weighted)
        return {"loss": loss(flat), "gradient": gradient(loss, flat), "accuracy": accuracy}

    return {"rankings": rankings, "scores": flat, "drop": results(False), "soft": results(True)}


# Arithmetic without gradients

def rewards(case):
    """Scaled scores, KL penalty, GAE, whitening: each from the one before."""
    rows, columns, lengths, mask = case["rows"], case["columns"], case["lengths"], case["mask"]
    tokens = rows * columns
    raw, divisor, penalty = numbers(rows, -3, 3), number(0.3, 2), draw.choice([0, 1, 1.5])
    scaled = [s / divisor - (0 if e else penalty) for s, e in zip(raw, case["ended"])]
    logprobs, reference = numbers(tokens, -3, -0.01), numbers(tokens, -3, -0.01)
    coefficient = number(0, 0.5)
    values = numbers(tokens, -1, 1)
    gamma, lam = draw.choice([1, 1, 0.9]), draw.choice([0, 0.5, 0.95, 0.95, 1])
    kl, plain = [], [0.0] * tokens
    advantages, returns = [0.0] * tokens, [0.0] * tokens
    for b in range(rows):
        first, length = b * columns, lengths[b]
        differences = [logprobs[first + t] - reference[first + t] for t in range(length)]
        kl.append(sum(differences))
        for t in range(length):
            plain[first + t] = -coefficient * differences[t]
        plain[first + length - 1] += scaled[b]
        deltas = [
            plain[first + t] + gamma * (values[first + t + 1] if t + 1 < length else 0) - values[first + t]
            for t in range(length)
        ]
        for t in range(length):
            # Schulman et al. 2016, eq. 16: the discounted sum of the errors to come.
            advantages[first + t] = sum((gamma * lam) ** (u - t) * deltas[u] for u in range(t, length))
            returns[first + t] = advantages[first + t] + values[first + t]

    def whitened(xs, keep_mean):
        mean = masked_mean(xs, mask)
        variance = masked_mean([(x - mean) ** 2 for x in xs], mask)
        shift = mean if keep_mean else 0
        return [((x - mean) / math.sqrt(variance + 1e-8) + shift) * m for x, m in zip(xs, mask)]

    delta = [a - b for a, b in zip(logprobs, reference)]
    return {
        "raw": raw, "divisor": divisor, "missingEndPenalty": penalty, "scaled": scaled,
        "logprobs": logprobs, "referenceLogprobs": reference, "klCoef": coefficient,
        "rewards": plain, "klPerSequence": kl,
        "k2": [d * d / 2 for d in delta], "k3": [math.exp(-d) - 1 + d for d in delta],
        "values": values, "gamma": gamma, "lambda": lam, "advantages": advantages, "returns": returns,
        "unitVariance": whitened(plain, True), "whitened": whitened(advantages, False),
    }


def controller():
    """Ziegler et al. 2019, section 2.2."""
    coefficient, target = number(0.01, 1), number(0.5, 10)
    horizon, episodes = draw.choice([1000, 2000, 10000]), draw.choice([64, 128, 512])
    observed = numbers(5, 0, 3 * target)
    moved, now = [], coefficient
    for kl in observed:
        error = clip((kl - target) / target, -0.2, 0.2)
        now *= 1 + error * episodes / horizon
        moved.append(now)
    return {"klCoef": coefficient, "target": target, "horizon": horizon, "episodes": episodes, "observed": observed, "moved": moved}


def adam():
    """Kingma and Ba 2015 with decoupled decay of matrices (Loshchilov and Hutter 2019), the gradient's global norm clipped first."""
    beta1, beta2, epsilon = 0.9, draw.choice([0.95, 0.999]), draw.choice([1e-8, 1e-5, 1e-2])
    decay, most = draw.choice([0, 0.1]), draw.choice([0, 0.5, 1, 100])
    average_decay = draw.choice([0.5, 0.9, 0.992])
    sizes = {"matrix": 6, "bias": 2}
    weights = {name: numbers(size, -1, 1) for name, size in sizes.items()}
    case = {
        "adamBeta1": beta1, "adamBeta2": beta2, "adamEpsilon": epsilon, "weightDecay": decay, "maxGradNorm": most,
        "emaDecay": average_decay, "begin": {name: list(w) for name, w in weights.items()}, "steps": [],
    }
    m = {name: [0.0] * size for name, size in sizes.items()}
    v = {name: [0.0] * size for name, size in sizes.items()}
    average = {name: list(w) for name, w in weights.items()}
    for t in range(1, 5):
        rate = number(0.01, 0.2)
        gradients = {name: numbers(size, -1, 1) for name, size in sizes.items()}
        norm = math.sqrt(sum(g * g for row in gradients.values() for g in row))
        factor = min(1, most / (norm + 1e-6)) if most > 0 else 1
        for name, row in gradients.items():
            for i, g in enumerate(row):
                g *= factor
                m[name][i] = beta1 * m[name][i] + (1 - beta1) * g
                v[name][i] = beta2 * v[name][i] + (1 - beta2) * g * g
                direction = (m[name][i] / (1 - beta1 ** t)) / (math.sqrt(v[name][i] / (1 - beta2 ** t)) + epsilon)
                shrink = decay * weights[name][i] if name == "matrix" else 0
                weights[name][i] -= rate * (direction + shrink)
                average[name][i] = average_decay * average[name][i] + (1 - average_decay) * weights[name][i]
        case["steps"].append({"learningRate": rate, "gradients": gradients, "norm": norm})
    return {**case, "weights": weights, "m": m, "v": v, "average": average}


def schedule():
    """Half a cosine from the peak to its share after a linear warm-up that has its first step above 0."""
    steps, warmup = draw.randint(1, 12), draw.randint(0, 4)
    peak, share = number(1e-4, 1e-2, 5), draw.choice([0, 0.1, 0.5])
    rates = []
    for step in range(steps + 2):
        if step < warmup:
            rates.append(peak * (step + 1) / (warmup + 1))
        else:
            span = max(1, steps - 1 - warmup)
            progress = min(1, (step - warmup) / span)
            rates.append(share * peak + (1 - share) * peak * 0.5 * (1 + math.cos(math.pi * progress)))
    return {"steps": steps, "warmupSteps": warmup, "peak": peak, "finalShare": share, "rates": rates}


def rounded(x):
    """Seven significant digits, whole numbers without a point."""
    if isinstance(x, float):
        short = float(f"{x:.7g}")
        return int(short) if short == int(short) else short
    if isinstance(x, list):
        return [rounded(item) for item in x]
    if isinstance(x, dict):
        return {key: rounded(item) for key, item in x.items()}
    return x


kinds = ["ragged", "one token each", "all end at once", "none ends", "ragged with a response of one token"]
cases = []
for i in range(100):
    case = responses(kinds[i % len(kinds)])
    case.update(
        language=language(case), policy=policy(case), value=value(case), pairwise=pairwise(), rewards=rewards(case),
        controller=controller(), adam=adam(), schedule=schedule(),
    )
    cases.append(rounded(case))

with open(__file__.replace(".py", ".json"), "w", newline="\n") as file:
    lines = ",\n".join("    " + json.dumps(case, separators=(",", ":")) for case in cases)
    file.write('{\n  "source": "test/golden/losses.py, Python alone, gradients by differences",\n  "cases": [\n' + lines + "\n  ]\n}\n")
