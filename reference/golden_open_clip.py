"""Cases of golden_losses.py from OpenCLIP, whose file of losses is read by itself: the package would want more."""

import importlib.util
import pathlib
from importlib.metadata import distribution

import torch

LIBRARY = "open_clip_torch"


def read():
    path = pathlib.Path(distribution(LIBRARY).locate_file("open_clip/loss.py"))
    spec = importlib.util.spec_from_file_location("open_clip_loss", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def sigmoid(book):
    """SigLipLoss of rows of length 1, with its scale (by the logarithm) and its bias."""
    loss, unit = read().SigLipLoss(), torch.nn.functional.normalize
    for scale, bias in [(10.0, -10.0), (3.0, -1.0)]:
        for source in ["formula-towers", "pairs"]:

            def value(rows, second, log_scale, bias):
                return loss(unit(rows), unit(second), log_scale.exp(), bias)

            settings = {"scale": scale, "bias": bias}
            start = {"log_scale": torch.tensor(scale).log().item(), "bias": bias}
            wrt = ("rows", "second", "log_scale", "bias")
            name = f"open-clip-sigmoid-{scale:g}-{source}"
            book.add(name, LIBRARY, source, value, settings, "sum / number of rows", wrt, start)


def collect(book):
    sigmoid(book)
