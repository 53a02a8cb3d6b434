"""Writes reliability.json: agreement of random labels, with ties and missing ones, as other implementations measure it.

Kendall's tau-b: scipy. Cohen's kappa: scikit-learn. Krippendorff's alpha: the package krippendorff. None where they are undefined.
"""

import json
import math
import random
import warnings

import krippendorff
import numpy
from scipy.stats import kendalltau
from sklearn.metrics import cohen_kappa_score

warnings.simplefilter("ignore")
draw = random.Random(72773)


def number(value):
    return None if math.isnan(value) else round(float(value), 12)


def alpha(table, level):
    data = numpy.array([[numpy.nan if label is None else label for label in row] for row in table], dtype=float)
    pairable = data[:, numpy.sum(~numpy.isnan(data), axis=0) > 1]
    values = set(pairable[~numpy.isnan(pairable)])
    return None if len(values) < 2 else number(krippendorff.alpha(data, level_of_measurement=level))


def score(quality, noise, top):
    """A label around a hidden quality, so that labelers agree more than by chance."""
    return min(top, max(1, round(quality + draw.gauss(0, noise))))


golden = {"source": "test/golden/reliability.py", "tau": [], "kappa": [], "alpha": []}
for case in range(40):
    size, top = draw.randrange(2, 10), draw.randrange(1, 7)
    x = [draw.randrange(top + 1) for _ in range(size)]
    y = [draw.randrange(top + 1) if draw.random() < 0.5 else v for v in x]
    golden["tau"].append([x, y, number(kendalltau(x, y).statistic)])
for case in range(30):
    size, top = draw.randrange(1, 30), draw.randrange(1, 4)
    x = [draw.randrange(top) for _ in range(size)]
    y = [draw.randrange(top) if draw.random() < 0.5 else v for v in x]
    constant = len(set(x)) == 1 and set(x) == set(y)
    golden["kappa"].append([x, y, None if constant else number(cohen_kappa_score(x, y))])
for case in range(40):
    raters, units, top = draw.randrange(2, 6), draw.randrange(1, 25), draw.randrange(1, 8)
    noise, missing = draw.choice([0.3, 1, 5]), draw.choice([0, 0.2, 0.6])
    quality = [draw.uniform(1, top) for _ in range(units)]
    table = [[None if draw.random() < missing else score(q, noise, top) for q in quality] for _ in range(raters)]
    golden["alpha"].append([table, alpha(table, "nominal"), alpha(table, "ordinal")])

with open(__file__.replace(".py", ".json"), "w", newline="\n") as file:
    rows = [
        f'  "{name}": '
        + (json.dumps(value) if isinstance(value, str) else "[\n" + ",\n".join("    " + json.dumps(row) for row in value) + "\n  ]")
        for name, value in golden.items()
    ]
    file.write("{\n" + ",\n".join(rows) + "\n}\n")
