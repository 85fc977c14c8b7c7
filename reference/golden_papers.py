"""Cases of golden_losses.py that no library has: the formulas of papers, in torch with autograd.

Rows are normalised here, and gradients go through it. Two towers: S[i][j] is the cosine of (row i, second j),
R[i][j] the relevance of the same pair; the other direction reads both transposed. Ladder loss, per query q:

    L_1 = [m_1 - S_qq + S_qj]+               over all j but q: their largest ("hard") or their sum ("all")
    L_l = [m_l - S_qi + S_qj]+, l = 2 .. L   i in N_{l-1}, j in N_l and beyond: least S_qi and largest S_qj, or all
    L   = sum over l, queries and both directions of beta_l L_l, beta_1 = 1

    N_1 = {i but q: R >= t_1}, N_l = {i: t_l <= R < t_{l-1}}, N_L = {i: R < t_{L-1}}; no i or no j costs nothing

What the authors released differs from rung 2 on: "authors" takes as i all with R >= t_{l-1}, q included, and masks
by a product, so that the largest S_qj is at least 0 whenever something is masked; "kept" is the same with infinite
masks; "cumulative" is [m_1 + ... + m_l - S_qq + largest S_qj]+ with the authors' S_qj.
"""

import torch
from torch.nn.functional import normalize

LIBRARY = "paper"
INFINITY = float("inf")


def hinge(z):
    return z.clamp(min=0)


def cosines(rows, second):
    return normalize(rows) @ normalize(second).t()


def squared(rows):
    return (rows[:, None] - rows[None, :]).pow(2).sum(-1)


def positives(labels):
    """Which ordered pairs share a class, rows themselves left out; and which do not."""
    same = labels[:, None] == labels[None, :]
    return same & ~torch.eye(len(labels), dtype=torch.bool), ~same


def facenet(rows, labels, margin):
    """Schroff et al., CVPR 2015, equation 3, over every triplet: a sum."""
    d = squared(normalize(rows))
    positive, negative = positives(labels)
    valid = positive[:, :, None] & negative[:, None, :]
    return hinge(d[:, :, None] - d[:, None, :] + margin)[valid].sum()


def margin_pairs(rows, labels, margin, beta):
    """Wu et al., ICCV 2017: every ordered pair once, over the number of active pairs."""
    positive, negative = positives(labels)
    d = torch.cdist(normalize(rows), normalize(rows), compute_mode="donot_use_mm_for_euclid_dist")
    terms = torch.cat([hinge(d[positive] - beta + margin), hinge(beta - d[negative] + margin)])
    return terms.sum() / (terms > 0).sum()


def spread_out(found, dim):
    """Zhang et al., ICCV 2017: `found` are the cosines of pairs that do not match, of `dim` numbers each."""
    return found.mean().pow(2) + hinge(found.pow(2).mean() - 1 / dim)


def proxy_nca(rows, proxies, labels, scale=3.0):
    """Teh et al., ECCV 2020 (++): softmax of -(scale distance)^2, the positive in the denominator."""
    d = (normalize(rows)[:, None] - normalize(proxies)[None, :]).pow(2).sum(-1)
    return torch.nn.functional.cross_entropy(-(scale**2) * d, labels)


def single(book):
    for source in ["formula", "generic", "awkward"]:
        labels = book.tensor(source, "labels")
        settings = {"distance": "squared-euclidean", "margin": 0.2, "reduce": "sum", "normalise": True}
        loss = lambda rows, y=labels: facenet(rows, y, 0.2)
        book.add(f"paper-facenet-{source}", LIBRARY, source, loss, settings)
        settings = {"distance": "euclidean", "margin": 0.2, "beta": 1.2, "normalise": True}
        loss = lambda rows, y=labels: margin_pairs(rows, y, 0.2, 1.2)
        book.add(f"paper-margin-pairs-{source}", LIBRARY, source, loss, settings, "every ordered pair once")
    note = "M1^2 + [M2 - 1/dim]+ over ordered pairs of unequal labels"
    for source in ["formula", "balanced", "generic", "awkward"]:
        different = positives(book.tensor(source, "labels"))[1]
        loss = lambda rows, m=different: spread_out(cosines(rows, rows)[m], rows.shape[1])
        book.add(f"paper-spread-out-{source}", LIBRARY, source, loss, {}, note)
    different = ~torch.eye(8, dtype=torch.bool)
    loss = lambda rows, second: spread_out(cosines(rows, second)[different], 6)
    note = "M1^2 + [M2 - 1/dim]+ over the cosines of (row i, second j), i and j different"
    book.add("paper-spread-out-towers", LIBRARY, "pairs", loss, {}, note, ("rows", "second"))
    labels = book.tensor("proxies", "labels")
    note = "unit rows and proxies, logits -9 d^2, the positive in the denominator, mean over rows"
    loss = lambda rows, proxies: proxy_nca(rows, proxies, labels)
    book.add("paper-proxy-nca-plus", LIBRARY, "proxies", loss, {"scale": 3.0}, note, ("rows", "proxies"))


