//! Every loss there is, by its name alone and with what it wants besides.

use serde_json::Value;

use super::{DIM, close, doubles, harness::Place, json, raw, six};

/// One row per label, and two centres each.
fn with_proxies() -> Place {
    let place = six();
    let rows = raw();
    let proxies: Vec<f64> = rows.chunks(DIM).step_by(2).flatten().copied().collect();
    place.write("proxies.npy", doubles(&proxies));
    place.write("classes.txt", "0\n1\n2\n");
    place
}

#[test]
fn every_loss_runs_and_names_its_margin() {
    let place = with_proxies();
    let proxies = "rows.npy labels.txt --candidates proxies.npy --candidate-labels classes.txt";
    let centres =
        "rows.npy labels.txt --candidates rows.npy --candidate-labels labels.txt --set centres=2";
    let turned = "proxies.npy classes.txt --candidates rows.npy --candidate-labels labels.txt";
    for name in tercet::kernels::Loss::NAMES {
        let (words, margin) = match *name {
            "triplet" | "vse" | "ladder" => ("rows.npy labels.txt", Some(0.2)),
            "contrastive" | "lifted" | "generalized-lifted" => ("rows.npy labels.txt", Some(1.0)),
            "margin" => ("rows.npy labels.txt --normalize", Some(0.4)),
            "cos-face" => (proxies, Some(0.35)),
            "soft-triple" => (centres, Some(0.01)),
            "proxy-nca" | "arc-face" => (proxies, None),
            "proxy-anchor" => (turned, None),
            _ => ("rows.npy labels.txt", None),
        };
        let seen = json(&place, &format!("{words} --loss {name}"));
        assert_eq!(seen["objective"]["loss"]["kind"], *name);
        assert_eq!(seen["criterion"]["kind"], *name);
        assert_eq!(seen["triplets"]["margin"].as_f64(), margin, "{name}");
        assert_eq!(
            seen["notes"].as_array().unwrap().is_empty(),
            *name != "ladder",
            "{name}"
        );
        let page = place
            .run(&format!("loss {words} --loss {name}"))
            .ends(0)
            .out;
        assert_eq!(page.contains("semi-hard,"), margin.is_some(), "{page}");
    }
}

fn notes(place: &Place, words: &str) -> String {
    let seen = json(place, words);
    let all = seen["notes"].as_array().unwrap().iter();
    all.map(|note| note.as_str().unwrap()).collect()
}

#[test]
fn proxies_on_the_wrong_side_are_noticed() {
    let place = with_proxies();
    let anchor = "--loss proxy-anchor";
    let other = "--candidates proxies.npy --candidate-labels classes.txt";
    let given = notes(&place, &format!("rows.npy labels.txt {other} {anchor}"));
    assert!(
        given.contains("2 rows of a label. Are the two exchanged?"),
        "{given}"
    );
}

#[test]
fn proxies_that_are_not_given_are_those_that_training_begins_with() {
    let place = six();
    for (name, where_else) in [
        ("proxy-anchor", "as EMBEDDINGS"),
        ("proxy-nca", "as --candidates"),
        ("arc-face", "as --candidates"),
        ("cos-face", "as --candidates"),
        ("soft-triple", "as --candidates"),
    ] {
        let words = format!("rows.npy labels.txt --loss {name}");
        let given = notes(&place, &words);
        assert!(
            given.contains("those that training begins with") && given.contains(where_else),
            "{given}"
        );
        let seen = json(&place, &words);
        assert!(seen["gradient"]["proxy_norm"].as_f64().unwrap() > 0.0);
        // They are drawn by the seed, and nothing else is.
        let other = json(&place, &format!("{words} --seed 1"));
        assert_ne!(seen["value"], other["value"], "{name}");
        assert_eq!(
            seen["worst"].as_array().unwrap().is_empty(),
            name == "proxy-anchor"
        );
    }
    // What a row costs is its part of the sum.
    let seen = json(&place, "rows.npy labels.txt --loss arc-face");
    let costs = seen["worst"].as_array().unwrap().iter();
    let costs: f64 = costs.map(|worst| worst["cost"].as_f64().unwrap()).sum();
    assert!(costs > 0.5 * seen["terms"]["sum"].as_f64().unwrap() && costs > 0.0);
}

