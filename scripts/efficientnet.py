"""EfficientNet-Lite0 as its package publishes it, under the names of timm's `tf_efficientnet_lite0`.

The file is in PyTorch's older format: four pickles (a mark, a version, the machine, the tensors), the keys of the
storages, and each storage's length and numbers. Python's own unpickler reads it, and may make nothing but tensors.
"""

import json
import pickle
import re
from collections import OrderedDict

# Blocks of each stage.
STAGES = [1, 2, 2, 3, 3, 4, 1]
TYPES = {"FloatStorage": ("F32", 4), "LongStorage": ("I64", 8)}
OUTSIDE = {"_conv_stem": "conv_stem", "_bn0": "bn1", "_conv_head": "conv_head", "_bn1": "bn2", "_fc": "classifier"}
# (v - 127) / 128 of bytes v.
LEVELS = {"image_mean": [127 / 255] * 3, "image_std": [128 / 255] * 3}
FILES = {
    "config.json": {"model_type": "efficientnet-lite0", "architecture": "tf_efficientnet_lite0", "image_size": 224},
    "preprocessor_config.json": {"size": {"height": 224, "width": 224}, "resample": 3, **LEVELS},
}
FIRST = {"_depthwise_conv": "conv_dw", "_bn1": "bn1", "_project_conv": "conv_pw", "_bn2": "bn2"}
OTHER = {"_expand_conv": "conv_pw", "_bn0": "bn1", "_depthwise_conv": "conv_dw", "_bn1": "bn2",
         "_project_conv": "conv_pwl", "_bn2": "bn3"}


def tensor(storage, offset, size, strides, *_):
    """Type, storage, size and strides of a tensor that begins where its storage does."""
    if offset:
        raise pickle.UnpicklingError("wanted tensors that begin where their storage does")
    return *storage, list(size), list(strides)


class Tensors(pickle.Unpickler):
    """Makes tensors, and refuses all else."""

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return tensor
        if module == "torch" and name in TYPES:
            return name
        raise pickle.UnpicklingError(f"wanted tensors, given {module}.{name}")

    def persistent_load(self, identity):
        _, kind, key, *_ = identity
        return kind, key


def read(file):
    """Type, size and bytes of every tensor, row-major, by name."""
    *_, tensors, keys = [Tensors(file).load() for _ in range(5)]
    widths = {key: TYPES[kind][1] for kind, key, *_ in tensors.values()}
    storages = {}
    for key in keys:
        count = int.from_bytes(file.read(8), "little")
        storages[key] = file.read(count * widths[key])
    return {
        name: (TYPES[kind][0], size, row_major(storages[key], TYPES[kind][1], size, strides))
        for name, (kind, key, size, strides) in tensors.items()
    }


def row_major(numbers, width, size, strides):
    """The bytes of a tensor, whose convolutions' filters stand in TensorFlow's order."""
    places = [0]
    for length, stride in zip(size, strides):
        places = [place + stride * index for place in places for index in range(length)]
    return b"".join([numbers[width * place : width * place + width] for place in places])


def renamed(name):
    """timm's name of the package's."""
    block = re.fullmatch(r"_blocks\.(\d+)\.(\w+)\.(\w+)", name)
    if not block:
        part, kind = name.split(".")
        return f"{OUTSIDE[part]}.{kind}"
    index, part, kind = int(block[1]), block[2], block[3]
    parts = OTHER if index else FIRST
    stage = 0
    while index >= STAGES[stage]:
        index -= STAGES[stage]
        stage += 1
    return f"blocks.{stage}.{index}.{parts[part]}.{kind}"


def safetensors(tensors):
    """The bytes of a safetensors file."""
    head, at = {"__metadata__": {"format": "pt"}}, 0
    ordered = sorted(tensors.items())
    for name, (kind, size, numbers) in ordered:
        head[name] = {"dtype": kind, "shape": size, "data_offsets": [at, at + len(numbers)]}
        at += len(numbers)
    head = json.dumps(head, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    return len(head).to_bytes(8, "little") + head + b"".join(numbers for _, (_, _, numbers) in ordered)


def converted(file):
    """The safetensors file of the package's file."""
    return safetensors({renamed(name): value for name, value in read(file).items()})
