"""Cases of golden_losses.py from pytorch-metric-learning.

It normalises rows unless a distance says otherwise, so gradients go through the normalisation.
"""

import functools

from pytorch_metric_learning import distances, losses, miners, reducers, regularizers
from pytorch_metric_learning.utils.loss_and_miner_utils import convert_to_triplets

LIBRARY = "pytorch-metric-learning"
LABELLED = ["formula", "generic", "awkward"]
SMOOTH = ["formula", "generic"]
EVEN = ["formula", "balanced"]


def lp(normalised=True, power=1):
    return distances.LpDistance(normalize_embeddings=normalised, p=2, power=power)


def told(normalised, power):
    distance = "euclidean" if power == 1 else "squared-euclidean"
    return {"distance": distance, "normalise": normalised}


def selected(book, source, miner):
    """How many triplets, or positive and negative pairs, a miner selects of an input."""
    labels = book.tensor(source, "labels")
    found = miner(book.tensor(source, "rows"), labels)
    if isinstance(miner, miners.MultiSimilarityMiner):
        return {"selected_positives": len(found[0]), "selected_negatives": len(found[2])}
    return {"selected_triplets": len(convert_to_triplets(found, labels)[0])}


def add(book, name, loss, settings, miner=None, sources=LABELLED, note=None):
    """One case per labelled input: loss(rows, labels[, miner(rows, labels)])."""
    for source in sources:
        labels = book.tensor(source, "labels")
        full = settings | (selected(book, source, miner) if miner else {})

        def value(rows, labels=labels):
            return loss(rows, labels, miner(rows, labels) if miner else None)

        book.add(f"pml-{name}-{source}", LIBRARY, source, value, full, note)


def triplet(distance, reduce=None, margin=0.2, **options):
    reducer = {"mean": reducers.MeanReducer, "mean-active": reducers.AvgNonZeroReducer}[reduce or "mean-active"]()
    return losses.TripletMarginLoss(margin=margin, distance=distance, reducer=reducer, **options)


def all_triplets(book):
    for normalised, where in [(True, "unit"), (False, "raw")]:
        for power, kind in [(1, "plain"), (2, "squared")]:
            for reduce in ["mean", "mean-active"]:
                settings = told(normalised, power) | {"margin": 0.2, "reduce": reduce}
                loss = triplet(lp(normalised, power), reduce)
                add(book, f"triplet-all-{kind}-{where}-{reduce}", loss, settings)


def triplet_options(book):
    base = told(False, 1) | {"margin": 0.2}
    swap = "d_an is replaced by min(d_an, d_pn)"
    add(book, "triplet-swap-mean", triplet(lp(False), "mean", swap=True), base | {"reduce": "mean"}, note=swap)
    add(book, "triplet-swap-mean-active", triplet(lp(False), swap=True), base | {"reduce": "mean-active"}, note=swap)
    soft = "softplus(d_ap - d_an + margin)"
    add(book, "triplet-smooth", triplet(lp(False), "mean", smooth_loss=True), base | {"reduce": "mean"}, note=soft)
    loss = triplet(lp(False), "mean", margin=0.0, smooth_loss=True)
    add(book, "triplet-smooth-zero-margin", loss, told(False, 1) | {"margin": 0.0, "reduce": "mean"}, note=soft)
    cosine = {"distance": "cosine", "margin": 0.2, "reduce": "mean"}
    add(book, "triplet-all-cosine-mean", triplet(distances.CosineSimilarity(), "mean"), cosine, sources=SMOOTH)


def mined(book):
    for normalised, where in [(True, "unit"), (False, "raw")]:
        base = told(normalised, 1) | {"margin": 0.2}
        distance = lp(normalised)
        for reduce in ["mean", "mean-active"]:
            miner = miners.BatchHardMiner(distance=distance)
            settings = base | {"reduce": reduce}
            note = "anchors without a positive or a negative are dropped, and not counted by the mean"
            add(book, f"batch-hard-{where}-{reduce}", triplet(distance, reduce), settings, miner, note=note)
        for kind in ["semihard", "hard", "easy", "all"]:
            miner = miners.TripletMarginMiner(0.2, kind, distance=distance)
            # The hinge of an easy triplet is 0, so easy ones are seen at twice the margin.
            margin = 0.4 if kind == "easy" else 0.2
            settings = base | {"miner_margin": 0.2, "margin": margin, "reduce": "mean", "type_of_triplets": kind}
            add(book, f"miner-{kind}-{where}", triplet(distance, "mean", margin), settings, miner)


def easy_hard(book):
    kinds = [("easy", "semihard"), ("easy", "hard"), ("hard", "semihard"), ("semihard", "hard")]
    for positive, negative in kinds + [("easy", "easy"), ("all", "hard"), ("hard", "all")]:
        miner = miners.BatchEasyHardMiner(positive, negative, distance=lp(False))
        settings = told(False, 1) | {"margin": 1.0, "reduce": "mean", "positive": positive, "negative": negative}
        add(book, f"easy-hard-{positive}-{negative}", triplet(lp(False), "mean", 1.0), settings, miner)


