"""Races Tercet's encoder operations against transformers' BertModel; by hand, on a quiet machine.

    pip install torch==2.15.0 transformers==5.24.0
    cargo build --release -p tercet-nn --example step
    python reference/race_encoder.py --threads 2 --tercet target/release/examples/step

The work: MiniLM-L6 in shape (6 layers, hidden 384, 12 heads, inner 1536, vocabulary 30522) with random weights, f32,
32 sequences of 64 tokens, no dropout. Forward without a graph to the mean of every sequence; a training step is
forward, backward from a fixed slope of the means, and AdamW on all parameters. Medians of `--repeat` runs in wall and
processor milliseconds; every side in a process of its own, one after another, `--rounds` times in turn.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

SEQUENCES, LENGTH, HIDDEN = 32, 64, 384


def measure(name, repeat, run):
    run()
    walls, cpus = [], []
    for _ in range(repeat):
        wall, cpu = time.perf_counter(), time.process_time()
        run()
        walls.append(1e3 * (time.perf_counter() - wall))
        cpus.append(1e3 * (time.process_time() - cpu))
    times = {"wall_ms": round(statistics.median(walls), 1), "cpu_ms": round(statistics.median(cpus), 1)}
    print(json.dumps({"work": name, "by": "transformers", **times}), flush=True)


def peer(threads, repeat):
    import torch
    from transformers import BertConfig, BertModel

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=30522,
        hidden_size=HIDDEN,
        num_hidden_layers=6,
        num_attention_heads=12,
        intermediate_size=1536,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    model = BertModel(config, add_pooling_layer=False)
    ids = torch.randint(0, config.vocab_size, (SEQUENCES, LENGTH))
    slope = torch.rand(SEQUENCES, HIDDEN) * 2 - 1

    def embed():
        return model(input_ids=ids).last_hidden_state.mean(1)

    def forward():
        with torch.inference_mode():
            embed()

    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-5, weight_decay=0.01)

    def step():
        optimizer.zero_grad(set_to_none=True)
        (embed() * slope).sum().backward()
        optimizer.step()

    measure("forward", repeat, forward)
    measure("step", repeat, step)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=15)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--tercet", help="the built example `step`")
    parser.add_argument("--peer", action="store_true", help="only transformers, in this process")
    arguments = parser.parse_args()
    if arguments.peer:
        peer(arguments.threads, arguments.repeat)
        return
    names = ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"]
    environment = os.environ | dict.fromkeys(names, str(arguments.threads))
    numbers = ["--threads", str(arguments.threads), "--repeat", str(arguments.repeat)]
    commands = [[sys.executable, __file__, "--peer", *numbers]]
    if arguments.tercet:
        commands.append([arguments.tercet, str(arguments.repeat)])
    for _ in range(arguments.rounds):
        for command in commands:
            subprocess.run(command, env=environment, check=True)


if __name__ == "__main__":
    main()
