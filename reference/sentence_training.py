"""Losses of 50 training steps by sentence-transformers, for crates/train/tests/golden/sentence_training.json.

    python reference/sentence_training.py

Needs sentence-transformers 6.2.0 and torch 2.15.0 for the CPU. Every arm starts from the same tiny BERT
(crates/nn/tests/models/bert), takes the rows of a file in their order, eight a step and again from the start, and
makes AdamW steps without dropout: rate 1e-3, decay 0.01 (biases and scales without), no clipping.
"""

import json
from pathlib import Path

import sentence_transformers
import torch
from sentence_transformers import SentenceTransformer, losses
from sentence_transformers.losses import BatchHardTripletLossDistanceFunction, TripletDistanceMetric

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "crates/nn/tests/models/bert"
DATA = ROOT / "assets/wordnet"
OUT = ROOT / "crates/train/tests/golden/sentence_training.json"
STEPS, BATCH, RATE, DECAY = 50, 8, 1e-3, 0.01


def rows(name):
    return [json.loads(line) for line in (DATA / name).read_text().splitlines()]


def batches(data):
    """Eight rows a step, in order; the last step of an epoch is filled up with the first rows."""
    steps = -(-len(data) // BATCH)
    for step in range(STEPS):
        first = step % steps * BATCH
        yield [data[place % len(data)] for place in range(first, first + BATCH)]


def model():
    found = SentenceTransformer(str(MODEL), device="cpu")
    for module in found.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    # Attention reads its dropout from the configuration's copy.
    for module in found.modules():
        if hasattr(module, "dropout_prob"):
            module.dropout_prob = 0.0
    return found


def optimizer(found):
    named = [(name, weight) for name, weight in found.named_parameters() if weight.requires_grad]
    groups = [
        {"params": [w for _, w in named if w.dim() > 1], "weight_decay": DECAY},
        {"params": [w for _, w in named if w.dim() <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=RATE, betas=(0.9, 0.999), eps=1e-8)


def course(loss_of, data, columns):
    """The loss of every step."""
    torch.manual_seed(0)
    found = model()
    # Evaluation mode leaves out dropout wherever it hides; gradients are the same.
    found.eval()
    loss, adam = loss_of(found), optimizer(found)
    values = []
    for batch in batches(data):
        texts = [[row[column] for row in batch] for column in columns]
        features = [
            {key: value for key, value in found.tokenize(column).items() if torch.is_tensor(value)}
            for column in texts
        ]
        labels = torch.tensor([row.get("label", 0) for row in batch])
        value = loss(features, labels)
        adam.zero_grad()
        value.backward()
        adam.step()
        values.append(value.item())
    return values


def main():
    torch.set_num_threads(2)
    # In twelve steps of these rows no text occurs twice: what a step knows to be the same is no negative in Tercet.
    triplets, labelled = rows("validation.jsonl")[:96], rows("labelled.jsonl")
    names = {label: number for number, label in enumerate(sorted({row["label"] for row in labelled}))}
    labelled = [{**row, "label": names[row["label"]]} for row in labelled]
    three = ["anchor", "positive", "negative"]
    arms = {
        "triplet": course(
            lambda found: losses.TripletLoss(
                found, distance_metric=TripletDistanceMetric.EUCLIDEAN, triplet_margin=1.0
            ),
            triplets,
            three,
        ),
        "batch-semi-hard": course(
            lambda found: losses.BatchSemiHardTripletLoss(
                found,
                distance_metric=BatchHardTripletLossDistanceFunction.eucledian_distance,
                margin=1.0,
            ),
            labelled,
            ["text"],
        ),
        "ranking": course(
            lambda found: losses.MultipleNegativesRankingLoss(found, scale=20.0), triplets, three[:2]
        ),
        "ranking-hard": course(
            lambda found: losses.MultipleNegativesRankingLoss(found, scale=20.0), triplets, three
        ),
    }
    text = {
        "sentence-transformers": sentence_transformers.__version__,
        "torch": torch.__version__.split("+")[0],
        "losses": arms,
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(text, indent=1) + "\n")


if __name__ == "__main__":
    main()
