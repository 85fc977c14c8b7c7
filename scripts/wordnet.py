"""WordNet 3.0 as pairs, triplets and labelled texts, split by synset.

A synset is a meaning: its words (lemmas), a definition and sometimes examples. `synsets` reads them from the files
`data.noun`, `data.verb`, `data.adj` and `data.adv` (their format: man 5 wndb), and `Splits` decides from a synset's id
alone whether it is for training, for validation or for the test, so no definition and no example is in two of them.
`files` gives the rows of every file that `fetch.py wordnet` writes. Everything is a function of WordNet and SEED.
"""

import hashlib
import re
from collections import Counter, defaultdict
from dataclasses import dataclass

SEED = "tercet-wordnet-1"
VALIDATION, TEST = 0.1, 0.1
EVALUATED = 2_000
SHAS = {
    "data.noun": "fea17d2f9656611334eac790e5d69e47645fa180c4aa481fb4cd9b3520754ca2",
    "data.verb": "adcf43e35b581e8036d8b5a52d63d9cd3d3b4870b2720d3c03c799df44777bc2",
    "data.adj": "c89120dfc1f046ddff4a631bf9b7e9fa1a36b5e86565a23bf82dbe14f30b88a7",
    "data.adv": "444a63bf3955080ab7524f5079cfc07ff9bc682cb98bdb1db73b0fb9829f1139",
}
# A satellite adjective (s) is an adjective (a) to whoever points at it.
KINDS = {"n": "n", "v": "v", "a": "a", "s": "a", "r": "r"}
# What is above a synset: hypernym, the class of an instance, the head of a satellite adjective.
ABOVE = ("@", "@i", "&")


@dataclass(frozen=True)
class Synset:
    """One meaning. `above` holds ids; `field` is the number of its lexicographer file, one of 45 topics."""

    id: str
    field: str
    lemmas: tuple
    above: tuple
    definition: str
    examples: tuple