#[test]
fn rows_of_other_lengths_are_noticed_where_they_matter() {
    let place = six();
    let words = "rows.npy labels.txt --loss margin";
    assert!(notes(&place, words).contains("--normalize"));
    for more in ["--normalize", "--select all"] {
        assert_eq!(notes(&place, &format!("{words} {more}")), "");
    }
}

/// `1 - cos` of two of the six rows.
fn distance(one: usize, other: usize) -> f64 {
    let rows = raw();
    let row = |at: usize| &rows[at * DIM..][..DIM];
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let (one, other) = (row(one), row(other));
    1.0 - dot(one, other) / (dot(one, one) * dot(other, other)).sqrt()
}

/// The two rungs by loops: the farthest above with the nearest below.
fn ladder(paths: [&str; 6], (threshold, margins, beta): (f64, [f64; 2], f64)) -> f64 {
    let relevance = |a: usize, b: usize| {
        let (a, b): (Vec<&str>, Vec<&str>) =
            (paths[a].split('/').collect(), paths[b].split('/').collect());
        let common = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
        common as f64 / a.len().max(b.len()) as f64
    };
    let mut sum = 0.0;
    for a in 0..6 {
        let others = || (0..6).filter(move |&other| other != a);
        let far = |from: &dyn Fn(f64) -> bool| {
            let of = others()
                .filter(|&b| from(relevance(a, b)))
                .map(|b| distance(a, b));
            of.fold(f64::NEG_INFINITY, f64::max)
        };
        let near = |from: &dyn Fn(f64) -> bool| {
            let of = others()
                .filter(|&b| from(relevance(a, b)))
                .map(|b| distance(a, b));
            of.fold(f64::INFINITY, f64::min)
        };
        let gap = far(&|r| r == 1.0) - near(&|r| r < 1.0);
        sum += (gap + margins[0]).max(0.0);
        let gap = far(&|r| r < 1.0 && r >= threshold) - near(&|r| r < threshold);
        sum += beta * (gap + margins[1]).max(0.0);
    }
    sum
}

#[test]
fn a_ladder_climbs_a_hierarchy() {
    let place = six();
    let paths = [
        "cat/tom", "cat/tom", "cat/kit", "dog/rex", "dog/rex", "cat/kit",
    ];
    place.write("paths.txt", paths.join("\n"));
    let words = "rows.npy paths.txt --labels-are paths --loss ladder";
    let settings = "--set thresholds=0.5 --set margins=0.3,0.1 --set betas=1,0.5";
    let seen: Value = json(&place, &format!("{words} {settings}"));
    let wanted = ladder(paths, (0.5, [0.3, 0.1], 0.5));
    close(seen["value"].as_f64().unwrap(), wanted, 1e-12);
    assert_eq!(seen["notes"].as_array().unwrap().len(), 0);
    assert_eq!(seen["objective"]["loss"]["thresholds"][0], 0.5);
    // Without rungs it is VSE, and without paths it says so.
    let seen = json(
        &place,
        &format!("{words} --set thresholds=[] --set margins=0.2 --set betas=1"),
    );
    let vse = json(&place, "rows.npy paths.txt --loss vse");
    assert_eq!(seen["value"], vse["value"]);
    assert!(notes(&place, "rows.npy paths.txt --loss ladder").contains("--labels-are paths"));
}

