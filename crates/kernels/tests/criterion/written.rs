//! Criteria in JSON and TOML, and which key is to blame.

use serde::{Deserialize, Serialize};
use tercet_kernels::{Cosent, CosineRegression, GivenTriplets, KeyError, Ladder, Loss, Positive};

use super::*;

/// A file with a section of its own.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct File {
    loss: Criterion,
}

/// Every kind with its defaults, the combinators, and settings that no default has.
fn all_written() -> Vec<Criterion> {
    let mut all = criteria_of(&Kind::all(4, 2)[0]);
    all.extend(TermKind::names().iter().map(|name| {
        let table = serde_json::json!({ "kind": name });
        Criterion::read(table).unwrap()
    }));
    let cosent = Cosent {
        scale: Positive::new("scale", 3.5).unwrap(),
    };
    let swapped = GivenTriplets {
        swap: true,
        distance: Distance::Cosine,
        margin: Margin::Soft,
        reduce: Reduce::Sum,
    };
    let regression = CosineRegression {
        reduce: Reduce::Sum,
    };
    let ladder = Ladder::new(&[0.3, 0.2, 0.1], &[0.5, 0.25], &[1.0, 0.5, 0.1]).unwrap();
    let ladder = Objective::new(Distance::Cosine, ladder, Reduce::Sum).unwrap();
    all.extend([
        Criterion::from(TermKind::Cosent(cosent)).learning(true),
        TermKind::Triplets(swapped).into(),
        TermKind::CosineRegression(regression).into(),
        TermKind::ProxyRegularizer(Regularizer::Centres).into(),
        Criterion::of(ladder).transposed(),
        plain().learning(false),
        plain().normalized(true),
    ]);
    all
}

#[test]
fn what_is_written_reads_back_equal() {
    for criterion in all_written() {
        let json = serde_json::to_string(&criterion).unwrap();
        assert_eq!(
            serde_json::from_str::<Criterion>(&json).unwrap(),
            criterion,
            "{json}"
        );
        let file = File { loss: criterion };
        let text = toml::to_string(&file).unwrap();
        assert_eq!(toml::from_str::<File>(&text).unwrap(), file, "{text}");
        for term in file.loss.terms() {
            let json = serde_json::to_string(term).unwrap();
            assert_eq!(serde_json::from_str::<Term>(&json).unwrap(), *term);
        }
    }
}

fn read(text: &str) -> Result<Criterion, KeyError> {
    let file: toml::Table = toml::from_str(text).unwrap();
    Criterion::read(file.get("loss").unwrap().clone())
}

#[test]
fn tables_are_flat() {
    let text = "[[loss]]\nkind = \"contrastive\"\nform = \"linear\"\npositive_margin = 0.1\nmargin = 1\nreduce = \
                \"mean-active\"\ndims = [8, 4]\ndim_weights = [1, 0.5]\n[[loss]]\nkind = \"spread\"\nweight = 0.1\n";
    let criterion = read(text).unwrap();
    let loss = Contrastive::linear(0.1, 1.0).unwrap();
    let wanted =
        Criterion::of(Objective::new(Distance::Euclidean, loss, Reduce::MeanActive).unwrap())
            .matryoshka(&[(8, 1.0), (4, 0.5)])
            .unwrap()
            .and(0.1, Regularizer::Spread)
            .unwrap();
    assert_eq!(criterion, wanted);
    let json = serde_json::to_value(&criterion).unwrap();
    let second = serde_json::json!({"kind": "spread", "weight": 0.1});
    assert_eq!(json[1], second);
    assert_eq!(json[0]["dims"], serde_json::json!([8, 4]));
    assert!(json[0].get("normalize").is_none() && json[0].get("weight").is_none());
    assert_eq!(read("[loss]").unwrap(), Criterion::default());
    let ranking = read("[loss]\nkind = \"multiple-negatives-ranking\"\nscale = 20").unwrap();
    assert_eq!(ranking, read("[loss]\nkind = \"info-nce\"").unwrap());
    assert_eq!(
        read("[loss]\ndims = 8").unwrap(),
        read("[loss]\ndims = [8]").unwrap()
    );
}

/// The sections of the recipes that there are.
#[test]
fn recipes_mean_what_they_meant() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../recipes");
    let mut seen = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let table: toml::Table = toml::from_str(&text).unwrap();
        let Some(loss) = table.get("loss") else {
            continue;
        };
        let criterion = Criterion::read(loss.clone()).unwrap();
        let given = loss.as_table().unwrap();
        let name = criterion.terms()[0].kind().name();
        let kind = given["kind"].as_str().unwrap();
        assert!(kind == name || (kind == "multiple-negatives-ranking" && name == "info-nce"));
        let written = toml::Value::try_from(&criterion).unwrap();
        for (key, value) in given.iter().filter(|(key, _)| *key != "kind") {
            assert_eq!(&written[key], value, "{key} of {kind}");
        }
        seen += 1;
    }
    assert!(seen >= 10, "{seen}");
}

