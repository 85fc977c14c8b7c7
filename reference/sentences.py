"""Golden numbers for crates/eval/tests/sentences.rs, from sentence-transformers, scipy and scikit-learn.

    pip install sentence-transformers==6.2.0 scipy==1.17.1 scikit-learn==1.9.1
    python reference/sentences.py > crates/eval/tests/golden/sentences.json

The embeddings are multiples of 1/256, given in f64; `rows` below and in the test are the same formula. The distance is
the cosine unless named otherwise. The script refuses ties where they would be broken by chance.
"""

import json

import numpy as np
import torch
from scipy.stats import pearsonr, spearmanr
from sentence_transformers import util
from sentence_transformers.sentence_transformer.evaluation import (
    BinaryClassificationEvaluator,
    InformationRetrievalEvaluator,
    TripletEvaluator,
)
from sklearn.metrics import accuracy_score, average_precision_score, f1_score, ndcg_score, precision_score, recall_score

D, QUERIES, CORPUS, PAIRS = 8, 40, 150, 120


def rows(n, seed):
    i, j = np.arange(n)[:, None], np.arange(D)[None, :]
    return torch.tensor(((i * i * 37 + i * j * 109 + j * 57 + seed * 83) % 251) / 256.0 - 0.5)


def together(n, seed, share):
    """Rows of which every `share`-th is near its partner in `rows(n, 1)`."""
    far, near = rows(n, seed), rows(n, 1)
    return torch.where(torch.arange(n)[:, None] % share == 0, near + far / 2, far)


class Fixed:
    """A model whose texts are numbered rows."""

    def __init__(self, embeddings):
        self.embeddings = embeddings
        self.similarity_fn_name = "cosine"
        self.model_card_data = self

    def encode(self, texts, **_):
        return self.embeddings[[int(text) for text in texts]].numpy()

    encode_query = encode_document = encode

    def set_evaluation_metrics(self, *_):
        pass


def triplets():
    n = PAIRS
    model = Fixed(torch.cat([rows(n, 1), together(n, 2, 3), rows(n, 3)]))
    texts = [[str(i) for i in range(k * n, k * n + n)] for k in range(3)]
    found = TripletEvaluator(*texts, similarity_fn_names=["cosine", "euclidean"], write_csv=False)(model)
    return {"cosine": found["cosine_accuracy"], "euclidean": found["euclidean_accuracy"]}


def similarity():
    scores = [(i * 31 % 11) / 2 if i % 4 else i % 3 for i in range(PAIRS)]  # with many ties
    alike = util.pairwise_cos_sim(rows(PAIRS, 1), together(PAIRS, 2, 3)).numpy()
    tied = np.round(alike, 1)
    return {
        "spearman": spearmanr(alike, scores).statistic,
        "pearson": pearsonr(alike, scores).statistic,
        "spearman_tied": spearmanr(tied, scores).statistic,
        "scores": scores,
        "tied": tied.tolist(),
    }


def grade(query, document):
    return 1 + (query + document) % 3 if (query * 7 + document * 13) % 17 == 0 and query % 10 != 9 else 0


def search():
    corpus = rows(CORPUS, 5)
    queries = torch.tensor([[0.0] * D] * QUERIES)
    for query in range(QUERIES):  # near its seventh relevant document
        documents = [d for d in range(CORPUS) if grade(query, d)]
        queries[query] = rows(QUERIES, 4)[query] + (corpus[documents[6]] if documents else 0)
    queries = queries.double()
    alike = util.cos_sim(queries, corpus)
    for row in alike:
        assert row.sort().values.diff().min() > 1e-9, "tied: choose other rows"
    asked = [q for q in range(QUERIES) if any(grade(q, d) for d in range(CORPUS))]
    relevant = {str(q): {str(d) for d in range(CORPUS) if grade(q, d)} for q in asked}
    evaluator = InformationRetrievalEvaluator(
        {str(q): "" for q in asked},
        {str(d): "" for d in range(CORPUS)},
        relevant,
        accuracy_at_k=[1, 3, 5, 10, 100],
        precision_recall_at_k=[1, 3, 5, 10, 100],
    )
    hits = [[{"corpus_id": str(d), "score": float(alike[q, d])} for d in range(CORPUS)] for q in asked]
    found = evaluator.compute_metrics(hits)
    graded = [[grade(q, d) for d in range(CORPUS)] for q in asked]
    return {
        "queries": queries.tolist(),
        "accuracy": found["accuracy@k"],
        "recall": found["recall@k"],
        "ndcg_binary": found["ndcg@k"][10],
        "ndcg_graded": ndcg_score(graded, alike[asked].numpy(), k=10, ignore_ties=True),
        "mrr": found["mrr@k"][10],
        "map": found["map@k"][100],
        "asked": len(asked),
    }


def pairs():
    same = np.array([i % 3 == 0 or i % 7 == 0 for i in range(PAIRS)]).astype(int)
    distances = np.round(1 - util.pairwise_cos_sim(rows(PAIRS, 1), together(PAIRS, 2, 3)).numpy(), 2)  # tied
    find = BinaryClassificationEvaluator
    accuracy, at = find.find_best_acc_and_threshold(distances, same, high_score_more_similar=False)
    f1, _, _, f1_at = find.find_best_f1_and_threshold(distances, same, high_score_more_similar=False)
    said = (distances <= 0.8).astype(int)
    return {
        "distances": distances.tolist(),
        "best_accuracy": [accuracy, at],
        "best_f1": [f1, f1_at],
        "average_precision": average_precision_score(same, -distances),
        "at_0.8": {
            "accuracy": accuracy_score(same, said),
            "precision": precision_score(same, said),
            "recall": recall_score(same, said),
            "f1": f1_score(same, said),
        },
    }


def mining():
    found = util.paraphrase_mining_embeddings(rows(CORPUS, 5), max_pairs=60, top_k=CORPUS)
    assert np.diff([score for score, _, _ in found]).max() < -1e-7, "tied: choose other rows"
    return [[first, second, 1 - score] for score, first, second in found]


if __name__ == "__main__":
    found = {
        "triplets": triplets(),
        "similarity": similarity(),
        "search": search(),
        "pairs": pairs(),
        "mining": mining(),
    }
    sections = (f"{json.dumps(name)}: {json.dumps(section, default=float)}" for name, section in found.items())
    print("{\n" + ",\n".join(sections) + "\n}")
