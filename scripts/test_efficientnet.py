"""Tests of efficientnet.py: python3 -m unittest discover scripts. No network, no PyTorch."""

import io
import json
import pickle
import struct
import sys
import types
import unittest
from collections import OrderedDict
from unittest import mock

import efficientnet


class Storage:
    """What stands for a storage in a file."""

    def __init__(self, kind, key):
        self.identity = ("storage", kind, key, "cpu", 0, None)


class Tensor:
    def __init__(self, rebuild, *given):
        self.made = (rebuild, given)

    def __reduce__(self):
        return self.made


class Pickler(pickle.Pickler):
    def persistent_id(self, thing):
        return thing.identity if isinstance(thing, Storage) else None


def file(tensors, storages):
    """The older format: `tensors` of storages by name, numbers by key."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    kind = type("FloatStorage", (), {"__module__": "torch", "__qualname__": "FloatStorage"})
    torch.FloatStorage = kind

    def rebuild(*given):
        raise AssertionError

    rebuild.__module__, rebuild.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = rebuild
    out = io.BytesIO()
    with mock.patch.dict(sys.modules, {"torch": torch, "torch._utils": utils}):
        all_ = OrderedDict(
            (name, Tensor(rebuild, Storage(kind, key), *rest)) for name, (key, *rest) in tensors.items()
        )
        for part in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}, all_, list(storages)):
            Pickler(out, 2).dump(part)
    for numbers in storages.values():
        out.write(struct.pack(f"<q{len(numbers)}f", len(numbers), *numbers))
    return io.BytesIO(out.getvalue())


class Reading(unittest.TestCase):
    def test_numbers_are_row_major_whatever_their_strides(self):
        given = file({"a.weight": ("7", 0, (2, 3), (1, 2)), "b.bias": ("3", 0, (2,), (1,))},
                     {"3": [8.0, 9.0], "7": [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]})
        found = efficientnet.read(given)
        self.assertEqual(found["a.weight"], ("F32", [2, 3], struct.pack("<6f", 1, 2, 3, 4, 5, 6)))
        self.assertEqual(found["b.bias"], ("F32", [2], struct.pack("<2f", 8, 9)))

    def test_a_part_of_a_storage_is_refused(self):
        with self.assertRaisesRegex(pickle.UnpicklingError, "begin where their storage does"):
            efficientnet.read(file({"a.weight": ("7", 1, (1,), (1,))}, {"7": [1.0, 2.0]}))

    def test_nothing_but_tensors_is_made(self):
        evil = io.BytesIO(pickle.dumps(print, 2))
        with self.assertRaisesRegex(pickle.UnpicklingError, "wanted tensors, given"):
            efficientnet.Tensors(evil).load()


class Writing(unittest.TestCase):
    def test_names(self):
        for theirs, ours in [
            ("_conv_stem.weight", "conv_stem.weight"),
            ("_blocks.0._project_conv.weight", "blocks.0.0.conv_pw.weight"),
            ("_blocks.4._bn1.running_var", "blocks.2.1.bn2.running_var"),
            ("_blocks.15._project_conv.weight", "blocks.6.0.conv_pwl.weight"),
            ("_bn1.bias", "bn2.bias"),
            ("_fc.weight", "classifier.weight"),
        ]:
            self.assertEqual(efficientnet.renamed(theirs), ours)

    def test_the_head_says_where_numbers_are(self):
        written = efficientnet.safetensors({"b": ("F32", [1], b"bbbb"), "a": ("I64", [], b"aaaaaaaa")})
        length = int.from_bytes(written[:8], "little")
        head = json.loads(written[8 : 8 + length])
        self.assertEqual(length % 8, 0)
        self.assertEqual(head["a"], {"dtype": "I64", "shape": [], "data_offsets": [0, 8]})
        start, end = head["b"]["data_offsets"]
        self.assertEqual(written[8 + length :][start:end], b"bbbb")


if __name__ == "__main__":
    unittest.main()