#[test]
fn errors_name_their_key() {
    for (text, key, message) in [
        (
            "margin = -0.2",
            "margin",
            "margin: wanted a finite number of at least 0, given -0.2",
        ),
        (
            "margin = \"hard\"",
            "margin",
            "margin: wanted a number or soft, given hard",
        ),
        (
            "margin = [1]",
            "margin",
            "margin: wanted a number or \"soft\", given [1]",
        ),
        (
            "select = \"semihard\"",
            "select",
            "select: wanted one of all, hardest",
        ),
        (
            "distance = \"manhattan\"",
            "distance",
            "distance: wanted one of squared-euclidean",
        ),
        (
            "distance = 3",
            "distance",
            "distance: wanted a string, given 3",
        ),
        ("reduce = \"max\"", "reduce", "reduce: wanted one of sum"),
        (
            "weight = 1e31",
            "weight",
            "weight: wanted a number between -1e30 and 1e30, given 1",
        ),
        (
            "weight = \"much\"",
            "weight",
            "weight: wanted a number, given much",
        ),
        (
            "dims = 0",
            "dims",
            "dims: wanted numbers of at least 1, given 0",
        ),
        (
            "dims = [4, -1]",
            "dims",
            "dims: wanted a whole number of at least 1, given",
        ),
        (
            "dim_weights = [1]",
            "dim_weights",
            "dim_weights: wanted one number for each of 0 dims, given 1",
        ),
        (
            "dims = [4, 2]\ndim_weights = [1]",
            "dim_weights",
            "wanted one number for each of 2 dims, given 1",
        ),
        (
            "normalize = 1",
            "normalize",
            "normalize: wanted true or false, given 1",
        ),
        (
            "direction = \"sideways\"",
            "direction",
            "direction: wanted one of forward, backward, both",
        ),
        (
            "learn = true",
            "learn",
            "learn: wanted false: this kind has no number to learn, given true",
        ),
        (
            "kind = \"tripplet\"",
            "kind",
            "kind: wanted one of triplet, contrastive",
        ),
        ("kind = 3", "kind", "kind: wanted a string, given 3"),
        (
            "kind = \"contrastive\"\nmargin = \"soft\"",
            "margin",
            "margin: wanted a number, given soft",
        ),
        (
            "kind = \"contrastive\"\nform = \"cubic\"",
            "form",
            "form: wanted one of squared, linear, given cubic",
        ),
        (
            "kind = \"contrastive\"\npositive_margin = 0.1",
            "positive_margin",
            "none with form = \"squared\", given 0.1",
        ),
        (
            "kind = \"contrastive\"\ndistance = \"negative-dot\"",
            "distance",
            "never negative for this loss, given negative-dot",
        ),
        (
            "kind = \"info-nce\"\nscale = 0",
            "scale",
            "scale: wanted a finite number above 0, given 0",
        ),
        (
            "kind = \"ladder\"\nbetas = [1.0]\nthresholds = [0.5]",
            "betas",
            "betas: wanted 2, given 1",
        ),
        (
            "kind = \"ladder\"\nthresholds = [0.5, 0.6]\nmargins = [1, 1, 1]\nbetas = [1, 1, 1]",
            "thresholds",
            "given 0.6",
        ),
        (
            "kind = \"soft-triple\"\ncentres = 0",
            "centres",
            "centres: wanted a whole number of at least 1, given 0",
        ),
        (
            "kind = \"cosent\"\nscale = -1",
            "scale",
            "scale: wanted a finite number above 0, given -1",
        ),
        (
            "kind = \"given-triplet\"\nswap = 1",
            "swap",
            "swap: wanted true or false, given 1",
        ),
        (
            "kind = \"norm\"\non = \"air\"",
            "on",
            "on: wanted one of rows, proxies, given air",
        ),
    ] {
        let error = read(&format!("[loss]\n{text}\n")).unwrap_err();
        let given = error.to_string();
        assert_eq!(error.key, key, "{text}: {given}");
        assert!(given.contains(message), "{text}: {given}");
        assert!(!error.is_unknown_key(), "{text}");
        // Through a deserializer of any format, the message is the same.
        let json = serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap();
        let error = serde_json::from_value::<Criterion>(json).unwrap_err();
        assert!(error.to_string().contains(message), "{error}");
    }
}