def contrastive(book):
    note = "mean of [d - positive_margin]+ over active positive pairs + the same of [negative_margin - d]+"
    for name, positive, negative, normalised, power in [
        ("default", 0.0, 1.0, True, 1),
        ("margins", 0.3, 0.9, True, 1),
        ("raw", 0.5, 2.5, False, 1),
        ("squared", 0.0, 1.0, True, 2),
    ]:
        loss = losses.ContrastiveLoss(positive, negative, distance=lp(normalised, power))
        settings = told(normalised, power) | {"positive_margin": positive, "negative_margin": negative}
        add(book, f"contrastive-{name}", loss, settings | {"reduce": "mean-active"}, note=note)
    loss = losses.ContrastiveLoss(0.3, 0.9, distance=lp(), reducer=reducers.MeanReducer())
    settings = told(True, 1) | {"positive_margin": 0.3, "negative_margin": 0.9, "reduce": "mean"}
    add(book, "contrastive-margins-mean", loss, settings)
    loss = losses.ContrastiveLoss(1.0, 0.0, distance=distances.CosineSimilarity())
    add(book, "contrastive-cosine", loss, {"positive_similarity": 1.0, "negative_similarity": 0.0}, sources=SMOOTH)


def margin(book):
    note = "over all triplets, so a pair counts once per triplet:"
    note += " sum([d_ap - beta + margin]+ + [beta - d_an + margin]+) / (active positive terms + active negative terms)"
    for name, normalised, beta in [("unit", True, 1.2), ("raw", False, 2.5)]:
        loss = losses.MarginLoss(margin=0.2, beta=beta, distance=lp(normalised))
        add(book, f"margin-{name}", loss, told(normalised, 1) | {"margin": 0.2, "beta": beta}, note=note)
    for source in SMOOTH:
        learned(book, source, 1, note)
        learned(book, source, 8, note)


def learned(book, source, classes, note):
    """Margin loss with its beta learned: one for all, or one per label, and its price nu * beta."""
    labels = book.tensor(source, "labels")
    loss = losses.MarginLoss(margin=0.2, nu=0.05, beta=1.2, learn_beta=True, num_classes=classes, distance=lp())
    del loss._parameters["beta"]

    def value(rows, beta):
        loss.beta = beta
        return loss(rows, labels)

    name = "learned" if classes == 1 else "per-class"
    priced = "+ nu * beta" if classes == 1 else "+ nu * (sum of beta[label of anchor] over all triplets) / divisor"
    start = {"beta": [1.2] * classes} if classes == 1 else {"beta": [1.0 + 0.05 * c for c in range(classes)]}
    settings, wrt = told(True, 1) | {"margin": 0.2, "nu": 0.05} | start, ("rows", "beta")
    book.add(f"pml-margin-{name}-{source}", LIBRARY, source, value, settings, f"{note} {priced}", wrt, start)


def similarities(book):
    for alpha, beta, base in [(2, 50, 0.5), (2, 10, 0.3)]:
        loss = losses.MultiSimilarityLoss(alpha, beta, base)
        settings = {"alpha": alpha, "beta": beta, "base": base}
        add(book, f"multi-similarity-{beta}", loss, settings, note="mean over all rows, those without pairs give 0")
        miner = miners.MultiSimilarityMiner(0.1)
        add(book, f"multi-similarity-{beta}-mined", loss, settings | {"epsilon": 0.1}, miner)
    for m, gamma in [(0.4, 80), (0.25, 8)]:
        note = "the weights [1 + m - s]+ and [s + m]+ are constants of the gradient; mean over rows above 0"
        loss = losses.CircleLoss(m, gamma)
        add(book, f"circle-{gamma}", loss, {"m": m, "gamma": gamma, "reduce": "mean-active"}, note=note)


def structures(book):
    for name, normalised in [("unit", True), ("raw", False)]:
        settings = told(normalised, 1) | {"margin": 1.0}
        loss = losses.LiftedStructureLoss(distance=lp(normalised))
        note = "mean over ordered positive pairs of [J]+^2 / 2"
        add(book, f"lifted-{name}", loss, settings, note=note)
        loss = losses.GeneralizedLiftedStructureLoss(distance=lp(normalised))
        note = "mean over all rows of [logsumexp(d_ap) + logsumexp(margin - d_an)]+; an empty one counts as 0"
        add(book, f"lifted-generalised-{name}", loss, settings, note=note)
        loss = losses.NPairsLoss(distance=distances.DotProductSimilarity(normalize_embeddings=normalised))
        note = "one pair per label: its first row as anchor, its second as positive, labels ascending"
        add(book, f"n-pairs-{name}", loss, {"normalise": normalised}, note=note)


def temperatures(book):
    ntxent = "per ordered positive pair: the positive and all negatives of the anchor in the denominator"
    supcon = "all others in the denominator; mean over positives, then over rows whose loss is above 0"
    for temperature in [0.07, 0.5]:
        loss = losses.NTXentLoss(temperature)
        add(book, f"ntxent-{temperature}", loss, {"temperature": temperature}, note=ntxent)
    for temperature in [0.1, 0.5]:
        loss = losses.SupConLoss(temperature)
        add(book, f"supcon-{temperature}", loss, {"temperature": temperature, "reduce": "mean-active"}, note=supcon)


