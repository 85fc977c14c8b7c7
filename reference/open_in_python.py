"""Opens a folder that Tercet wrote with sentence-transformers and compares embeddings.

    cargo run --release -p tercet-nn --example rewrite -- MODEL OUT < sentences.txt
    python reference/open_in_python.py OUT

Exits 0 if every cosine is 1 to 1e-5 and every number equal to 1e-5 of the largest (or, with a message, if
sentence-transformers is not installed), 1 if not. Numbers in the repository are from 6.2.0.
"""

import json
import sys
from pathlib import Path


def main(folder):
    try:
        import numpy
        from sentence_transformers import SentenceTransformer
    except ImportError as missing:
        print(f"skipped: {missing}; pip install sentence-transformers")
        return 0
    written = json.loads((Path(folder) / "embeddings.json").read_text())
    ours = numpy.array(written["embeddings"], dtype=numpy.float64)
    model = SentenceTransformer(folder, device="cpu")
    theirs = model.encode(written["sentences"], batch_size=16).astype(numpy.float64)
    norms = numpy.linalg.norm(ours, axis=1) * numpy.linalg.norm(theirs, axis=1)
    cosine = ((ours * theirs).sum(axis=1) / norms).min()
    furthest = abs(ours - theirs).max()
    print(f"{len(ours)} sentences: least cosine 1 - {1 - cosine:.1e}, largest difference {furthest:.1e}")
    return 0 if 1 - cosine <= 1e-5 and furthest <= 1e-5 * max(1.0, abs(theirs).max()) else 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: open_in_python.py FOLDER")
    sys.exit(main(sys.argv[1]))
