//! `tercet loss`: numbers of other libraries, gradients, files of all kinds, and what it says of them.
#![allow(clippy::unwrap_used, reason = "tests")]

mod files;
#[path = "../harness/mod.rs"]
mod harness;
mod kinds;
mod page;
mod refused;

use harness::Place;
use serde_json::Value;

const LABELS: &str = "0\n0\n1\n1\n2\n2\n";
const DIM: usize = 4;
/// Every triplet, costed as the published numbers are.
const ALL: &str = "--select all --margin 0.2 --distance euclidean --reduce mean";

/// Six rows by a formula, of which other libraries' numbers are known (`reference/golden.py`).
fn raw() -> Vec<f64> {
    let place = |i: f64, j: f64| (1.7 * i + 0.9 * j + 0.3 * i * j).sin();
    (0..24)
        .map(|k| place(f64::from(k / 4), f64::from(k % 4)))
        .collect()
}

/// A `.npy` file, byte for byte.
fn npy(descr: &str, fortran: bool, shape: &str, data: &[u8]) -> Vec<u8> {
    let order = if fortran { "True" } else { "False" };
    let dict = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}");
    let padded = (10 + dict.len() + 1).next_multiple_of(64) - 10;
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((padded as u16).to_le_bytes());
    bytes.extend(format!("{dict:<width$}\n", width = padded - 1).bytes());
    bytes.extend(data);
    bytes
}

fn doubles(rows: &[f64]) -> Vec<u8> {
    let bytes: Vec<u8> = rows.iter().flat_map(|x| x.to_le_bytes()).collect();
    npy(
        "<f8",
        false,
        &format!("({}, {DIM})", rows.len() / DIM),
        &bytes,
    )
}

fn singles(rows: &[f64]) -> Vec<u8> {
    let bytes: Vec<u8> = rows
        .iter()
        .flat_map(|&x| (x as f32).to_le_bytes())
        .collect();
    npy(
        "<f4",
        false,
        &format!("({}, {DIM})", rows.len() / DIM),
        &bytes,
    )
}

/// The numbers of a `.npy` file of 64-bit floats that the command wrote.
fn read(place: &Place, name: &str) -> Vec<f64> {
    let bytes = place.bytes(name);
    npyz::NpyFile::new(&bytes[..]).unwrap().into_vec().unwrap()
}

/// A place with the six rows and their labels.
fn six() -> Place {
    let place = Place::new();
    place.write("rows.npy", doubles(&raw()));
    place.write("labels.txt", LABELS);
    place
}

fn json(place: &Place, words: &str) -> Value {
    let ran = place.run(&format!("loss {words} --json")).ends(0);
    serde_json::from_str(&ran.out).unwrap()
}

fn value(place: &Place, words: &str) -> f64 {
    json(place, words)["value"].as_f64().unwrap()
}

#[track_caller]
fn close(given: f64, wanted: f64, within: f64) {
    assert!(
        (given - wanted).abs() < within,
        "wanted {wanted}, given {given}"
    );
}

#[test]
fn the_numbers_of_other_libraries() {
    let place = six();
    let triplet = "--margin 0.2 --distance";
    for (words, wanted) in [
        ("euclidean --select all --normalize", 0.450669467299),
        ("euclidean --select all", 0.561988297133),
        (
            "euclidean --select all --reduce mean-active",
            0.613078142327,
        ),
        ("squared-euclidean --select all --normalize", 0.950308178805),
        ("squared-euclidean --select all", 1.824357937749),
        ("euclidean --select hardest --normalize", 0.833954651328),
        ("squared-euclidean --select hardest", 3.837031149040),
        (
            "euclidean --select semi-hard:nearest-above --normalize --reduce mean-positive-pairs",
            0.168617282030,
        ),
        (
            "euclidean --select semi-hard:facenet-all --normalize --reduce mean-active",
            0.111110930529,
        ),
    ] {
        let given = value(&place, &format!("rows.npy labels.txt {triplet} {words}"));
        close(given, wanted, 1e-10);
    }
    let soft = "rows.npy labels.txt --margin soft --select hardest --distance euclidean";
    close(value(&place, soft), 1.245721938442, 1e-10);
    let hadsell = "rows.npy labels.txt --loss contrastive --normalize";
    close(value(&place, hadsell), 0.292401749310, 1e-10);
    let linear = "--set form=linear --set positive_margin=0 --margin 1 --reduce mean-active";
    close(
        value(&place, &format!("{hadsell} {linear}")),
        1.709775867481,
        1e-10,
    );
}

