"""Cases of golden_losses.py from sentence-transformers, around a model that gives back what it is given.

Of the 5.x releases 5.0 to 5.3 have the sign of the Euclidean TripletLoss wrong: they are no reference.
"""

import torch
from sentence_transformers import util
from sentence_transformers.sentence_transformer import losses

LIBRARY = "sentence-transformers"
Batch = losses.BatchHardTripletLossDistanceFunction
SOURCES = ["formula", "balanced", "generic", "awkward"]
LONE = "an anchor without a positive counts with d_ap = 0, and every anchor is counted by the mean"
SEMI_HARD = "nearest negative above d_ap, else the farthest negative; sum over ordered positive pairs / their number"


class Given(torch.nn.Module):
    """A model whose features are embeddings already."""

    def forward(self, features):
        return {"sentence_embedding": features["given"]}

    def get_embedding_dimension(self):
        return 6


GIVEN = Given()


def labelled(book, name, loss, settings, note=None):
    for source in SOURCES:
        labels = book.tensor(source, "labels")

        def value(rows, labels=labels):
            return loss.compute_loss_from_embeddings([rows], labels)

        book.add(f"st-{name}-{source}", LIBRARY, source, value, settings, note)


def batches(book):
    for kind, metric, margins in [
        ("euclidean", Batch.euclidean_distance, [5.0, 0.5]),
        ("cosine", Batch.cosine_distance, [0.2]),
    ]:
        for margin in margins:
            settings = {"distance": kind, "margin": margin, "normalise": kind == "cosine"}
            name = f"{kind}-{margin}"
            note = "sum / number of triplets above 1e-16"
            labelled(book, f"batch-all-{name}", losses.BatchAllTripletLoss(GIVEN, metric, margin), settings, note)
            labelled(book, f"batch-hard-{name}", losses.BatchHardTripletLoss(GIVEN, metric, margin), settings, LONE)
            loss = losses.BatchSemiHardTripletLoss(GIVEN, metric, margin)
            labelled(book, f"batch-semi-hard-{name}", loss, settings, SEMI_HARD)
        loss = losses.BatchHardSoftMarginTripletLoss(GIVEN, metric)
        labelled(book, f"batch-hard-soft-{kind}", loss, {"distance": kind, "normalise": kind == "cosine"}, LONE)


def triplets(book):
    kinds = losses.TripletDistanceMetric
    for kind, metric, margin in [
        ("euclidean", kinds.EUCLIDEAN, 5.0),
        ("euclidean", kinds.EUCLIDEAN, 1.0),
        ("cosine", kinds.COSINE, 0.2),
    ]:
        loss = losses.TripletLoss(GIVEN, metric, margin)

        def value(rows, second, negatives, loss=loss):
            return loss.compute_loss_from_embeddings([rows, second, negatives[:8]], None)

        settings = {"distance": kind, "margin": margin, "reduce": "mean"}
        note = "anchors rows, positives second, negatives the first 8 of negatives"
        wrt = ("rows", "second", "negatives")
        book.add(f"st-triplet-{kind}-{margin:g}", LIBRARY, "pairs", value, settings, note, wrt)


def two_towers(book, name, loss, field, settings, note):
    given = book.tensor("pairs", field)

    def value(rows, second):
        return loss.compute_loss_from_embeddings([rows, second], given)

    book.add(f"st-{name}", LIBRARY, "pairs", value, settings, note, ("rows", "second"))


def graded(book):
    pair = "pair i is (row i, second i), d = 1 - cosine, label 1 a positive pair"
    for margin in [0.5, 0.9]:
        settings = {"margin": margin}
        note = f"mean of (y d^2 + (1 - y) [margin - d]+^2) / 2; {pair}"
        loss = losses.ContrastiveLoss(GIVEN, margin=margin)
        two_towers(book, f"contrastive-{margin}", loss, "labels", settings, note)
        note = "sum of d^2 over positives farther than the nearest negative and of [margin - d]+^2 over negatives"
        note += f" nearer than the farthest positive, no half; {pair}"
        loss = losses.OnlineContrastiveLoss(GIVEN, margin=margin)
        two_towers(book, f"contrastive-online-{margin}", loss, "labels", settings, note)
    note = "ln(1 + sum over i, j with score_i < score_j of exp(scale (cos_i - cos_j)))"
    for scale in [20.0, 2.0]:
        loss = losses.CoSENTLoss(GIVEN, scale)
        two_towers(book, f"cosent-{scale:g}", loss, "scores", {"scale": scale}, note)
    note = "mean of (cos_i - score_i)^2"
    two_towers(book, "cosine-similarity", losses.CosineSimilarityLoss(GIVEN), "scores", {}, note)


def ranking(book, name, negatives, settings, note=None, **options):
    """Multiple negatives ranking loss on the pairs, with `negatives` (0, 1 or 2) hard negatives per anchor."""
    loss = losses.MultipleNegativesRankingLoss(GIVEN, **options)

    def value(rows, second, *hard):
        columns = [h[8 * k : 8 * k + 8] for h in hard for k in range(negatives)]
        return loss.compute_loss_from_embeddings([rows, second, *columns], None)

    wrt = ("rows", "second", "negatives") if negatives else ("rows", "second")
    told = {"hard_negatives": negatives} | settings
    book.add(f"st-ranking-{name}", LIBRARY, "pairs", value, told, note, wrt)


