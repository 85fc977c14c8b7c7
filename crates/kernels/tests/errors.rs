//! Everything that is refused, with its message; and every name.
#![allow(clippy::unwrap_used, reason = "tests")]

use tercet_kernels::{
    Batch, Contrastive, Distance, Error, Loss, Margin, NonNegative, Objective, Reduce, Rows,
    Select, Triplet,
};

#[track_caller]
fn message<T: std::fmt::Debug>(result: Result<T, Error>, wanted: &str) {
    assert_eq!(result.unwrap_err().to_string(), wanted);
}

#[test]
fn rows_that_are_not_whole() {
    let text = "rows: wanted whole rows of 3 numbers (at least 1), given 4 numbers";
    message(Rows::new(&[0.0; 4], 3), text);
    let text = "rows: wanted whole rows of 0 numbers (at least 1), given 4 numbers";
    message(Rows::new(&[0.0; 4], 0), text);
}

#[test]
fn lengths_that_do_not_fit() {
    let rows = Rows::new(&[0.0; 6], 2).unwrap();
    let other = Rows::new(&[0.0; 6], 3).unwrap();
    message(Batch::within(rows, &[1, 2]), "labels: wanted 3, given 2");
    let batch = Batch::between(rows, &[1], rows, &[1, 2, 3]);
    message(batch, "anchor labels: wanted 3, given 1");
    let batch = Batch::between(rows, &[1, 2, 3], rows, &[1, 2, 3, 4]);
    message(batch, "candidate labels: wanted 3, given 4");
    let batch = Batch::between(rows, &[1, 2, 3], other, &[1, 2]);
    message(batch, "candidate dimension: wanted 2, given 3");
}

#[test]
#[allow(clippy::reversed_empty_ranges, reason = "that is what is tested")]
fn shards_outside_the_rows() {
    let rows = Rows::new(&[0.0; 6], 2).unwrap();
    let text = "own: wanted a range within 0..3, given 2..4";
    message(Batch::shard(rows, &[1, 2, 3], 2..4), text);
    let text = "own: wanted a range within 0..3, given 2..1";
    message(Batch::shard(rows, &[1, 2, 3], 2..1), text);
}

#[test]
fn numbers_that_are_not_finite_name_their_row() {
    let mut data = [0.5f32; 12];
    data[7] = f32::NAN;
    let text = "rows: wanted finite numbers, given NaN in row 2, column 1";
    message(Batch::within(Rows::new(&data, 3).unwrap(), &[0; 4]), text);
    data[7] = f32::NEG_INFINITY;
    let (good, bad) = (
        Rows::new(&[0.5f32; 3], 3).unwrap(),
        Rows::new(&data, 3).unwrap(),
    );
    let text = "candidates: wanted finite numbers, given -inf in row 2, column 1";
    message(Batch::between(good, &[0], bad, &[0; 4]), text);
    let text = "anchors: wanted finite numbers, given -inf in row 2, column 1";
    message(Batch::between(bad, &[0; 4], good, &[0]), text);
}

#[test]
fn rows_too_long_to_compare() {
    let rows = Rows::new(&[1.0f32, 0.0, 0.0, 3e19], 2).unwrap();
    let text = "rows: wanted squared lengths that do not overflow, given inf in row 1";
    message(Batch::within(rows, &[0, 1]), text);
    let rows = Rows::new(&[1.0f64, 0.0, 0.0, 3e19], 2).unwrap();
    assert!(Batch::within(rows, &[0, 1]).is_ok());
}

#[test]
fn margins_below_zero() {
    let wanted = "wanted a finite number of at least 0, given";
    message(Margin::hard(-0.2), &format!("margin: {wanted} -0.2"));
    message(Margin::hard(f64::NAN), &format!("margin: {wanted} NaN"));
    message("inf".parse::<Margin>(), &format!("margin: {wanted} inf"));
    message(Contrastive::squared(-1.0), &format!("margin: {wanted} -1"));
    message(
        Contrastive::linear(-1.0, 0.0),
        &format!("positive margin: {wanted} -1"),
    );
    message(
        Contrastive::linear(0.0, -1.0),
        &format!("negative margin: {wanted} -1"),
    );
    message(NonNegative::try_from(-1.0), &format!("number: {wanted} -1"));
}

#[test]
fn margins_without_measure() {
    let text = "margin: wanted a number of at most 1e30, given 2000000000000000000000000000000";
    message(Margin::hard(2e30), text);
    message(Contrastive::squared(2e30), text);
    message("2e30".parse::<Margin>(), text);
    assert!(serde_json::from_str::<Margin>("1e39").is_err());
    assert!(Margin::hard(1e30).is_ok());
}

