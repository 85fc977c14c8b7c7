"""The inputs of golden_losses.py: small arrays, the same for every library, and the book that collects cases.

Random inputs are drawn by numpy from a fixed seed. "awkward" is made of multiples of 1/8, so that its raw
distances tie exactly, with duplicates within and across classes; no two of its rows are parallel unless equal.
"""

import numpy as np
import torch

GRADIENTS = {"rows": "gradient", "second": "second_gradient", "negatives": "negatives_gradient"}
GRADIENTS |= {"proxies": "proxy_gradient", "beta": "parameter_gradient"}
GRADIENTS |= {"log_scale": "log_scale_gradient", "bias": "bias_gradient"}
SINGLES = [6, 7]


def formula():
    """E[i][j] = sin(1.7 i + 0.9 j + 0.3 i j), as in golden.py."""
    i, j = torch.meshgrid(torch.arange(6.0), torch.arange(4.0), indexing="ij")
    return torch.sin(1.7 * i + 0.9 * j + 0.3 * i * j).numpy()


def generic(rng):
    """24 normal rows of 6 classes and two classes of one row, in no order."""
    labels = np.concatenate([rng.integers(0, 6, 22), SINGLES])
    return {"rows": rng.standard_normal((24, 6)), "labels": rng.permutation(labels)}


def balanced(rng):
    """12 rows off the origin, 3 of each of 4 classes, in no order: every anchor has a positive."""
    labels = rng.permutation(np.repeat(np.arange(4), 3))
    return {"rows": 0.4 + rng.standard_normal((12, 6)), "labels": labels}


def parallel(rows):
    """Whether two rows that differ have the same direction."""
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    near = np.isclose(unit @ unit.T, 1.0)
    return bool((near & (rows[:, None] != rows[None, :]).any(-1)).any())


def awkward(rng):
    """20 rows of 4 multiples of 1/8 with ties, equal rows in a class (0, 1) and across (2, 7), (3, 12, 17)."""
    while True:
        rows = rng.integers(-2, 3, (20, 4)) / 8
        rows[1], rows[7], rows[12], rows[17] = rows[0], rows[2], rows[3], rows[3]
        if np.linalg.norm(rows, axis=1).min() > 0 and not parallel(rows):
            break
    labels = np.array([0, 0, 1, 2, 2, 1, 0, 3, 3, 4, 1, 4, 4, 0, 3, 2, 5, 1, 6, 4])
    return {"rows": rows, "labels": labels}


def pairs(rng):
    """Two towers of 8 rows, two negatives per anchor (all first ones, then all second ones), graded scores."""
    rows = 0.6 + rng.standard_normal((8, 6))
    second = 0.7 * rows + 0.8 * rng.standard_normal((8, 6))
    scores = np.array([1.0, 0.25, 0.75, 0.0, 0.25, 0.5, 1.0, 0.5])
    labels = np.array([1, 0, 1, 1, 0, 0, 1, 0])
    negatives = 0.6 + rng.standard_normal((16, 6))
    return {"rows": rows, "labels": labels, "second": second, "negatives": negatives, "scores": scores}


def proxies(rng):
    """12 rows of classes 0, 1, 2 and 4 (3 is absent) and one proxy for each of 5 classes."""
    labels = np.array([4, 0, 2, 1, 0, 2, 2, 4, 1, 0, 4, 1])
    found = {"rows": rng.standard_normal((12, 6)), "labels": labels}
    return found | {"proxies": rng.standard_normal((5, 6)), "proxy_labels": np.arange(5)}


def centres(rng, same):
    """The rows of "proxies" with three centres per class: row 3 c + k is centre k of class c."""
    found = {"rows": same["rows"], "labels": same["labels"]}
    return found | {"proxies": rng.standard_normal((15, 6)), "proxy_labels": np.repeat(np.arange(5), 3)}


def batches(rng):
    """Four batches of 7 rows, for a memory of 16."""
    return {"rows": rng.standard_normal((28, 5)), "labels": rng.integers(0, 4, 28)}


def ladder(rng):
    """Two towers of 10 rows; relevance[i][j] of (row i, second j) in multiples of 1/16.

    Nothing is relevant to row 3 and everything to row 5, so that rungs are empty there.
    """
    rows = rng.standard_normal((10, 6))
    relevance = rng.integers(0, 16, (10, 10)) / 16
    relevance[3], relevance[5] = 1 / 16, 15 / 16
    np.fill_diagonal(relevance, 1.0)
    return {"rows": rows, "second": 0.3 * rows + rng.standard_normal((10, 6)), "relevance": relevance}


def all_inputs():
    rng = np.random.default_rng(2026)
    raw = formula()
    relevance = np.array([[1, 0.7, 0.1], [0.7, 1, 0.3], [0.1, 0.3, 1]])
    found = {"formula": {"rows": raw, "labels": np.array([0, 0, 1, 1, 2, 2])}}
    found["formula-towers"] = {"rows": raw[0::2], "second": raw[1::2], "relevance": relevance}
    for make in [generic, balanced, awkward, pairs, proxies]:
        found[make.__name__] = make(rng)
    found["centres"] = centres(rng, found["proxies"])
    return found | {"batches": batches(rng), "ladder": ladder(rng)}


def plain(array):
    """An array as a flat list, exact."""
    return array.reshape(-1).tolist()


class Book:
    """The inputs, and the cases computed on them."""

    def __init__(self):
        self.inputs = all_inputs()
        self.cases = []

    def tensor(self, name, field):
        return torch.tensor(self.inputs[name][field])

    def add(self, name, library, source, loss, settings=None, note=None, wrt=("rows",), start=None):
        """Computes `loss(*fields named by wrt)` on the input `source`, and its gradients unless that is awkward.

        `start` gives other starting values for fields which are no part of the input, such as a parameter.
        """
        leaves = [torch.tensor((start or {}).get(f, self.inputs[source].get(f))).requires_grad_() for f in wrt]
        value = loss(*leaves).reshape(())
        case = {"name": name, "library": library, "input": source, "settings": settings or {}}
        case |= {"value": value.item(), "gradient": None}
        if source != "awkward" and value.requires_grad:
            found = torch.autograd.grad(value, leaves, allow_unused=True)
            case |= {GRADIENTS[f]: plain(g) for f, g in zip(wrt, found) if g is not None}
        if note:
            case["note"] = note
        self.cases.append(case)

    def written_inputs(self):
        return {n: {"dim": f["rows"].shape[1]} | {k: plain(v) for k, v in f.items()} for n, f in self.inputs.items()}
