"""Races Tercet's losses against pytorch-metric-learning and sentence-transformers; by hand, on a quiet machine.

    pip install torch==2.15.0 pytorch-metric-learning==2.9.0 sentence-transformers==6.2.0
    cargo build --release -p tercet-kernels --example race
    python reference/race.py --threads 2 --tercet target/release/examples/race --json race.json

Every work is done by every library in a process of its own, once for its memory and then `--repeat` times (small
batches ten times as often) for the medians of wall and processor time, of a value with its gradient in f32. Rows are
normal, of unit length. Peak memory is what a run adds to what the process held before it.

The command given as --tercet is called as

    COMMAND --work NAME --rows rows.npy (--labels labels.npy | --second second.npy) --repeat K

with RAYON_NUM_THREADS set, and prints one JSON line with "value", "wall_ms", "cpu_ms", "peak_mib" and, for the three
matrix products alone, "three_gemms_ms" and "three_gemms_cpu_ms". Rows are (n, d) f32, labels (n,) i64.

The works, NAME = kind/n/K (K rows of each class): plain Euclidean distance, margin 0.2.

- all-triplets: mean over the active ones.
- semi-hard: what each library calls so. pytorch-metric-learning: mean over all triplets with
  d_ap < d_an <= d_ap + margin; sentence-transformers: nearest negative above d_ap, else the farthest, mean over
  ordered positive pairs.
- hardest: farthest positive, nearest negative, mean over anchors.
- contrastive: [d]+ and [1.4 - d]+, means over active positive and over active negative pairs, added.
- multi-similarity: 2, 50, 0.5, on cosines.
- ranking-symmetric: NAME = ranking-symmetric/n, d = 384; softmax of 20 cosines, mean of both directions.
"""

import argparse
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

import numpy as np

PEERS = pathlib.Path(__file__).with_name("race_peers.py")
WORKS = [f"all-triplets/{n}/4" for n in [32, 64, 128, 256]]
WORKS += ["all-triplets/1800/40", "all-triplets/2048/256", "semi-hard/1800/40", "semi-hard/1800/4"]
WORKS += ["hardest/1800/40", "contrastive/1800/40", "multi-similarity/1800/40", "ranking-symmetric/1800"]
SMALL = 256


def unit(rng, n, dim):
    rows = rng.standard_normal((n, dim))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def write_inputs(work, folder):
    """Writes the arrays of a work and returns their files by option."""
    kind, n, *k = work.split("/")
    rng = np.random.default_rng(1800)
    if kind == "ranking-symmetric":
        rows = unit(rng, int(n), 384)
        arrays = {"rows": rows, "second": unit_of(rows + 0.15 * rng.standard_normal(rows.shape))}
    else:
        labels = np.arange(int(n), dtype=np.int64) // int(k[0])
        arrays = {"rows": unit(rng, int(n), 128), "labels": rng.permutation(labels)}
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    return {name: folder / f"{name}.npy" for name in arrays}


def unit_of(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def last_line(command, arguments, seconds):
    """Runs a command and returns the JSON of its last line, or what kept it from one."""
    threads = str(arguments.threads)
    environment = os.environ | dict.fromkeys(["OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"], threads)
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return {"over": f"over {arguments.seconds} s"}
    if done.returncode < 0:
        return {"over": f"ended by signal {-done.returncode}"}
    if done.returncode:
        sys.exit(f"{shlex.join(map(str, command))}\n{done.stderr}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def repeats(work, arguments):
    return arguments.repeat * (10 if int(work.split("/")[1]) <= SMALL else 1)


def race(work, arguments):
    """Every runner's result of one work; the time limit is for the runs, a minute more for imports."""
    found, repeat = {}, repeats(work, arguments)
    with tempfile.TemporaryDirectory() as name:
        files = write_inputs(work, pathlib.Path(name))
        for peer in ["pml", "st", "gemms"]:
            command = [sys.executable, PEERS, "--work", work, "--peer", peer, "--folder", name, "--repeat", repeat]
            command += ["--threads", arguments.threads, "--limit", arguments.limit]
            found[peer] = last_line([str(c) for c in command], arguments, arguments.seconds + 60)
        if not arguments.peers_only:
            options = [str(x) for option, file in files.items() for x in (f"--{option}", file)]
            command = [*shlex.split(arguments.tercet), "--work", work, *options, "--repeat", str(repeat)]
            found["tercet"] = last_line(command, arguments, arguments.seconds)
    return found


def number(x):
    return f"{x:.0f}" if x >= 100 else f"{x:.1f}" if x >= 10 else f"{x:.2f}"


def times(result, wall="wall_ms", processor="cpu_ms"):
    """`wall (processor)` in milliseconds, or why there is none."""
    if not result or result.get("lacks"):
        return "-"
    if "over" in result:
        return result["over"]
    return f"{number(result[wall])} ({number(result[processor])})" if wall in result else "-"


def ratio(found):
    """Best peer over Tercet, in processor and in wall time: above 1, Tercet is faster."""
    ours, peers = found.get("tercet", {}), [found["pml"], found["st"]]
    parts = []
    for key in ["cpu_ms", "wall_ms"]:
        known = [peer[key] for peer in peers if key in peer]
        parts.append(number(min(known) / ours[key]) if known and key in ours else "-")
    return " / ".join(parts)


def row(work, found):
    ours = found.get("tercet")
    own_products = times(ours, "three_gemms_ms", "three_gemms_cpu_ms") if ours else "-"
    cells = [work, times(found["pml"]), times(found["st"]), times(ours), own_products, times(found["gemms"])]
    results = [found["pml"], found["st"], ours or {}]
    mib = " / ".join(number(r["peak_mib"]) if "peak_mib" in r else "-" for r in results)
    values = " / ".join(f"{r['value']:.6g}" if "value" in r else "-" for r in results)
    return "| " + " | ".join([*cells, ratio(found), mib, values]) + " |"


HEAD = ["work", "PML ms (cpu)", "ST ms (cpu)", "Tercet ms (cpu)", "three gemms, Tercet's", "three gemms, torch's"]
HEAD += ["best peer / Tercet: CPU / wall", "peak MiB: PML / ST / Tercet", "values: PML / ST / Tercet"]


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--tercet", default="target/release/examples/race", help="command, see above")
    parser.add_argument("--peers-only", action="store_true")
    parser.add_argument("--only", default="", help="works whose names contain this")
    parser.add_argument("--limit", type=float, default=12.0, help="GiB of memory for a peer")
    parser.add_argument("--seconds", type=int, default=60, help="for all runs of one library's work")
    parser.add_argument("--json", type=pathlib.Path, help="where to store all results")
    return parser.parse_args()


def main():
    arguments = options()
    print("| " + " | ".join(HEAD) + " |\n|" + "---|" * len(HEAD), flush=True)
    results = {}
    for work in WORKS:
        if arguments.only in work:
            results[work] = race(work, arguments)
            print(row(work, results[work]), flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps({"threads": arguments.threads, "works": results}, indent=1) + "\n")


if __name__ == "__main__":
    main()
