//! Texts from the recipe to the file of rows, and every way in which they can be wrong.
#![allow(clippy::unwrap_used, reason = "tests")]

mod harness;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use harness::{Place, Ran, names, score};
use safetensors::SafeTensors;
use safetensors::tensor::{TensorView, serialize};

const HERE: &str = env!("CARGO_MANIFEST_DIR");

/// A place with a tiny encoder in `tiny` and rows of texts in `texts`.
fn place() -> Place {
    let place = Place::new();
    copy(
        &Path::new(HERE).join("../nn/tests/models/bert"),
        &place.path("tiny"),
    );
    copy(
        &Path::new(HERE).join("../../assets/wordnet"),
        &place.path("texts"),
    );
    place.write("recipe.toml", RECIPE);
    place
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for name in names(from) {
        let (from, to) = (from.join(&name), to.join(&name));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            std::fs::copy(from, to).unwrap();
        }
    }
}

const RECIPE: &str = r#"
[data]
set = "texts"
path = "texts/train.jsonl"
validation_path = "texts/validation.jsonl"
test_path = "texts/test.jsonl"
[sampler]
kind = "rows"
batch = 16
[model]
kind = "sentence"
path = "tiny"
[loss]
kind = "multiple-negatives-ranking"
[train]
steps = 4
micro_batch = 10
evaluate_every = 2
"#;

#[test]
fn from_recipe_to_rows() {
    let place = place();
    let ran = place.run("train recipe.toml --out run").ends(0);
    for wanted in ["Recall@1", "Triplet accuracy", "before", "distance cosine"] {
        assert!(ran.out.contains(wanted), "{wanted} in\n{}", ran.out);
    }
    assert!(ran.err.contains("300 texts for training"), "{}", ran.err);
    let metrics = place.json("run/metrics.json");
    assert!(
        score(&metrics, "after", "recall_at_1").is_some(),
        "{metrics}"
    );
    let before = metrics["scores"]["before"].as_array().unwrap().iter();
    let mut accuracy = before.filter(|score| score["name"] == "triplet_accuracy");
    assert!(accuracy.next().unwrap()["interval"]["low"].is_number());
    place.write("lines.txt", "a cat\r\nthe king\n\na cat");
    let ran = place.run("embed run lines.txt --out rows.npy").ends(0);
    assert!(
        ran.out.contains("rows.npy: 4 texts embedded"),
        "{}",
        ran.out
    );
    let rows = place.bytes("rows.npy");
    place.write("lines.jsonl", "{\"text\": \"a cat\"}\n{\"text\": \"the king\"}\n{\"text\": \"\"}\n{\"text\": \"a cat\"}\n");
    place
        .run("embed run/model lines.jsonl --out other.npy")
        .ends(0);
    assert!(rows == place.bytes("other.npy"), "lines and objects differ");
    let ran = from_stdin(
        &place,
        "embed run - --out third.npy",
        b"a cat\nthe king\n\na cat\n",
    )
    .ends(0);
    assert!(ran.out.contains("4 texts"), "{}", ran.out);
    assert!(
        rows == place.bytes("third.npy"),
        "lines and standard input differ"
    );
    from_stdin(
        &place,
        "embed run - --column t --out one.safetensors",
        b"{\"t\": \"a cat\"}",
    )
    .ends(0);
    let bytes = place.bytes("one.safetensors");
    let file = SafeTensors::deserialize(&bytes).unwrap();
    assert_eq!(file.tensor("embeddings").unwrap().shape()[0], 1);
}

fn from_stdin(place: &Place, words: &str, text: &[u8]) -> Ran {
    let mut child = place.command(words).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text).unwrap();
    Ran::new(child.wait_with_output().unwrap())
}

