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
    """Each column's number and its 95 % interval, if it has one."""
    scores = direction["coherence"]
    return [
        (direction["recall_at_1"], direction["recall_at_1_interval95"]),
        (direction["recall_at"]["10"], None),
        (direction["median_rank"], None),
        *[(score["score"], score["score_interval95"]) for score in scores],
        (scores[0]["ndcg"], None),
    ]


def ends(interval):
    return (interval["low"], interval["high"]) if isinstance(interval, dict) else tuple(interval)


def cell(runs, digits):
    """The mean over seeds, of numbers and of the ends of their intervals."""
    values, intervals = zip(*runs)
    text = f"{statistics.mean(values):.{digits}f}"
    if None in intervals:
        return text
    low, high = (statistics.mean(end) for end in zip(*map(ends, intervals)))
    return f"{text} [{low:.{digits}f}, {high:.{digits}f}]"


def table(folder, arms):
    lines = []
    for block, way, title in ROWS:
        lines += ["", title, "", "| " + " | ".join(HEAD) + " |", "|" + "---|" * len(HEAD)]
        for arm in arms:
            files = sorted(Path(folder).glob(f"{arm}-[0-9]/metrics.json"))
            runs = [json.loads(file.read_text())[block][way] for file in files]
            if runs:
                columns = zip(*map(numbers, runs))
                cells = [cell(column, 1 if at == 2 else 3) for at, column in enumerate(columns)]
                lines.append(f"| {arm} ({len(runs)}) | " + " | ".join(cells) + " |")
    return "\n".join(lines[1:])


if __name__ == "__main__":
    print("mean over (n) seeds of each number and of the ends of its 95 % interval\n")
    print(table(sys.argv[1], ARMS + FORMS))