#[test]
fn names_that_name_nothing() {
    let text =
        "distance: wanted one of squared-euclidean, euclidean, cosine, negative-dot, given l2";
    message("l2".parse::<Distance>(), text);
    let text = "reduce: wanted one of sum, mean, mean-active, mean-anchors, mean-positive-pairs, \
                given avg";
    message("avg".parse::<Reduce>(), text);
    let error = "semihard".parse::<Select>().unwrap_err().to_string();
    assert!(
        error.starts_with("select: wanted one of all, hardest, semi-hard, "),
        "{error}"
    );
    assert!(
        error.ends_with(", easy-positive:semi-hard, given semihard"),
        "{error}"
    );
    message(
        "hard".parse::<Margin>(),
        "margin: wanted a number or soft, given hard",
    );
}

#[test]
fn distances_a_loss_has_no_meaning_on() {
    let text = "distance: wanted one that is never negative for this loss, given negative-dot";
    for loss in [Contrastive::squared(1.0), Contrastive::linear(0.0, 1.0)] {
        let loss = loss.unwrap();
        message(
            Objective::new(Distance::NegativeDot, loss, Reduce::Mean),
            text,
        );
        let loss = Loss::Contrastive(loss);
        message(
            Objective::new(Distance::NegativeDot, loss, Reduce::Mean),
            text,
        );
    }
}

#[test]
fn partials_that_do_not_follow() {
    let data = [0.0, 1.0, 2.0, 3.0];
    let rows = Rows::new(&data, 1).unwrap();
    let labels = [0, 0, 1, 1];
    let triplet = Objective::new(Distance::default(), Triplet::default(), Reduce::Mean).unwrap();
    let pairs = Contrastive::linear(0.0, 1.0).unwrap();
    let pairs = Objective::new(Distance::default(), pairs, Reduce::Mean).unwrap();
    let shard = |own| Batch::shard(rows, &labels, own).unwrap();
    let mut first = triplet.partial(&shard(0..2)).unwrap();
    let before = first.clone();

    let text = "partial: wanted anchors from 2, given 3";
    message(first.add(&triplet.partial(&shard(3..4)).unwrap()), text);
    let text = "partial: wanted parts 1, given 2";
    message(first.add(&pairs.partial(&shard(2..4)).unwrap()), text);
    let few = Batch::shard(Rows::new(&data[..3], 1).unwrap(), &labels[..3], 2..3).unwrap();
    let text = "partial: wanted numbers of candidates 4, given 3";
    message(first.add(&triplet.partial(&few).unwrap()), text);
    let other = Batch::between(rows, &labels, rows, &labels).unwrap();
    let text = "partial: wanted shards of one set 1, given 0";
    message(first.add(&triplet.partial(&other).unwrap()), text);
    let wide = Batch::shard(Rows::new(&data, 2).unwrap(), &labels[..2], 0..1).unwrap();
    let text = "partial: wanted dimension 1, given 2";
    message(first.add(&triplet.partial(&wide).unwrap()), text);
    assert_eq!(first, before, "a refused one leaves no trace");
}

#[test]
fn names_are_the_same_in_flags_and_json() {
    fn check<T>(all: &[T])
    where
        T: Copy + PartialEq + std::fmt::Debug + std::fmt::Display,
        T: std::str::FromStr<Err = Error> + serde::Serialize + serde::de::DeserializeOwned,
    {
        for &value in all {
            let name = value.to_string();
            assert_eq!(name.parse::<T>().unwrap(), value);
            let json = serde_json::to_string(&value).unwrap();
            assert_eq!(json, format!("\"{name}\""));
            assert_eq!(serde_json::from_str::<T>(&json).unwrap(), value);
        }
    }
    check(Distance::ALL);
    check(Reduce::ALL);
    check(Select::ALL);
    for alias in ["semi-hard:facenet", "semi-hard:facenet-hardest"] {
        assert_eq!(alias.parse::<Select>().unwrap(), Select::default());
        let json = format!("\"{alias}\"");
        let select: Select = serde_json::from_str(&json).unwrap();
        assert_eq!(select.name(), "semi-hard");
    }
    assert_eq!(Select::default().name(), "semi-hard");
    assert_eq!(Distance::default().name(), "squared-euclidean");
    assert_eq!(Reduce::default().name(), "mean");
    assert!(serde_json::from_str::<Distance>("\"l2\"").is_err());
}

#[test]
fn margins_in_json() {
    let read = serde_json::from_str::<Margin>;
    let margin = read("0.5").unwrap();
    assert_eq!(margin, Margin::hard(0.5).unwrap());
    assert_eq!(serde_json::to_string(&margin).unwrap(), "0.5");
    assert_eq!(margin.to_string().parse::<Margin>().unwrap(), margin);
    assert_eq!(read("\"soft\"").unwrap(), Margin::Soft);
    assert_eq!(serde_json::to_string(&Margin::Soft).unwrap(), "\"soft\"");
    for (bad, wanted) in [
        (
            "-1",
            "margin: wanted a finite number of at least 0, given -1",
        ),
        ("\"hard\"", "margin: wanted a number or soft, given hard"),
        ("[]", "margin: wanted a number or \"soft\""),
    ] {
        let error = read(bad).unwrap_err().to_string();
        assert!(error.contains(wanted), "{error}");
    }
}