def rankings(book):
    both = {"directions": ("query_to_doc", "doc_to_query"), "partition_mode": "per_direction"}
    four = {"directions": ("query_to_doc", "query_to_query", "doc_to_query", "doc_to_doc")}
    cosine, dot = {"scale": 20.0, "similarity": "cosine"}, {"scale": 1.0, "similarity": "dot"}
    order = "columns: the 8 positives, the 8 first negatives, the 8 second negatives"
    ranking(book, "cosine", 0, cosine)
    ranking(book, "dot", 0, dot, scale=1.0, similarity_fct=util.dot_score)
    ranking(book, "negatives", 2, cosine, order)
    ranking(book, "dot-negatives", 2, dot, order, scale=1.0, similarity_fct=util.dot_score)
    note = "mean of the two directions"
    ranking(book, "symmetric", 0, cosine | {"symmetric": True}, note, **both)
    note = f"{order}; the other direction has the 8 anchors alone; mean of the two"
    ranking(book, "symmetric-negatives", 2, cosine | {"symmetric": True}, note, **both)
    note = "one softmax over (row, second), (row, rows but itself), (second, rows), (second, seconds but itself)"
    ranking(book, "four-directions", 0, cosine, note, **four)
    for mode, strength in [("in_batch_negatives", 9.0), ("hard_negatives", 5.0)]:
        settings = cosine | {"hardness_mode": mode, "hardness_strength": strength}
        note = f"{order}; logits + strength * cosine, held constant, for these negatives"
        options = {"hardness_mode": mode, "hardness_strength": strength}
        ranking(book, f"hardness-{mode.replace('_', '-')}", 2, settings, note, **options)
    for name, columns, mode, strength in [("pairs", 0, "in_batch_negatives", 9.0), ("all", 2, "all_negatives", 5.0)]:
        settings = cosine | {"hardness_mode": mode, "hardness_strength": strength}
        note = "logits + strength * cosine, held constant, for all that is no positive"
        options = {"hardness_mode": mode, "hardness_strength": strength}
        ranking(book, f"hardness-{name}", columns, settings, note, **options)


def symmetric_class(book):
    for source in ["formula-towers", "pairs"]:
        for name, make in [
            ("ranking-class", losses.MultipleNegativesRankingLoss),
            ("ranking-symmetric-class", losses.MultipleNegativesSymmetricRankingLoss),
        ]:
            loss = make(GIVEN, 20.0)

            def value(rows, second, loss=loss):
                return loss.compute_loss_from_embeddings([rows, second], None)

            settings = {"scale": 20.0, "similarity": "cosine", "symmetric": "symmetric" in name}
            book.add(f"st-{name}-{source}", LIBRARY, source, value, settings, wrt=("rows", "second"))


def nested(book):
    """MatryoshkaLoss: weighted sum of a loss over leading dimensions, normalised anew."""
    settings = {"dims": [6, 4, 2], "weights": [1.0, 0.5, 0.25]}
    note = "weighted sum, not divided by the weights; at every size rows are cut and normalised to unit length"
    inner = losses.MultipleNegativesRankingLoss(GIVEN, 20.0)
    loss = losses.MatryoshkaLoss(GIVEN, inner, settings["dims"], settings["weights"])

    def ranked(rows, second):
        return loss([{"given": rows}, {"given": second}], None)

    told = settings | {"scale": 20.0, "similarity": "cosine"}
    book.add("st-matryoshka-ranking", LIBRARY, "pairs", ranked, told, note, ("rows", "second"))
    inner = losses.BatchAllTripletLoss(GIVEN, margin=0.5)
    outer = losses.MatryoshkaLoss(GIVEN, inner, settings["dims"], settings["weights"])
    for source in ["balanced", "generic"]:
        labels = book.tensor(source, "labels")

        def value(rows, labels=labels):
            return outer([{"given": rows}], labels)

        told = settings | {"margin": 0.5, "distance": "euclidean"}
        book.add(f"st-matryoshka-batch-all-{source}", LIBRARY, source, value, told, note)


def orthogonal(book):
    note = "M1^2 + [M2 - 1/dim]+ over ordered pairs of different rows, whatever their labels, per tower"
    for source in ["formula", "balanced", "generic", "awkward"]:
        loss = losses.GlobalOrthogonalRegularizationLoss(GIVEN)

        def value(rows, loss=loss):
            return sum(loss.compute_loss_from_embeddings([rows]).values())

        book.add(f"st-orthogonal-{source}", LIBRARY, source, value, {}, note)
    for aggregation in ["mean", "sum"]:
        loss = losses.GlobalOrthogonalRegularizationLoss(GIVEN, aggregation=aggregation)

        def towers(rows, second, loss=loss):
            return sum(loss.compute_loss_from_embeddings([rows, second]).values())

        settings = {"aggregation": aggregation}
        name = f"st-orthogonal-towers-{aggregation}"
        book.add(name, LIBRARY, "pairs", towers, settings, f"{note}; {aggregation} of both", ("rows", "second"))


def collect(book):
    for part in [batches, triplets, graded, rankings, symmetric_class, nested, orthogonal]:
        part(book)
