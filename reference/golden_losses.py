"""Writes crates/kernels/tests/golden/losses.json: values and gradients of losses by other people's code.

    pip install torch==2.15.0 pytorch-metric-learning==2.9.0 sentence-transformers==6.2.0
    pip install --no-deps open_clip_torch==3.3.0
    python reference/golden_losses.py

Everything is float64 on the CPU; the inputs come from a fixed numpy seed (golden_inputs.py). Gradients are with
respect to the rows as given, through the library's own normalisation if it normalises. The input "awkward" has
ties and duplicates, where a gradient is a convention: values only. golden_pml.py, golden_st.py and golden_open_clip.py hold
the cases of the three libraries, golden_papers.py the formulas of papers that none has.
"""

import collections
import json
import pathlib
from importlib.metadata import version

import torch

import golden_inputs
import golden_open_clip
import golden_papers
import golden_pml
import golden_st

TARGET = pathlib.Path(__file__).resolve().parent.parent / "crates/kernels/tests/golden/losses.json"
LIBRARIES = ["pytorch-metric-learning", "sentence-transformers", "open_clip_torch", "torch"]


def collect():
    torch.set_default_dtype(torch.float64)
    book = golden_inputs.Book()
    for module in [golden_pml, golden_st, golden_open_clip, golden_papers]:
        module.collect(book)
    return book


def check(book):
    """Names are unique, and every number is one."""
    names = [case["name"] for case in book.cases]
    assert len(set(names)) == len(names), [n for n, k in collections.Counter(names).items() if k > 1]
    for case in book.cases:
        numbers = [case["value"], *(x for key in case if key.endswith("gradient") for x in case[key] or [])]
        assert torch.tensor(numbers).isfinite().all(), case["name"]


def one_per_line(entries):
    return ",\n".join(entries)


def written(book):
    """JSON with one input and one case a line, numbers exact."""
    libraries = {name: version(name).split("+")[0] for name in LIBRARIES}
    inputs = [f"{json.dumps(name)}: {json.dumps(fields)}" for name, fields in book.written_inputs().items()]
    cases = [json.dumps(case) for case in book.cases]
    body = f'"inputs": {{\n{one_per_line(inputs)}\n}},\n"cases": [\n{one_per_line(cases)}\n]'
    return f'{{\n"libraries": {json.dumps(libraries)},\n{body}\n}}\n'


def show(book):
    for case in book.cases:
        print(f"{case['name']:52} {case['value']:.12f}  {'' if case['gradient'] else 'value only'}")
    counted = collections.Counter(case["library"] for case in book.cases)
    print(", ".join(f"{name}: {count} cases" for name, count in counted.items()))


def main():
    book = collect()
    check(book)
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(written(book))
    show(book)


if __name__ == "__main__":
    main()