#[test]
fn a_recipe_says_a_sum_of_terms() {
    let place = six();
    let sum = "[[loss]]\nkind = \"contrastive\"\n[[loss]]\nkind = \"spread\"\nweight = 0.5\n";
    place.write("sum.toml", sum);
    let seen = json(
        &place,
        "rows.npy labels.txt --recipe sum.toml --gradient sum.npy",
    );
    let value = |words: &str| json(&place, words)["value"].as_f64().unwrap();
    let parts = [
        value("rows.npy labels.txt --loss contrastive --gradient one.npy"),
        value("rows.npy labels.txt --loss spread --gradient two.npy"),
    ];
    close(
        seen["value"].as_f64().unwrap(),
        parts[0] + 0.5 * parts[1],
        1e-12,
    );
    assert_eq!(seen["shares"][1]["kind"], "spread");
    close(
        seen["shares"][1]["value"].as_f64().unwrap(),
        parts[1],
        1e-12,
    );
    let gradient = super::read(&place, "sum.npy");
    let (one, two) = (
        super::read(&place, "one.npy"),
        super::read(&place, "two.npy"),
    );
    for ((sum, one), two) in gradient.iter().zip(&one).zip(&two) {
        close(*sum, one + 0.5 * two, 1e-12);
    }
    let page = place
        .run("loss rows.npy labels.txt --recipe sum.toml")
        .ends(0)
        .out;
    assert!(page.contains("           + 0.5 x spread\n"), "{page}");
    assert!(page.contains(" + 0.5 x "), "{page}");
}

#[test]
fn a_recipe_costs_leading_dimensions() {
    let place = six();
    place.write("cut.toml", "[matryoshka]\nsizes = [2]\n");
    let seen = json(&place, "rows.npy labels.txt --recipe cut.toml");
    let rows = raw();
    let cut: Vec<u8> = rows
        .chunks(DIM)
        .flat_map(|row| row[..2].iter().flat_map(|x| x.to_le_bytes()))
        .collect();
    place.write("two.npy", super::npy("<f8", false, "(6, 2)", &cut));
    let wanted = json(&place, "two.npy labels.txt --normalize");
    assert_eq!(seen["value"], wanted["value"]);
    assert_eq!(seen["worst"], wanted["worst"]);
}

#[test]
fn tuples_and_scored_pairs_are_what_labels_say() {
    let place = six();
    // Two tuples, mixed: rows 0, 2, 4 and 1, 3, 5 are anchor, positive, negative.
    place.write("tuples.txt", "a\nb\na\nb\na\nb\n");
    let words =
        "rows.npy tuples.txt --labels-are tuples --loss given-triplet --set distance=cosine";
    let words = &words.replace("--set distance=cosine", "--distance cosine --margin 0.5");
    let seen = json(&place, &format!("{words} --gradient out.npy"));
    let cost = |a, p, n| f64::max(distance(a, p) - distance(a, n) + 0.5, 0.0);
    let wanted = (cost(0, 2, 4) + cost(1, 3, 5)) / 2.0;
    close(seen["value"].as_f64().unwrap(), wanted, 1e-12);
    let gradient = super::read(&place, "out.npy");
    for entry in [0, 6, 10, 13, 17, 22] {
        let at = |moved: f64| {
            let mut rows = raw();
            rows[entry] += moved;
            place.write("moved.npy", doubles(&rows));
            json(&place, &words.replace("rows.npy", "moved.npy"))["value"]
                .as_f64()
                .unwrap()
        };
        close(gradient[entry], (at(1e-6) - at(-1e-6)) / 2e-6, 1e-8);
    }
    // Rows i and 3 + i are pairs.
    place.write("scores.txt", "1\n0.5\n0\n");
    let words = "rows.npy scores.txt --labels-are scores --loss cosine-regression --reduce sum";
    let seen = json(&place, words);
    let error = |pair: usize, score: f64| (1.0 - distance(pair, 3 + pair) - score).powi(2);
    let wanted = error(0, 1.0) + error(1, 0.5) + error(2, 0.0);
    close(seen["value"].as_f64().unwrap(), wanted, 1e-12);
    let page = place.run(&format!("loss {words}")).ends(0).out;
    assert!(page.contains("3 pairs with a score"), "{page}");
}
