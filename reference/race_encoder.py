"""Races Tercet's text encoder against sentence-transformers; by hand, on a quiet machine.

    pip install torch==2.15.0 sentence-transformers==6.2.0
    cargo build --release -p tercet-nn --example encoder
    python reference/race_encoder.py data/all-MiniLM-L6-v2

The work: all-MiniLM-L6-v2, f32, 32 texts of 64 tokens. Encoding is a forward pass without a graph; a training step is
forward, backward from a fixed slope of the embeddings, and AdamW on all parameters, without dropout and with 0.1.
Every side runs in a process of its own, one after another, `--rounds` times in turn; of each round's medians the
median is printed, in milliseconds.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

TEXTS, LENGTH, HIDDEN = 32, 64, 384
EXAMPLE = Path(__file__).resolve().parent.parent / "target/release/examples/encoder"


def measure(work, repeat, run):
    run()
    walls, cpus = [], []
    for _ in range(repeat):
        wall, cpu = time.perf_counter(), time.process_time()
        run()
        walls.append(1e3 * (time.perf_counter() - wall))
        cpus.append(1e3 * (time.process_time() - cpu))
    times = {"wall_ms": statistics.median(walls), "cpu_ms": statistics.median(cpus)}
    print(json.dumps({"work": work, "by": "sentence-transformers", **times}), flush=True)


def peer(folder, threads, repeat):
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(threads)
    model = SentenceTransformer(folder, device="cpu")
    ids = 1000 + torch.arange(TEXTS * LENGTH) * 7 % 20_000
    ids = ids.reshape(TEXTS, LENGTH)
    slope = (torch.arange(TEXTS * HIDDEN) % 13 - 6.0).reshape(TEXTS, HIDDEN)

    def embed():
        features = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
        return model(features)["sentence_embedding"]

    def encode():
        with torch.inference_mode():
            embed()

    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-5, weight_decay=0.01)

    def step():
        optimizer.zero_grad(set_to_none=True)
        (embed() * slope).sum().backward()
        optimizer.step()

    model.eval()
    measure("encode", repeat, encode)
    measure("step", repeat, step)
    model.train()
    measure("step with dropout", repeat, step)


def race(arguments):
    names = ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"]
    environment = os.environ | dict.fromkeys(names, str(arguments.threads))
    numbers = ["--threads", str(arguments.threads), "--repeat", str(arguments.repeat)]
    commands = [
        [sys.executable, __file__, arguments.model, "--peer", *numbers],
        [str(EXAMPLE), arguments.model, str(arguments.repeat)],
    ]
    times = defaultdict(list)
    for _ in range(arguments.rounds):
        for command in commands:
            out = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout
            for line in map(json.loads, out.decode().splitlines()):
                times[line["work"], line["by"]].append((line["wall_ms"], line["cpu_ms"]))
    return {key: [statistics.median(column) for column in zip(*found)] for key, found in times.items()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model", help="the folder of all-MiniLM-L6-v2")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=15)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peer", action="store_true", help="only sentence-transformers, in this process")
    arguments = parser.parse_args()
    if arguments.peer:
        peer(arguments.model, arguments.threads, arguments.repeat)
        return
    found = race(arguments)
    print("| work | by | wall ms | CPU ms | wall to its | CPU to its |\n|---|---|---|---|---|---|")
    for (work, by), (wall, cpu) in sorted(found.items()):
        other = found.get((work, "sentence-transformers"))
        ratios = f"{wall / other[0]:.2f} | {cpu / other[1]:.2f}" if other else "- | -"
        print(f"| {work} | {by} | {wall:.0f} | {cpu:.0f} | {ratios} |")


if __name__ == "__main__":
    main()
