"""Kendall's tau-b by scipy, for crates/eval/tests/golden/coherence.json.

    python reference/coherence.py

Needs scipy 1.17 and numpy. Lists of several lengths, with ties in none, one or both; a constant one gives null.
"""

import json
import math
from pathlib import Path

import numpy
import scipy
from scipy.stats import kendalltau

OUT = Path(__file__).resolve().parent.parent / "crates/eval/tests/golden/coherence.json"


def main():
    draw = numpy.random.default_rng(5)
    cases = []
    for n in [2, 3, 5, 17, 64, 100]:
        for x_levels, y_levels in [(0, 0), (0, 3), (4, 0), (3, 2), (0, 1)]:
            def numbers(levels):
                return draw.integers(0, levels, n) / levels if levels else draw.normal(size=n).round(6)

            x, y = numbers(x_levels), numbers(y_levels)
            tau = kendalltau(x, y).statistic
            cases.append({"x": x.tolist(), "y": y.tolist(), "tau": None if math.isnan(tau) else float(tau)})
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps({"scipy": scipy.__version__, "cases": cases}) + "\n")


if __name__ == "__main__":
    main()
