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
    assert!(
        notes(&place, &format!("rows.npy labels.txt {anchor}")).contains("every row is a proxy")
    );
    let other = "--candidates proxies.npy --candidate-labels classes.txt";
    let given = notes(&place, &format!("rows.npy labels.txt {other} {anchor}"));
    assert!(
        given.contains("2 rows of a label. Are the two exchanged?"),
        "{given}"
    );
    let given = notes(&place, "rows.npy labels.txt --loss cos-face");
    assert!(given.contains("every other row is a proxy"), "{given}");
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
