"""The ladder's table, from the runs of scripts/ladder-table.sh: python3 scripts/ladder_table.py FOLDER"""

import json
import statistics
import sys
from pathlib import Path

ARMS = ["vse0", "vse++", "ladder-2", "ladder-3"]
# VSE++ from the first step on, and the ladder of three rungs by its hardest pairs: by the paper's definition, and by both
# forms of the authors' code.
FORMS = ["vse++first", "hard-paper", "hard-authors", "hard-cumulative"]
ROWS = [
    ("unseen_classes", "picture_to_text", "unseen classes, picture to text"),
    ("unseen_classes", "text_to_picture", "unseen classes, text to picture"),
    ("unseen_sources", "picture_to_text", "unseen vendor, picture to text"),
    ("unseen_sources", "text_to_picture", "unseen vendor, text to picture"),
]
HEAD = ["arm", "R@1", "R@10", "median rank", "CS@10", "CS@100", "CS@N", "NDCG@10"]


def numbers(direction):
    scores = direction["coherence"]
    return [
        direction["recall_at_1"],
        direction["recall_at"]["10"],
        direction["median_rank"],
        *[score["score"] for score in scores],
        scores[0]["ndcg"],
    ]


def cell(values, digits):
    """The mean over seeds, and the lowest and highest."""
    return f"{statistics.mean(values):.{digits}f} [{min(values):.{digits}f}, {max(values):.{digits}f}]"


def table(folder):
    lines = []
    for block, way, title in ROWS:
        lines += ["", title, "", "| " + " | ".join(HEAD) + " |", "|" + "---|" * len(HEAD)]
        for arm in ARMS + FORMS:
            files = sorted(Path(folder).glob(f"{arm}-[0-9]/metrics.json"))
            runs = [json.loads(file.read_text())[block][way] for file in files]
            if runs:
                columns = zip(*map(numbers, runs))
                cells = [cell(list(column), 0 if at == 2 else 3) for at, column in enumerate(columns)]
                lines.append(f"| {arm} ({len(runs)}) | " + " | ".join(cells) + " |")
    return "\n".join(lines[1:])


if __name__ == "__main__":
    print(table(sys.argv[1]))
