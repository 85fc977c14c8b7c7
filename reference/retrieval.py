"""Golden numbers for crates/eval, from trec_eval and scikit-learn.

    python -m venv venv
    venv/bin/pip install numpy==2.4.6 scikit-learn==1.9.1 pytrec-eval-terrier==0.5.11
    venv/bin/python reference/retrieval.py

The embeddings are multiples of 1/256 and small, so that every squared distance is exact in f32; the
script refuses ties, which trec_eval would break by name.

trec_eval calls them success_K (Recall@K), P_1, Rprec (R-precision), recip_rank (MRR, over the whole
ranking), map_cut_K, which at K = R of each query is MAP@R, and ndcg_cut_K.
"""

import numpy as np
import pytrec_eval
from sklearn.metrics import ndcg_score
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors

N, D = 60, 6
i, j = np.arange(N)[:, None], np.arange(D)[None, :]
kinds = (np.arange(N) * 7) % 11
rows = ((i * i * 37 + i * j * 109 + j * 57) % 251) / 256.0 - 0.5
rows[:, 0] += kinds / 4.0  # so that classes differ
rows[:, 1] += kinds * 4 % 11 / 4.0
labels = kinds + 2**40  # more than 32 bits
labels[N - 1] = -1  # a lone query
groups = np.arange(N) % 4
squared = ((rows[:, None, :] - rows[None, :, :]) ** 2).sum(-1)
for row in squared:
    assert np.diff(np.sort(row)).min() > 0, "tied: choose other rows"


def scores(comparable):
    """The means of trec_eval's measures over the queries that have a relevant candidate."""
    means = {}
    for q in range(N):
        seen = [c for c in range(N) if comparable(q, c)]
        relevant = {f"d{c}": int(labels[c] == labels[q]) for c in seen}
        r = sum(relevant.values())
        if r == 0:
            continue
        run = {"q": {f"d{c}": -float(squared[q, c]) for c in seen}}
        names = {"success.1,5,10", "P.1", "Rprec", "recip_rank", f"map_cut.{r}"}
        found = pytrec_eval.RelevanceEvaluator({"q": relevant}, names).evaluate(run)["q"]
        found["map_at_r"] = found.pop(f"map_cut_{r}")
        for name, value in found.items():
            means.setdefault(name, []).append(value)
    return {name: (float(np.mean(v)), len(v)) for name, v in sorted(means.items())}


def show(title, found):
    print(title)
    for name, (value, queries) in found.items():
        print(f"  {name:12} {value:.15f} ({queries} queries)")


show("all but itself", scores(lambda q, c: q != c))
show("other groups", scores(lambda q, c: groups[q] != groups[c]))

near = NearestNeighbors(n_neighbors=4, algorithm="brute", metric="sqeuclidean").fit(rows)
print("three neighbours of items 0, 1, 2:", near.kneighbors(rows[:3])[1][:, 1:].tolist())

gallery = np.arange(11)  # the first item of every class
queries = np.arange(11, N - 1)
sources = np.arange(N) % 3
one = KNeighborsClassifier(1, algorithm="brute").fit(rows[gallery], labels[gallery])
right = one.predict(rows[queries]) == labels[queries]
per_source = [float(right[sources[queries] == s].mean()) for s in range(3)]
print("gallery, per source:", per_source, "mean:", float(np.mean(per_source)))


def ndcg(comparable, k):
    """NDCG@K on graded relevance, by trec_eval (grades in eighths, gains are linear) and by scikit-learn."""
    grades = (i * 5 + i.T * 3 + i * i.T) % 9
    trec, scikit = [], []
    for q in range(N):
        seen = [c for c in range(N) if comparable(q, c)]
        run = {"q": {f"d{c}": -float(squared[q, c]) for c in seen}}
        judged = {"q": {f"d{c}": int(grades[q, c]) for c in seen}}
        found = pytrec_eval.RelevanceEvaluator(judged, {f"ndcg_cut.{k}"}).evaluate(run)["q"]
        trec.append(found[f"ndcg_cut_{k}"])
        scikit.append(ndcg_score([grades[q, seen] / 8.0], [-squared[q, seen]], k=k, ignore_ties=True))
        assert max(judged["q"].values()) > 0, "a lone query: scikit-learn would count 0"
    return f"trec_eval {np.mean(trec):.15f}, scikit-learn {np.mean(scikit):.15f}"


for k in 1, 5, 100:
    print(f"NDCG@{k}, all but itself:", ndcg(lambda q, c: q != c, k))
    print(f"NDCG@{k}, other groups:", ndcg(lambda q, c: groups[q] != groups[c], k))