#[test]
fn an_unknown_key_is_told_what_there_is() {
    let common = [
        "kind",
        "weight",
        "dims",
        "dim_weights",
        "normalize",
        "direction",
        "learn",
    ];
    for (kind, has, has_not) in [
        (
            "triplet",
            &["margin", "select", "distance", "reduce"][..],
            "on",
        ),
        (
            "contrastive",
            &["form", "margin", "positive_margin", "distance"],
            "select",
        ),
        ("n-pair", &["distance", "reduce"], "margin"),
        ("histogram", &["bins", "distance"], "reduce"),
        (
            "given-triplet",
            &["margin", "swap", "distance", "reduce"],
            "select",
        ),
        ("cosent", &["scale"], "distance"),
        ("cosine-regression", &["reduce"], "scale"),
        ("norm", &["on"], "distance"),
    ] {
        for wrong in [has_not, "wait"] {
            let error = read(&format!(
                "[[loss]]\n[[loss]]\nkind = \"{kind}\"\n{wrong} = 1"
            ))
            .unwrap_err();
            assert!(
                error.is_unknown_key() && error.key == wrong,
                "{kind}: {error}"
            );
            assert_eq!(error.term, 1);
            for key in has.iter().chain(&common) {
                assert!(
                    error.known.iter().any(|known| known == key),
                    "{kind}: {key}"
                );
            }
            assert!(!error.known.iter().any(|known| known == wrong));
        }
    }
    let error = Criterion::read(serde_json::json!([])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "criterion: wanted at least one table, given none"
    );
    let error = Criterion::read(serde_json::json!([3])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "criterion: wanted a table, or a list of tables, given 3"
    );
    let twice = serde_json::from_str::<Criterion>(r#"{"margin": 1, "margin": 2}"#);
    assert!(
        twice
            .unwrap_err()
            .to_string()
            .contains("margin: wanted once, given twice")
    );
}

#[test]
fn every_loss_has_a_table() {
    for name in Loss::NAMES {
        let criterion = Criterion::read(serde_json::json!({ "kind": name })).unwrap();
        let objective = criterion.terms()[0].objective().unwrap();
        assert_eq!(*objective.loss(), Loss::named(name).unwrap());
        assert_eq!(objective.distance(), objective.loss().default_distance());
        assert_eq!(objective.reduce(), objective.loss().default_reduce());
    }
}

#[track_caller]
fn message<T: std::fmt::Debug>(result: Result<T, Error>, wanted: &str) {
    assert_eq!(result.unwrap_err().to_string(), wanted);
}

#[test]
fn what_is_refused_of_batches() {
    let data = numbers(6 * DIM, 8);
    let batch = |own| Batch::shard(rows(&data), &[0, 0, 1, 1, 2, 2], own).unwrap();
    let wide = plain().matryoshka(&[(2, 1.0), (5, 1.0)]).unwrap();
    let text = "leading dimensions: wanted at most 4, given 5";
    message(wide.evaluate(&batch(0..6)), text);
    let text = "leading dimensions: wanted at most 5, given 6";
    message(
        plain()
            .matryoshka(&[(5, 1.0)])
            .unwrap()
            .matryoshka(&[(6, 1.0)]),
        text,
    );
    let text = "leading dimensions: wanted at least 1, given 0";
    message(plain().matryoshka(&[(0, 1.0)]), text);
    message(plain().matryoshka(&[]), text);
    message(Criterion::try_from(vec![]), "terms: wanted 1, given 0");
    message(
        plain().times(f64::NAN),
        "weight: wanted a finite number, given NaN",
    );
    message(
        plain().and(f64::INFINITY, linear()),
        "weight: wanted a finite number, given inf",
    );

    let pairs = Pairs::new((6, 6), [(0, 1)]).unwrap();
    let batch_of_pairs = Batch::within(rows(&data), &pairs).unwrap();
    let text = "labels: wanted class ids or one-to-one pairs, given positive pairs";
    message(
        Criterion::from(Regularizer::Spread).evaluate(&batch_of_pairs),
        text,
    );
    let given = Criterion::from(TermKind::Cosent(Cosent::default()));
    let text = "rows: wanted scored pairs, given a batch of anchors and candidates";
    message(given.evaluate(&batch(0..6)), text);

    let (one, two) = (plain(), plain().both_ways());
    let mut first = two.partial(&batch(0..2)).unwrap();
    let before = first.clone();
    let text = "partial: wanted pieces 2, given 1";
    message(first.add(&one.partial(&batch(2..4)).unwrap()), text);
    let text = "partial: wanted anchors from 2, given 3";
    message(first.add(&two.partial(&batch(3..4)).unwrap()), text);
    let other = plain().and(1.0, linear()).unwrap();
    let text = "partial: wanted parts 1, given 2";
    message(first.add(&other.partial(&batch(2..4)).unwrap()), text);
    assert_eq!(first, before, "a refused one leaves no trace");
    message(one.finish(first), "partial: wanted pieces 1, given 2");
}