#[test]
fn the_kinds_of_triplets_are_counted() {
    let seen = json(&six(), &format!("rows.npy labels.txt {ALL} --normalize"));
    let counts = |key: &str| seen["triplets"][key].as_u64().unwrap();
    let kinds = (
        counts("valid"),
        counts("hard"),
        counts("semi_hard"),
        counts("easy"),
    );
    assert_eq!(kinds, (24, 20, 4, 0));
    assert_eq!(
        (&seen["terms"]["terms"], &seen["terms"]["active"]),
        (&24.into(), &24.into())
    );
    // The costs of the anchors that are named are at most all there is, the largest first.
    let costs: Vec<f64> = seen["worst"]
        .as_array()
        .unwrap()
        .iter()
        .map(|worst| worst["cost"].as_f64().unwrap())
        .collect();
    assert!(costs.len() == 5 && costs.is_sorted_by(|one, next| one >= next));
    assert!(costs.iter().sum::<f64>() < seen["terms"]["sum"].as_f64().unwrap());
}

#[test]
fn the_gradient_is_that_of_the_value() {
    let place = six();
    for (words, step) in [(ALL.to_owned(), 1e-6), (format!("{ALL} --normalize"), 1e-6)] {
        let seen = json(
            &place,
            &format!("rows.npy labels.txt {words} --gradient out.npy"),
        );
        let gradient = read(&place, "out.npy");
        let norm = gradient.iter().map(|x| x * x).sum::<f64>().sqrt();
        close(seen["gradient"]["norm"].as_f64().unwrap(), norm, 1e-12);
        for entry in [0, 7, 13, 22] {
            let at = |moved: f64| {
                let mut rows = raw();
                rows[entry] += moved;
                place.write("moved.npy", doubles(&rows));
                value(&place, &format!("moved.npy labels.txt {words}"))
            };
            let slope = (at(step) - at(-step)) / (2.0 * step);
            close(gradient[entry], slope, 1e-8);
        }
    }
}

#[test]
fn a_gradient_through_lengths_does_not_change_them() {
    let place = six();
    let words = format!("loss rows.npy labels.txt {ALL} --normalize --gradient out.npy");
    place.run(&words).ends(0);
    let (rows, gradient) = (raw(), read(&place, "out.npy"));
    for (row, gradient) in rows.chunks(DIM).zip(gradient.chunks(DIM)) {
        let along: f64 = row.iter().zip(gradient).map(|(x, g)| x * g).sum();
        assert!(along.abs() < 1e-14, "{along}");
        assert!(gradient.iter().any(|g| g.abs() > 1e-3));
    }
}

#[test]
fn candidates_have_a_gradient_of_their_own() {
    let place = six();
    place.write("anchors.npy", doubles(&raw()[..3 * DIM]));
    place.write("candidates.npy", doubles(&raw()[3 * DIM..]));
    place.write("one.txt", "a\nb\nc\n");
    place.write("two.txt", "c\nb\na\n");
    let words = format!("{ALL} --candidate-labels two.txt");
    let given = format!("anchors.npy one.txt {words} --candidates candidates.npy");
    let seen = json(
        &place,
        &format!("{given} --gradient a.npy --candidate-gradient c.npy"),
    );
    assert_eq!(seen["data"]["candidate_rows"], 3);
    let (anchors, candidates) = (read(&place, "a.npy"), read(&place, "c.npy"));
    assert_eq!((anchors.len(), candidates.len()), (12, 12));
    for entry in [1, 6, 11] {
        let at = |moved: f64| {
            let mut rows = raw()[3 * DIM..].to_vec();
            rows[entry] += moved;
            place.write("moved.npy", doubles(&rows));
            value(
                &place,
                &format!("anchors.npy one.txt {words} --candidates moved.npy"),
            )
        };
        close(candidates[entry], (at(1e-6) - at(-1e-6)) / 2e-6, 1e-8);
    }
    // Moving all rows alike changes no distance.
    for column in 0..DIM {
        let each = anchors.iter().chain(&candidates).skip(column).step_by(DIM);
        assert!(each.sum::<f64>().abs() < 1e-12);
    }
}

/// A `.safetensors` file, byte for byte.
fn tensors(all: &[(&str, &str, &str, &[u8])]) -> Vec<u8> {
    let (mut header, mut data) = (vec![], vec![]);
    for (name, dtype, shape, bytes) in all {
        let (start, end) = (data.len(), data.len() + bytes.len());
        header.push(format!(
            "\"{name}\":{{\"dtype\":\"{dtype}\",\"shape\":{shape},\"data_offsets\":[{start},{end}]}}"
        ));
        data.extend_from_slice(bytes);
    }
    let header = format!("{{{}}}", header.join(","));
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.bytes());
    file.extend(data);
    file
}

#[test]
fn random_selections_are_those_of_the_seed() {
    let place = six();
    let with = |seed| {
        value(
            &place,
            &format!("rows.npy labels.txt --select random --seed {seed}"),
        )
    };
    assert_eq!(with(1), with(1));
    assert!((2..20).any(|seed| with(seed) != with(1)));
}

#[test]
fn results_do_not_depend_on_threads() {
    let place = six();
    let out = |threads: u32| {
        let words = format!("loss rows.npy labels.txt {ALL} --json --threads {threads}");
        place.run(&words).ends(0).out
    };
    assert_eq!(out(1), out(3));
}
