"""A folder that a run leaves opens in sentence-transformers, with the same embeddings.

    cargo build --release
    python3 -m unittest scripts/test_folder.py

Skipped, and said so, where sentence-transformers is not installed or the program is not built.
"""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TERCET = ROOT / "target/release/tercet"
MODELS = ROOT / "crates/nn/tests/models"
RECIPE = """
[data]
set = "texts"
path = "{data}"
[sampler]
kind = "rows"
batch = 8
[model]
kind = "sentence"
path = "{model}"
[loss]
kind = "multiple-negatives-ranking"
[train]
steps = 4
"""

try:
    import numpy
    from sentence_transformers import SentenceTransformer

    MISSING = None
except ImportError as missing:
    MISSING = f"{missing}; pip install sentence-transformers"


def tercet(*arguments):
    subprocess.run([TERCET, *map(str, arguments)], check=True, capture_output=True)


@unittest.skipIf(MISSING, MISSING)
@unittest.skipUnless(TERCET.is_file(), f"{TERCET} is not there; cargo build --release")
class Folder(unittest.TestCase):
    def check(self, family):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            recipe, texts, rows = root / "recipe.toml", root / "texts.txt", root / "rows.npy"
            data = ROOT / "assets/wordnet/train.jsonl"
            recipe.write_text(RECIPE.format(data=data, model=MODELS / family))
            lines = [json.loads(line)["anchor"] for line in data.read_text().splitlines()[:40]]
            texts.write_text("\n".join(lines))
            tercet("train", recipe, "--out", root / "run")
            tercet("embed", root / "run", texts, "--out", rows)
            ours = numpy.load(rows).astype(numpy.float64)
            theirs = SentenceTransformer(str(root / "run/model"), device="cpu").encode(lines)
            far = abs(ours - theirs).max() / abs(theirs).max()
            self.assertEqual(ours.shape, theirs.shape)
            self.assertLess(far, 1e-5)

    def test_bert(self):
        self.check("bert")

    def test_a_dense_layer(self):
        self.check("distilbert")

    def test_modernbert(self):
        self.check("modernbert")


if __name__ == "__main__":
    unittest.main()
