"""Do the tests bite? Breaks `kernels` and `eval` in 200 places, one at a time, and runs the tests of the broken crate.

    cargo install --locked cargo-mutants cargo-nextest
    python reference/mutants.py                     # draws, runs what mutants.json does not have, writes it
    python reference/mutants.py --list              # only says what would be run
    python reference/mutants.py --package tercet-eval --first 5

The draw: every mutant that cargo-mutants finds, sorted by the hash of (seed, its name without line and column), the
first 200. A line that moves moves no mutant, and one more function changes few: the draw stays what it was.
Works on a copy of the tree as committed (--tree, kept between runs so that only the crate is built again). A mutant is
caught where a test fails, missed where none does, unviable where it does not compile, timeout where tests hang.
"""

import argparse
import hashlib
import io
import json
import os
import re
import signal
import subprocess
import tarfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "reference" / "mutants.json"
PACKAGES = ["tercet-kernels", "tercet-eval"]
# Tests run many times faster when optimised a little, and a little is quickly compiled.
PROFILE = {
    "CARGO_PROFILE_DEV_OPT_LEVEL": "1",
    "CARGO_PROFILE_DEV_DEBUG": "false",
    "CARGO_INCREMENTAL": "1",
    "CARGO_TERM_COLOR": "never",
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--package", choices=PACKAGES, help="only those of the draw that are of this package")
    parser.add_argument("--first", type=int, help="only so many of the draw")
    parser.add_argument("--again", action="store_true", help="run the missed ones again")
    parser.add_argument("--list", action="store_true", help="only list the draw")
    parser.add_argument("--timeout", type=int, default=120, help="seconds the tests of one mutant may take")
    parser.add_argument("--tree", type=Path, default=ROOT / "target" / "mutants")
    return parser.parse_args()


def copy(tree):
    """The tree as committed, beside what was built of it before; files that are as they were keep their times."""
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True).stdout
    names = set()
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        for file in (one for one in files if one.isfile()):
            names.add(file.name)
            data, path = files.extractfile(file).read(), tree / file.name
            if not path.is_file() or path.read_bytes() != data:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
    for path in tree.glob("crates/**/*.rs"):
        if str(path.relative_to(tree)) not in names:
            path.unlink()


def place(mutant):
    """The name without line and column: `file: what is replaced by what`."""
    return re.sub(r"\.rs:\d+:\d+: ", ".rs: ", mutant["name"])


def draw(tree, seed, count):
    command = ["cargo", "mutants", "--list", "--json"]
    for package in PACKAGES:
        command += ["-p", package]
    found = json.loads(subprocess.run(command, cwd=tree, check=True, capture_output=True).stdout)
    seen = Counter()
    for mutant in found:
        name = place(mutant)
        seen[name] += 1
        mutant["place"] = name if seen[name] == 1 else f"{name} ({seen[name]})"
    key = lambda mutant: hashlib.sha256(f"{seed} {mutant['place']}".encode()).hexdigest()
    return len(found), sorted(found, key=key)[:count]


def run(tree, mutant, timeout):
    """One mutant in place, tested by its own crate's tests up to the first that fails; and how many seconds that took.

    Not by `cargo mutants --re`: version 27.1 runs every mutant that deletes a field beside the one that is asked for.
    """
    began, source = time.monotonic(), tree / mutant["file"]
    whole = source.read_bytes()
    patch = ["patch", "--silent", "--posix", str(source)]
    try:
        subprocess.run(patch, input=mutant["diff"], text=True, check=True, cwd=tree)
        if nextest(tree, mutant, ["--no-run"], 600) != 0:
            outcome = "unviable"
        else:
            outcome = {0: "missed", None: "timeout"}.get(nextest(tree, mutant, [], timeout), "caught")
    finally:
        source.write_bytes(whole)
    return outcome, round(time.monotonic() - began, 1)


def nextest(tree, mutant, more, seconds):
    """The exit code, or none where it had to be stopped."""
    command = ["cargo", "nextest", "run", "--package", mutant["package"], *more]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    child = subprocess.Popen(command, cwd=tree, env=os.environ | PROFILE, start_new_session=True, **quiet)
    try:
        return child.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        return None


def main():
    asked = arguments()
    copy(asked.tree)
    total, drawn = draw(asked.tree, asked.seed, asked.count)
    chosen = [one for one in drawn if asked.package in (None, one["package"])][: asked.first]
    if asked.list:
        print("\n".join(one["place"] for one in chosen), f"\n{len(chosen)} of {total}")
        return
    known = json.loads(RESULT.read_text())["mutants"] if RESULT.exists() else []
    known = {one["mutant"]: one for one in known}
    for mutant in chosen:
        old = known.get(mutant["place"], {})
        if old and not (asked.again and old["outcome"] == "missed"):
            continue
        outcome, seconds = run(asked.tree, mutant, asked.timeout)
        function = (mutant.get("function") or {}).get("function_name")
        found = {"mutant": mutant["place"], "file": mutant["file"], "function": function, "outcome": outcome}
        known[mutant["place"]] = old | found
        print(f"{outcome:8} {seconds:6} s  {mutant['name']}", flush=True)
        write(asked.seed, total, [known[one["place"]] for one in drawn if one["place"] in known])


def write(seed, total, mutants):
    """What was found, with any reason (`why`) that was written by hand beside a mutant that nobody caught."""
    counts = Counter(one["outcome"] for one in mutants)
    viable = len(mutants) - counts["unviable"]
    caught = counts["caught"] + counts["timeout"]
    head = {"seed": seed, "found": total, "run": len(mutants), **dict(sorted(counts.items()))}
    head["caught_share"] = round(caught / viable, 3) if viable else None
    RESULT.write_text(json.dumps(head | {"mutants": mutants}, indent=1) + "\n")


if __name__ == "__main__":
    main()
