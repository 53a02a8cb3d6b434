"""Writes exactMath.json: values of elementary functions, rounded to double from 60 decimal digits.

Python's standard library alone: exp and ln of `decimal`, the rest from their definitions, sine and cosine from their series.
"""

import json
import random
from decimal import Decimal, getcontext

getcontext().prec = 60


def sine(x):
    term = total = x
    n = 1
    while abs(term) > Decimal(10) ** -58:
        term *= -x * x / ((n + 1) * (n + 2))
        n += 2
        total += term
    return total


def cosine(x):
    term = total = Decimal(1)
    n = 0
    while abs(term) > Decimal(10) ** -58:
        term *= -x * x / ((n + 1) * (n + 2))
        n += 2
        total += term
    return total


one = Decimal(1)
functions = {
    "exp": (lambda x: x.exp(), (-700, 700), (-1, 1)),
    "expm1": (lambda x: x.exp() - 1, (-40, 40), (-1, 1), (-1e-3, 1e-3)),
    "log": (lambda x: x.ln(), (1e-300, 1e-290), (0.4, 3), (0, 1e6)),
    "log1p": (lambda x: (1 + x).ln(), (-0.999, 3), (-1e-3, 1e-3), (0, 1e6)),
    "tanh": (lambda x: ((2 * x).exp() - 1) / ((2 * x).exp() + 1), (-3, 3), (-0.1, 0.1), (-20, 20)),
    "sigmoid": (lambda x: one / (1 + (-x).exp()), (-700, 40), (-3, 3)),
    "softplus": (lambda x: (1 + x.exp()).ln(), (-100, 100), (-3, 3)),
    "sin": (sine, (-7, 7), (-0.1, 0.1), (-40, 40)),
    "cos": (cosine, (-7, 7), (-0.1, 0.1), (-40, 40)),
}

draw = random.Random(20221)
golden = {"source": "test/golden/exactMath.py, Python's decimal at 60 digits"}
for name, (function, *ranges) in functions.items():
    cases = []
    for low, high in ranges:
        for _ in range(60):
            x = draw.uniform(low, high)
            cases.append([x, float(function(Decimal(x)))])
    golden[name] = cases
powers = []
for _ in range(60):
    x, n = draw.uniform(0.9, 1.1), draw.randrange(1, 3000)
    powers.append([x, n, float(Decimal(x) ** n)])
for _ in range(60):
    x, y = draw.uniform(0.5, 2), draw.uniform(-200, 200)
    powers.append([x, y, float((Decimal(y) * Decimal(x).ln()).exp())])
golden["pow"] = powers
with open(__file__.replace(".py", ".json"), "w", newline="\n") as file:
    rows = [
        f'  "{name}": ' + (json.dumps(value) if isinstance(value, str) else "[\n" + ",\n".join("    " + json.dumps(row) for row in value) + "\n  ]")
        for name, value in golden.items()
    ]
    file.write("{\n" + ",\n".join(rows) + "\n}\n")
