//! Rows of numbers, and two networks that read one kind of input: trained, judged, embedded.
#![allow(clippy::unwrap_used, reason = "tests")]

mod harness;

use harness::{Place, score};
use serde_json::Value;

/// Rows of 4 numbers in 12 classes of 4, as the bytes of a `.npy` file.
fn rows() -> Vec<u8> {
    let number = |row: u32, column: u32| {
        let of_class = ((row / 4 * 7 + column * 3) as f32).sin();
        of_class + 0.3 * ((row * 4 + column) as f32 * 12.9).sin()
    };
    let numbers = (0..48).flat_map(|row| (0..4).map(move |column| number(row, column)));
    let mut bytes = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (48, 4), }";
    bytes.extend(format!("{header:<117}\n").bytes());
    bytes.extend(numbers.flat_map(f32::to_le_bytes));
    bytes
}

const VECTORS: &str = r#"
[data]
set = "vectors"
vectors = "rows.npy"
path = "labels.txt"
validation = 0.2
test = 0.3
[sampler]
kind = "pk"
classes = 4
samples = 3
[model]
kind = "mlp"
dim = 3
[loss]
kind = "proxy-anchor"
[train]
steps = 4
"#;

fn json(place: &Place, words: &str) -> Value {
    serde_json::from_str(&place.run(words).ends(0).out).unwrap()
}

#[test]
fn rows_of_numbers_from_recipe_to_rows() {
    let place = Place::new();
    place.write("rows.npy", rows());
    let labels: String = (0..48).map(|row| format!("class {}\n", row / 4)).collect();
    place.write("labels.txt", labels);
    place.write("vectors.toml", VECTORS);
    let ran = place.run("train vectors.toml --out run").ends(0);
    assert!(ran.err.contains("rows of"), "{}", ran.err);
    // What the loss has learnt lies beside the network.
    assert!(place.path("run/model/criterion.safetensors").is_file());
    // The recipe's own test rows, as at the end of training.
    let judged = json(&place, "eval run vectors.toml --json");
    let metrics = place.json("run/metrics.json");
    let trained = |name| score(&metrics, "trained", name).unwrap();
    for name in ["recall_at_1", "map_at_r"] {
        assert_eq!(score(&judged, "model", name), Some(trained(name)), "{name}");
    }
    let all = place
        .run("eval run labels.txt --vectors rows.npy")
        .ends(0)
        .out;
    assert!(all.contains("48 queries"), "{all}");
    place.write("pairs.csv", "anchor,positive,negative\n0,1,5\n4,5,9\n");
    let rows = place
        .run("eval run pairs.csv --vectors rows.npy")
        .ends(0)
        .out;
    assert!(rows.contains("Triplet accuracy"), "{rows}");
    let said = place.run("embed run rows.npy --out out.npy").ends(0).out;
    assert!(said.contains("48 rows embedded, 3 numbers each"), "{said}");
    let bytes = place.bytes("out.npy");
    let array = npyz::NpyFile::new(&bytes[..]).unwrap();
    assert_eq!(array.shape(), [48, 3]);
    place
        .run("eval run labels.txt")
        .fails(&["--vectors: wanted"]);
    place
        .run("embed run out.npy --out other.npy")
        .fails(&["out.npy: wanted rows of 4 numbers", "given 3"]);
    place
        .run("eval run labels.txt --vectors out.npy")
        .fails(&["wanted 3", "given 4"]);
}

#[test]
fn queries_and_documents_have_a_network_each() {
    let place = Place::new();
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let recipe = format!(
        r#"
        [data]
        set = "texts"
        path = "{root}/assets/wordnet/train.jsonl"
        test_path = "{root}/assets/wordnet/test.jsonl"
        [sampler]
        kind = "rows"
        batch = 8
        [model]
        kind = "towers"
        dim = 8
        [model.query]
        kind = "sentence"
        path = "{root}/crates/nn/tests/models/bert"
        [model.document]
        kind = "sentence"
        path = "{root}/crates/nn/tests/models/bert"
        [loss]
        kind = "multiple-negatives-ranking"
        [train]
        steps = 2
        "#
    );
    place.write("two.toml", recipe);
    place.run("train two.toml --out run").ends(0);
    let judged = json(
        &place,
        &format!("eval run {root}/assets/wordnet/test.jsonl --json"),
    );
    let metrics = place.json("run/metrics.json");
    assert_eq!(judged["scores"]["model"], metrics["scores"]["after"]);
    place.write("lines.txt", "a cat\nthe king\n");
    for side in ["query", "document"] {
        let words = format!("embed run lines.txt --side {side} --out {side}.npy");
        place.run(&words).ends(0);
        let alone = format!("embed run/model/{side} lines.txt --out alone.npy");
        place.run(&alone).ends(0);
        assert!(place.bytes(&format!("{side}.npy")) == place.bytes("alone.npy"));
    }
    assert!(place.bytes("query.npy") != place.bytes("document.npy"));
    place
        .run("embed run lines.txt --out rows.npy")
        .fails(&["--side: wanted query or document", "given none"]);
    place
        .run("embed run lines.txt --side picture --out rows.npy")
        .fails(&["--side: wanted query or document, given picture"]);
    place
        .run("embed run/model/query lines.txt --side query --out rows.npy")
        .fails(&["--side: wanted none"]);
}