#[test]
fn judged_by_what_the_columns_say() {
    let place = place();
    let ran = place.run("eval tiny texts/test.jsonl").ends(0);
    assert!(
        ran.out.contains("Recall@10") && ran.out.contains("Triplet accuracy"),
        "{}",
        ran.out
    );
    let ran = place
        .run("eval tiny texts/labelled.jsonl --distance euclidean")
        .ends(0);
    assert!(
        ran.out.contains("MAP@R") && ran.out.contains("distance euclidean"),
        "{}",
        ran.out
    );
    let scored =
        "text_a\ttext_b\tscore\na cat\ta cat\t5\na cat\tthe king\t1\nthe king\ta queen\t3\n";
    place.write("scored.tsv", scored);
    // Scores are in [0, 1] unless it is said where they are.
    place
        .run("eval tiny scored.tsv")
        .fails(&["scored.tsv, line 2, score", "given 5"]);
    let ran = place
        .run("eval tiny scored.tsv --score-range 0,5 --json")
        .ends(0);
    let found: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    for name in ["spearman", "pearson"] {
        assert!(score(&found, "model", name).is_some(), "{found}");
    }
    let sts = "g\tf\t2012\t1\t5.0\ta cat\ta cat\ng\tf\t2012\t2\t1.0\ta cat\tthe king\n";
    place.write("sts-dev.csv", sts);
    let ran = place
        .run("eval tiny sts-dev.csv --layout sts-benchmark")
        .ends(0);
    assert!(ran.out.contains("Spearman"), "{}", ran.out);
    place.write("beir/corpus.jsonl", "{\"_id\": \"1\", \"title\": \"cats\", \"text\": \"a cat\"}\n{\"_id\": \"2\", \"title\": \"\", \"text\": \"the king\"}\n");
    place.write(
        "beir/queries.jsonl",
        "{\"_id\": \"q\", \"text\": \"cats\"}\n",
    );
    place.write(
        "beir/qrels/test.tsv",
        "query-id\tcorpus-id\tscore\nq\t1\t1\n",
    );
    let ran = place.run("eval tiny beir").ends(0);
    assert!(
        ran.out.contains("NDCG@10") && ran.out.contains("1 queries"),
        "{}",
        ran.out
    );
}

#[test]
fn other_losses_and_data() {
    let place = place();
    let losses = [
        ("texts/validation.jsonl", "loss.kind=given-triplet"),
        (
            "texts/validation.jsonl",
            "loss.kind=multiple-negatives-ranking --set loss.symmetric=true",
        ),
        (
            "texts/labelled.jsonl",
            "loss.kind=triplet --set loss.select=hardest",
        ),
        ("texts/labelled.jsonl", "loss.kind=sup-con"),
        (
            "scored.csv",
            "loss.kind=cosent --set matryoshka.sizes=[8,16]",
        ),
        ("scored.csv", "loss.kind=cosine-regression"),
        ("scored.csv", "loss.kind=contrastive"),
    ];
    let rows: String = (0..16)
        .map(|n| format!("text {n},another {n},0.{n}\n"))
        .collect();
    place.write("scored.csv", format!("text_a,text_b,score\n{rows}"));
    for (number, (file, loss)) in losses.iter().enumerate() {
        let line = format!(
            "train recipe.toml --set data.path={file} --set {loss} --set train.steps=2 --out run{number}"
        );
        place.run(&line).ends(0);
    }
    let pk = "train recipe.toml --set data.path=texts/labelled.jsonl --set sampler.kind=pk --set sampler.classes=4 \
              --set sampler.samples=2 --set loss.kind=triplet --set train.steps=2 --out pk";
    place.run(pk).ends(0);
}

#[test]
fn rows_that_are_wrong() {
    let place = place();
    let train = |place: &Place, name: &str, text: &[u8], parts: &[&str]| {
        place.write(name, text);
        let out = name.replace('.', "-");
        let line =
            format!("train recipe.toml --set data.path={name} --set sampler.batch=1 --out {out}");
        place.run(&line).fails(parts);
    };
    let good = "{\"anchor\": \"a\", \"positive\": \"b\"}\n";
    train(
        &place,
        "a.jsonl",
        format!("{good}{{nonsense\n").as_bytes(),
        &["a.jsonl, line 2", "JSON"],
    );
    let empty = format!("{good}{{\"anchor\": \"\", \"positive\": \"b\"}}\n");
    train(
        &place,
        "b.jsonl",
        empty.as_bytes(),
        &["b.jsonl, line 2, anchor", "not empty"],
    );
    let binary = [
        good.as_bytes(),
        b"{\"anchor\": \"\xff\", \"positive\": \"b\"}\n",
    ]
    .concat();
    train(&place, "c.jsonl", &binary, &["c.jsonl, line 2", "UTF-8"]);
    train(
        &place,
        "d.jsonl",
        b"",
        &["d.jsonl", "wanted at least one row"],
    );
    train(
        &place,
        "e.csv",
        b"anchor,positive\n",
        &["e.csv", "wanted at least one row"],
    );
    train(
        &place,
        "f.csv",
        b"text_a,text_b,score\na,b,NaN\n",
        &["f.csv, line 2, score", "NaN"],
    );
    train(
        &place,
        "g.csv",
        b"anchor,other\na,b\n",
        &["g.csv", "wanted the columns", "anchor, other"],
    );
    place
        .run("train recipe.toml --set loss.kind=cosent --out h")
        .fails(&["train.jsonl", "scored pairs", "pairs"]);
    place
        .run("train recipe.toml --set model.kind=convnet --out i")
        .fails(&["model.kind", "sentence"]);
}