def position(text):
    """Where a text stands in [0, 1): the first 53 bits of SHA-256 of SEED and the text."""
    digest = hashlib.sha256(f"{SEED}/{text}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / 2**53


def split(synset):
    """`train`, `validation` or `test`, from the id alone."""
    place = position(synset.id)
    if place < TEST:
        return "test"
    return "validation" if place < TEST + VALIDATION else "train"


def gloss(text):
    """The definition (what comes before the first quoted example) and the examples of two words or more."""
    definition, quote, rest = text.strip().partition('"')
    examples = re.findall(r'"([^"]*)"', quote + rest) if text.count('"') % 2 == 0 else []
    examples = (" ".join(example.split()) for example in examples)
    return " ".join(definition.split()).rstrip(" ;:,"), tuple(e for e in examples if " " in e)


def parse(line):
    """One line of a data file."""
    fields, _, text = line.partition(" | ")
    fields = fields.split()
    offset, field, kind, count = fields[0], fields[1], KINDS[fields[2]], int(fields[3], 16)
    words = fields[4 : 4 + 2 * count : 2]
    lemmas = tuple(re.sub(r"\((a|p|ip)\)$", "", word).replace("_", " ") for word in words)
    pointers = fields[5 + 2 * count :][: 4 * int(fields[4 + 2 * count])]
    pointers = zip(pointers[::4], pointers[1::4], pointers[2::4])
    satellite = fields[2] == "s"
    above = tuple(
        f"{KINDS[at]}-{to}" for sign, to, at in pointers if sign in ABOVE and (sign != "&" or satellite)
    )
    return Synset(f"{kind}-{offset}", field, lemmas, above, *gloss(text))


def synsets(folder):
    """All synsets of the four data files in `folder`, by id."""
    found = {}
    for name in SHAS:
        with open(folder / name, encoding="utf-8") as lines:
            for line in lines:
                if not line.startswith("  "):
                    synset = parse(line)
                    found[synset.id] = synset
    return found


def pairs(all_synsets):
    """The training pairs of every kind, kind by kind: gloss -> example, lemma -> gloss, gloss -> hypernym's gloss."""
    train = {s.id: s for s in all_synsets.values() if split(s) == "train" and s.definition}
    for s in train.values():
        for example in s.examples:
            yield {"anchor": s.definition, "positive": example, "kind": "gloss-example"}
    for s in train.values():
        for lemma in s.lemmas:
            yield {"anchor": lemma, "positive": s.definition, "kind": "lemma-gloss"}
    for s in train.values():
        for above in (train[up] for up in s.above if up in train):
            if above.definition != s.definition:
                yield {"anchor": s.definition, "positive": above.definition, "kind": "gloss-hypernym"}


def labelled(all_synsets):
    """Training texts with their synset as the label, for the synsets that have at least two texts."""
    for s in all_synsets.values():
        texts = dict.fromkeys((s.definition, *s.examples))
        if split(s) == "train" and s.definition and len(texts) >= 2:
            yield from ({"text": text, "label": s.id} for text in texts)


class Negatives:
    """Examples of other synsets of one split that are near a synset in meaning, and wrong for it."""

    def __init__(self, members):
        self.siblings, self.field = defaultdict(list), defaultdict(list)
        for s in (s for s in members if s.examples):
            self.field[s.field].append(s)
            for up in s.above:
                self.siblings[up].append(s)

    def near(self, synset, wide):
        """The negative and where it is from: a synset with the same one above, or (if `wide`) of the same topic."""
        siblings = [s for up in synset.above for s in self.siblings[up]]
        for origin, others in (("sibling", siblings), ("field", self.field[synset.field] if wide else [])):
            others = [s for s in others if s.id != synset.id and s.examples[0] not in synset.examples]
            if others:
                return min(others, key=lambda s: position(f"{synset.id}/{s.id}")).examples[0], origin
        return None


def triplets(all_synsets):
    """Training triplets: a definition, its example, and the example of a sibling."""
    train = [s for s in all_synsets.values() if split(s) == "train" and s.definition]
    negatives = Negatives(train)
    for s in (s for s in train if s.examples):
        if found := negatives.near(s, wide=False):
            for example in s.examples:
                yield {"anchor": s.definition, "positive": example, "negative": found[0]}


def evaluated(all_synsets, name):
    """EVALUATED triplets of a split, one per synset, whose definition and example are of no other synset."""
    members = [s for s in all_synsets.values() if split(s) == name and s.definition]
    uses = Counter(text for s in all_synsets.values() for text in {s.definition, *s.examples})
    negatives, rows = Negatives(members), []
    for s in sorted(members, key=lambda s: position(f"evaluated/{s.id}")):
        if s.examples and uses[s.definition] == 1 == uses[s.examples[0]] and (found := negatives.near(s, wide=True)):
            row = {"anchor": s.definition, "positive": s.examples[0], "negative": found[0], "negative_of": found[1]}
            rows.append(row)
    return rows[:EVALUATED]


def files(all_synsets):
    """The rows of each file."""
    train = list(pairs(all_synsets))
    return {
        "train.jsonl": train,
        "gloss-example.jsonl": [row for row in train if row["kind"] == "gloss-example"],
        "triplets.jsonl": list(triplets(all_synsets)),
        "labelled.jsonl": list(labelled(all_synsets)),
        "validation.jsonl": evaluated(all_synsets, "validation"),
        "test.jsonl": evaluated(all_synsets, "test"),
    }


def sample(rows):
    """A slice small enough to stand beside the source code: 300 training pairs, 100 and 100 evaluated triplets."""
    train = sorted(rows["gloss-example.jsonl"], key=lambda row: position(f"sample/{row['anchor']}/{row['positive']}"))
    return {
        "train.jsonl": train[:300],
        "validation.jsonl": rows["validation.jsonl"][:100],
        "test.jsonl": rows["test.jsonl"][:100],
    }