def with_proxies(book, name, loss, field, settings, note, source="proxies"):
    """Puts the input's proxies, one a row, in place of the loss's own weights; W and fc hold one a column."""
    labels = book.tensor(source, "labels")
    del loss._parameters[field]
    loss.cast_types = lambda *_: None

    def value(rows, proxies):
        setattr(loss, field, proxies if field == "proxies" else proxies.t())
        return loss(rows, labels)

    book.add(f"pml-{name}", LIBRARY, source, value, settings, note, ("rows", "proxies"))


def proxy_losses(book):
    rows, columns = "weights (classes, dim), a proxy a row", "weights (dim, classes), a proxy a column; here transposed"
    for alpha, margin_ in [(32, 0.1), (4, 0.2)]:
        loss = losses.ProxyAnchorLoss(5, 6, margin_, alpha)
        note = "positive term / classes in the batch + negative term / all classes"
        settings = {"alpha": alpha, "margin": margin_, "layout": rows}
        with_proxies(book, f"proxy-anchor-{alpha}", loss, "proxies", settings, note)
    for scale in [1, 9]:
        loss = losses.ProxyNCALoss(5, 6, softmax_scale=scale)
        note = "unit rows and proxies, logits -scale d^2, the positive in the denominator: the ++ form"
        with_proxies(book, f"proxy-nca-{scale}", loss, "proxies", {"scale": scale, "layout": rows}, note)
    note = "margin in degrees; an angle above 180 - margin gives cos(angle) - margin sin(margin)"
    for margin_, scale in [(28.6, 64), (28.6, 4)]:
        settings = {"margin_degrees": margin_, "scale": scale, "layout": columns}
        with_proxies(book, f"arcface-{scale}", losses.ArcFaceLoss(5, 6, margin_, scale), "W", settings, note)
    for margin_, scale in [(0.35, 64), (0.35, 4)]:
        settings = {"margin": margin_, "scale": scale, "layout": columns}
        loss = losses.CosFaceLoss(5, 6, margin=margin_, scale=scale)
        with_proxies(book, f"cosface-{scale}", loss, "W", settings, None)
    settings = {"centres_per_class": 3, "lambda": 20, "gamma": 0.1, "margin": 0.01}
    settings["layout"] = "weights (dim, classes * centres), column 3 c + k is centre k of class c; here transposed"
    note = "S_c = sum_k softmax_k(s_ck / gamma) s_ck; no regulariser of the centres"
    loss = losses.SoftTripleLoss(5, 6, centers_per_class=3, la=20, gamma=0.1, margin=0.01)
    with_proxies(book, "soft-triple", loss, "fc", settings, note, "centres")


def regularisers(book):
    mean = "mean over rows of |the sum of the row's numbers|: per row over its dimensions, not over the batch"
    for source in LABELLED:
        for power in [1, 2]:
            loss = regularizers.LpRegularizer(p=2, power=power)
            settings, note = {"p": 2, "power": power}, "mean over rows of norm^power, of rows as given"
            book.add(f"pml-norm-{power}-{source}", LIBRARY, source, loss, settings, note)
        book.add(f"pml-zero-mean-{source}", LIBRARY, source, regularizers.ZeroMeanRegularizer(), {}, mean)


MEMORIES = {
    "triplet": (lambda: triplet(lp(), "mean"), {"margin": 0.2, "reduce": "mean"}),
    "triplet-active": (lambda: triplet(lp()), {"margin": 0.2, "reduce": "mean-active"}),
    "contrastive": (losses.ContrastiveLoss, {"positive_margin": 0.0, "negative_margin": 1.0, "reduce": "mean-active"}),
}


def memory(book):
    """Four steps of a memory of 16 rows, which wraps round in the third."""
    note = "rows 7 step .. 7 step + 7 are put into the memory, then compared with all of it but themselves;"
    note += " gradient of these 7 rows alone, as anchors: what is in the memory is constant"
    rows, labels = book.tensor("batches", "rows"), book.tensor("batches", "labels")
    for name, (make, settings) in MEMORIES.items():
        loss = losses.CrossBatchMemory(make(), 5, memory_size=16)
        for step in range(4):
            part = slice(7 * step, 7 * step + 7)
            value = functools.partial(loss, labels=labels[part])
            full = told(True, 1) | {"memory": 16, "batch": 7, "step": step} | settings
            start = {"rows": rows[part].tolist()}
            book.add(f"pml-memory-{name}-step-{step}", LIBRARY, "batches", value, full, note, ("rows",), start)


def histograms(book):
    note = "nodes from -1 to 1 are one more than n_bins; pairs of rows that are in a triplet, each once"
    for bins in [100, 20]:
        add(book, f"histogram-{bins}", losses.HistogramLoss(n_bins=bins), {"n_bins": bins}, None, EVEN, note)


def collect(book):
    for part in [all_triplets, triplet_options, mined, easy_hard, contrastive, margin, similarities, structures]:
        part(book)
    for part in [temperatures, proxy_losses, regularisers, memory, histograms]:
        part(book)
