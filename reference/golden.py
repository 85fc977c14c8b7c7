"""Prints the golden numbers of crates/kernels/tests/golden.rs from other people's code.

    pip install torch==2.15.0 pytorch-metric-learning==2.9.0
    python reference/golden.py

Everything is float64 on the CPU. pytorch-metric-learning computes what it can; TensorFlow Addons' semi-hard
loss is its `triplet_semihard_loss` (commit d208d75) line by line in torch; Hermans et al.'s batch-hard and
Hadsell's contrastive loss are their papers' formulas.
"""

import torch
from pytorch_metric_learning import distances, losses, miners, reducers

torch.set_default_dtype(torch.float64)
LABELS = torch.tensor([0, 0, 1, 1, 2, 2])
I, J = torch.meshgrid(torch.arange(6.0), torch.arange(4.0), indexing="ij")
RAW = torch.sin(1.7 * I + 0.9 * J + 0.3 * I * J)
UNIT = torch.nn.functional.normalize(RAW)
SAME = LABELS[:, None] == LABELS[None, :]
POSITIVE = SAME & ~torch.eye(len(LABELS), dtype=torch.bool)


def say(what, value):
    print(f"{what:58} {float(value):.12f}")


def pairwise(rows, power=1):
    """Distances by differences: no Gram form, no epsilon."""
    squared = (rows[:, None] - rows[None, :]).pow(2).sum(-1)
    return squared if power == 2 else squared.sqrt()


def lp(power):
    return distances.LpDistance(normalize_embeddings=False, p=2, power=power)


def all_triplets(rows, power, reducer):
    loss = losses.TripletMarginLoss(margin=0.2, distance=lp(power), reducer=reducer)
    return loss(rows, LABELS)


def batch_hard(rows, power, cost):
    d = pairwise(rows, power)
    farthest = torch.where(POSITIVE, d, -torch.inf).amax(1)
    nearest = torch.where(SAME, torch.inf, d).amin(1)
    return cost(farthest - nearest).mean()


def pml_semi_hard():
    triplets = miners.TripletMarginMiner(0.2, "semihard", distance=lp(1))(UNIT, LABELS)
    loss = losses.TripletMarginLoss(margin=0.2, distance=lp(1))
    return len(triplets[0]), loss(UNIT, LABELS, triplets)


def masked_maximum(data, mask):
    low = data.amin(1, keepdim=True)
    return ((data - low) * mask).amax(1, keepdim=True) + low


def masked_minimum(data, mask):
    high = data.amax(1, keepdim=True)
    return ((data - high) * mask).amin(1, keepdim=True) + high


def tfa_semi_hard(rows, labels, margin, power):
    """TensorFlow Addons, `triplet_semihard_loss`."""
    d, n = pairwise(rows, power), len(labels)
    same = labels[:, None] == labels[None, :]
    tile = d.repeat(n, 1)
    mask = (~same).repeat(n, 1) & (tile > d.t().reshape(-1, 1))
    final = (mask.sum(1, keepdim=True) > 0).reshape(n, n).t()
    outside = masked_minimum(tile, mask.double()).reshape(n, n).t()
    inside = masked_maximum(d, (~same).double()).expand(n, n)
    semi_hard = torch.where(final, outside, inside)
    positive = same.double() - torch.eye(n)
    return ((margin + d - semi_hard) * positive).clamp(min=0).sum() / positive.sum()


def tfa_hard(rows, labels, margin):
    """TensorFlow Addons, `triplet_hard_loss`."""
    d = pairwise(rows)
    same = labels[:, None] == labels[None, :]
    nearest = masked_minimum(d, (~same).double())
    farthest = masked_maximum(d, same.double() - torch.eye(len(labels)))
    return (farthest - nearest + margin).clamp(min=0).mean()


def hadsell(rows, margin):
    i, j = torch.triu_indices(len(rows), len(rows), 1)
    d, same = pairwise(rows)[i, j], SAME[i, j]
    return torch.where(same, d.pow(2) / 2, (margin - d).clamp(min=0).pow(2) / 2).mean()


def main():
    inputs = [("plain unit", UNIT, 1), ("plain raw", RAW, 1), ("squared unit", UNIT, 2), ("squared raw", RAW, 2)]
    hinge = lambda gap: (gap + 0.2).clamp(min=0)
    for name, rows, power in inputs:
        say(f"all, 0.2, {name}, mean-active", all_triplets(rows, power, reducers.AvgNonZeroReducer()))
        say(f"all, 0.2, {name}, mean", all_triplets(rows, power, reducers.MeanReducer()))
        say(f"hardest, 0.2, {name}", batch_hard(rows, power, hinge))
        say(f"hardest, soft, {name}", batch_hard(rows, power, torch.nn.functional.softplus))
    count, value = pml_semi_hard()
    say("pytorch-metric-learning semi-hard, triplets", count)
    say("pytorch-metric-learning semi-hard, 0.2, plain unit", value)
    for kind in ["all", "hard", "easy"]:
        triplets = miners.TripletMarginMiner(0.2, kind, distance=lp(1))(UNIT, LABELS)
        say(f"pytorch-metric-learning {kind}, triplets", len(triplets[0]))
    for power, name in [(1, "plain"), (2, "squared")]:
        for margin in [1.0, 0.2]:
            value = tfa_semi_hard(UNIT, LABELS, margin, power)
            say(f"TensorFlow Addons semi-hard, {margin}, {name} unit", value)
    say("pytorch-metric-learning contrastive, default", losses.ContrastiveLoss()(RAW, LABELS))
    say("Hadsell, 1.0, plain unit, mean over 15 pairs", hadsell(UNIT, 1.0))
    pair, alike = torch.tensor([[0.0, 1.0], [1.0, 0.0]]), torch.tensor([0, 0])
    say("TensorFlow Addons doctest, semi-hard", tfa_semi_hard(pair, alike, 1.0, 1))
    say("TensorFlow Addons doctest, hard", tfa_hard(pair, alike, 1.0))


if __name__ == "__main__":
    main()
