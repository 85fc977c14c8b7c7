"""What the peers of race.py run: one work by one library, in a process of its own; prints one JSON line.

    python reference/race_peers.py --work NAME --peer pml|st|gemms --folder FOLDER --repeat K --threads N

FOLDER holds rows.npy and labels.npy or second.npy, as race.py writes them. Timed is the value with its gradient.
"""

import argparse
import functools
import json
import pathlib
import resource
import statistics
import time

import numpy as np
import torch

MARGIN = 0.2
SCALE = 20.0


def pml(kind):
    """The fastest natural form of a work in pytorch-metric-learning: a loss, and a miner where it has one."""
    from pytorch_metric_learning import distances, losses, miners, reducers

    plain = distances.LpDistance(normalize_embeddings=False)
    triplet = losses.TripletMarginLoss(MARGIN, distance=plain)
    if kind == "all-triplets":
        return triplet
    if kind == "semi-hard":
        miner = miners.TripletMarginMiner(MARGIN, "semihard", distance=plain)
        return lambda rows, labels: triplet(rows, labels, miner(rows, labels))
    if kind == "hardest":
        loss = losses.TripletMarginLoss(MARGIN, distance=plain, reducer=reducers.MeanReducer())
        miner = miners.BatchHardMiner(distance=plain)
        return lambda rows, labels: loss(rows, labels, miner(rows, labels))
    if kind == "contrastive":
        return losses.ContrastiveLoss(0.0, 1.4, distance=plain)
    if kind == "multi-similarity":
        return losses.MultiSimilarityLoss(2, 50, 0.5)
    assert kind == "ranking-symmetric", kind
    # Supervised contrastive loss against the other tower, one positive each, is the ranking loss.
    loss = losses.SupConLoss(1 / SCALE)

    def symmetric(rows, second):
        each = torch.arange(len(rows))
        there = loss(rows, each, ref_emb=second, ref_labels=each.clone())
        return (there + loss(second, each, ref_emb=rows, ref_labels=each.clone())) / 2

    return symmetric


def st(kind):
    """The same in sentence-transformers, around no model; None where it has no such loss."""
    from sentence_transformers.sentence_transformer import losses

    model = torch.nn.Identity()
    if kind == "ranking-symmetric":
        loss = losses.MultipleNegativesSymmetricRankingLoss(model, SCALE)
        return lambda rows, second: loss.compute_loss_from_embeddings([rows, second], None)
    kinds = {
        "all-triplets": losses.BatchAllTripletLoss,
        "semi-hard": losses.BatchSemiHardTripletLoss,
        "hardest": losses.BatchHardTripletLoss,
    }
    if kind not in kinds:
        return None
    loss = kinds[kind](model, margin=MARGIN)
    return lambda rows, labels: loss.compute_loss_from_embeddings([rows], labels)


def step(loss, rows, other):
    """One value with the gradients of all rows that have one."""
    rows.grad = None
    if other.requires_grad:
        other.grad = None
    value = loss(rows, other)
    value.backward()
    return value.item()


def gemms(rows, other):
    """The products no exact method is without: distances, and two back to the rows."""
    candidates = other.detach() if other.requires_grad else rows.detach()
    slopes = rows.detach() @ candidates.t()
    slopes @ candidates
    slopes.t() @ rows.detach()
    return 0.0


def status(field):
    """A line of /proc/self/status in MiB."""
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    return 0.0


def peak(work):
    """The value, and the most memory in MiB that a run adds to what the process held before."""
    pathlib.Path("/proc/self/clear_refs").write_text("5")
    before = status("VmRSS")
    value = work()
    return value, status("VmHWM") - before


def clock(work, repeat):
    """Medians of wall and processor milliseconds."""
    walls, processors = [], []
    for _ in range(repeat):
        wall, processor = time.perf_counter(), time.process_time()
        work()
        walls.append((time.perf_counter() - wall) * 1e3)
        processors.append((time.process_time() - processor) * 1e3)
    return statistics.median(walls), statistics.median(processors)


def load(folder):
    rows = torch.from_numpy(np.load(folder / "rows.npy")).requires_grad_()
    if (folder / "second.npy").exists():
        return rows, torch.from_numpy(np.load(folder / "second.npy")).requires_grad_()
    return rows, torch.from_numpy(np.load(folder / "labels.npy"))


def limit(gib):
    """No more private memory than `gib` above what the libraries took."""
    bytes_ = int(status("VmData") * 2**20 + gib * 2**30)
    resource.setrlimit(resource.RLIMIT_DATA, (bytes_, bytes_))


def measure(arguments):
    kind = arguments.work.split("/")[0]
    rows, other = load(arguments.folder)
    if arguments.peer == "gemms":
        run = gemms
    else:
        loss = {"pml": pml, "st": st}[arguments.peer](kind)
        if loss is None:
            return {"lacks": True}
        run = functools.partial(step, loss)
    few = rows[:64].detach().requires_grad_()
    run(few, other[:64].detach().requires_grad_() if other.requires_grad else torch.arange(len(few)) // 4)
    limit(arguments.limit)
    value, peak_mib = peak(lambda: run(rows, other))
    wall, processor = clock(lambda: run(rows, other), arguments.repeat)
    return {"value": value, "wall_ms": wall, "cpu_ms": processor, "peak_mib": peak_mib}


def out_of_memory(error):
    return isinstance(error, MemoryError) or "alloc" in str(error)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", required=True)
    parser.add_argument("--peer", required=True, choices=["pml", "st", "gemms"])
    parser.add_argument("--folder", required=True, type=pathlib.Path)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--limit", type=float, default=12.0, help="GiB of memory above the libraries'")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    try:
        found = measure(arguments)
    except (MemoryError, RuntimeError) as error:
        if not out_of_memory(error):
            raise
        found = {"over": f"over {arguments.limit:g} GiB"}
    print(json.dumps({"work": arguments.work, "peer": arguments.peer} | found))


if __name__ == "__main__":
    main()