def first_rung(s, margin, hard):
    """One direction of VSE++: sum over queries of the largest hinge, or of all."""
    off = ~torch.eye(len(s), dtype=torch.bool)
    cost = hinge(margin + s - s.diagonal()[:, None]) * off
    return cost.amax(1).sum() if hard else cost.sum()


def rung(s, margin, upper, lower, hard):
    """One direction of one further rung: sum over queries of [margin - s_upper + s_lower]+."""
    if hard:
        least = s.masked_fill(~upper, INFINITY).amin(1)
        largest = s.masked_fill(~lower, -INFINITY).amax(1)
        there = upper.any(1) & lower.any(1)
        return hinge(margin - least[there] + largest[there]).sum()
    both = upper[:, :, None] & lower[:, None, :]
    return hinge(margin - s[:, :, None] + s[:, None, :])[both].sum()


def paper_rungs(s, r, ladder, hard):
    """The rungs after the first, by the paper, not yet weighted."""
    off = ~torch.eye(len(s), dtype=torch.bool)
    bounds = [INFINITY, *ladder["thresholds"]]
    for above, t, margin in zip(bounds, bounds[1:], ladder["margins"][1:]):
        yield rung(s, margin, (r >= t) & (r < above) & off, (r < t) & off, hard)


def kept_rungs(s, r, ladder):
    """The authors' upper set, q and all rungs above included, with infinite masks."""
    for t, margin in zip(ladder["thresholds"], ladder["margins"][1:]):
        yield rung(s, margin, r >= t, r < t, True)


def authors_rungs(s, r, ladder):
    """The released code: masked upper scores become 1, masked lower scores 0."""
    for t, margin in zip(ladder["thresholds"], ladder["margins"][1:]):
        least = torch.where(r >= t, s, 1.0).amin(1)
        yield hinge(margin - least + (s * (r < t)).amax(1)).sum()


def cumulative_rungs(s, r, ladder):
    """The released code's `cumulative`: margins add up and the positive stands for the upper set."""
    margins = torch.tensor(ladder["margins"]).cumsum(0)
    for t, margin in zip(ladder["thresholds"], margins[1:]):
        yield hinge(margin - s.diagonal() + (s * (r < t)).amax(1)).sum()


KINDS = {
    "paper-hard": lambda s, r, ladder: paper_rungs(s, r, ladder, True),
    "paper-all": lambda s, r, ladder: paper_rungs(s, r, ladder, False),
    "kept": kept_rungs,
    "authors": authors_rungs,
    "cumulative": cumulative_rungs,
}


def beyond(s, r, ladder, kind):
    """Both directions of the rungs after the first, weighted."""
    ways = [KINDS[kind](s, r, ladder), KINDS[kind](s.t(), r.t(), ladder)]
    return sum(b * term for way in ways for b, term in zip(ladder["betas"], way))


def vse(rows, second, margin, hard):
    s = cosines(rows, second)
    return first_rung(s, margin, hard) + first_rung(s.t(), margin, hard)


def ladder_loss(rows, second, r, ladder, kind):
    first = vse(rows, second, ladder["margins"][0], kind != "paper-all")
    return first + beyond(cosines(rows, second), r, ladder, kind)


def towers(book):
    wrt = ("rows", "second")
    for source in ["formula-towers", "pairs", "ladder"]:
        for name, hard in [("sum", False), ("max", True)]:
            loss = lambda a, b, h=hard: vse(a, b, 0.2, h)
            settings = {"margin": 0.2, "reduce": "sum", "hard": hard}
            note = "sum over queries and both directions, only the diagonal is masked"
            book.add(f"paper-vse-{name}-{source}", LIBRARY, source, loss, settings, note, wrt)
    small = {"margins": [0.2, 0.01], "thresholds": [0.63], "betas": [0.25]}
    two = {"margins": [0.2, 0.1], "thresholds": [0.5], "betas": [0.25]}
    three = {"margins": [0.2, 0.1, 0.05], "thresholds": [0.625, 0.25], "betas": [0.25, 0.125]}
    for source, rungs, ladder in [("formula-towers", 2, small), ("ladder", 2, two), ("ladder", 3, three)]:
        r = book.tensor(source, "relevance")
        for kind in KINDS:
            loss = lambda a, b, r=r, kind=kind, ladder=ladder: ladder_loss(a, b, r, ladder, kind)
            name = f"paper-ladder-{kind}-{rungs}-{source}"
            book.add(name, LIBRARY, source, loss, ladder | {"kind": kind}, "see golden_papers.py", wrt)
            if source == "formula-towers":
                loss = lambda a, b, r=r, kind=kind: beyond(cosines(a, b), r, small | {"betas": [1.0]}, kind)
                settings = small | {"betas": [1.0], "kind": kind}
                book.add(f"{name}-second-rung", LIBRARY, source, loss, settings, "the second rung alone", wrt)


def collect(book):
    for part in [single, towers]:
        part(book)