#[test]
fn models_that_are_wrong() {
    let place = place();
    place.write("lines.txt", "a cat\n");
    let fails = |folder: &str, parts: &[&str]| {
        place
            .run(&format!("embed {folder} lines.txt --out rows.npy"))
            .fails(parts);
        assert!(!place.path("rows.npy").exists());
    };
    let anew = |folder: &str| -> PathBuf {
        copy(&place.path("tiny"), &place.path(folder));
        place.path(folder)
    };
    std::fs::remove_file(anew("no-tokenizer").join("tokenizer.json")).unwrap();
    fails("no-tokenizer", &["no-tokenizer/tokenizer.json"]);
    let file = anew("cut").join("model.safetensors");
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    fails("cut", &["cut/model.safetensors"]);
    let name = "encoder.layer.1.attention.self.query.weight";
    change(&anew("missing"), |tensor, size| {
        (tensor != name).then(|| size.to_vec())
    });
    fails("missing", &["missing/model.safetensors", name]);
    change(&anew("misshapen"), |tensor, size| {
        Some(if tensor == name {
            vec![size[0] * size[1]]
        } else {
            size.to_vec()
        })
    });
    fails(
        "misshapen",
        &["misshapen/model.safetensors", name, "wanted", "given"],
    );
    let config = anew("table").join("config.json");
    let text = std::fs::read_to_string(&config).unwrap();
    let mut keys: serde_json::Value = serde_json::from_str(&text).unwrap();
    keys["vocab_size"] = 50.into();
    std::fs::write(&config, keys.to_string()).unwrap();
    fails("table", &["table/tokenizer.json", "an id below 50"]);
    std::fs::create_dir(place.path("empty")).unwrap();
    fails("empty", &["empty", "wanted the folder of a model"]);
    fails("nowhere", &["nowhere"]);
    place
        .run("embed tiny absent.txt --out rows.npy")
        .fails(&["absent.txt"]);
    place
        .run("embed tiny texts --out rows.npy")
        .fails(&["texts", "wanted a file of texts"]);
}

/// Writes the weights anew, each in the size that `size` gives, or not at all.
fn change(folder: &Path, size: impl Fn(&str, &[usize]) -> Option<Vec<usize>>) {
    let file = folder.join("model.safetensors");
    let bytes = std::fs::read(&file).unwrap();
    let old = SafeTensors::deserialize(&bytes).unwrap();
    let views = old.tensors().into_iter().filter_map(|(name, view)| {
        let size = size(&name, view.shape())?;
        Some((
            name,
            TensorView::new(view.dtype(), size, view.data()).unwrap(),
        ))
    });
    let new = serialize(views.collect::<Vec<_>>(), None).unwrap();
    std::fs::write(file, new).unwrap();
}

#[test]
fn a_text_of_100_000_letters_is_cut_and_counted() {
    let place = place();
    let long = "the king ".repeat(11_112);
    place.write("lines.txt", format!("a cat\n{long}\n"));
    let ran = place.run("embed tiny lines.txt --out rows.npy").ends(0);
    assert!(ran.err.contains("1 text longer than"), "{}", ran.err);
    place.write("bad.txt", b"fine\n\xff\n");
    place
        .run("embed tiny bad.txt --out other.npy")
        .fails(&["bad.txt, line 2", "UTF-8"]);
    place.write("none.txt", "");
    place
        .run("embed tiny none.txt --out other.npy")
        .fails(&["none.txt", "given none"]);
}
