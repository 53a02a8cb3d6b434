"""Writes intervals.json: Student's points and intervals of means as scipy has them, with batch means taken by numpy.

Student's point: scipy.stats.t.ppf. Means: scipy.stats.t.interval around numpy's mean, of the values or of the means of their batches.
"""

import json
import math
import random

import numpy
from scipy import stats

draw = random.Random(8128)


def interval(values):
    values = numpy.asarray(values, dtype=float)
    low, high = stats.t.interval(0.95, len(values) - 1, loc=values.mean(), scale=stats.sem(values))
    return [float(values.mean()), float(low), float(high)]


def batches(values):
    count = max(5, math.isqrt(len(values)))
    length = len(values) // count
    return numpy.asarray(values[len(values) - count * length :]).reshape(count, length).mean(axis=1)


def curve(length):
    """A curve whose neighbours resemble each other: an autoregression of first order."""
    values, value = [], 0.0
    for _ in range(length):
        value = 0.8 * value + draw.gauss(0, 1)
        values.append(round(value, 6))
    return values


curves = [curve(length) for length in (5, 7, 10, 24, 25, 40, 101, 400)]
golden = {
    "student": [[degrees, float(stats.t.ppf(0.975, degrees))] for degrees in (1, 2, 3, 4, 5, 7, 10, 29, 30, 100, 317)],
    "means": [[values, interval(values)] for values in ([1, 2, 3], [0.5, -0.5], curves[2])],
    "batchMeans": [[values, interval(batches(values))] for values in curves],
}
with open("intervals.json", "w", encoding="utf8") as file:
    file.write(json.dumps(golden) + "\n")
