//! Labels of every kind: what each makes positive, negative and relevant, written out as tables (`truth`), what a
//! batch makes of them (`spy`), and losses on these tables as loops.
#![allow(clippy::unwrap_used, reason = "tests")]

mod affinities;
#[path = "../batches/mod.rs"]
mod batches;
mod losses;
mod refused;
mod spy;
mod truth;

use spy::{seen, wanted};
use truth::{Truth, cases};

const DIM: usize = 3;
/// Anchors, and candidates of two sets.
const N: usize = 14;
const M: usize = 11;

#[test]
fn positives_negatives_and_grades() {
    cases(&|what, batch, truth| {
        assert_eq!(seen(batch), wanted(truth, batch.range()), "{what}");
    });
}

#[test]
fn exchanged_is_the_transposed_relation() {
    cases(&|what, batch, truth| {
        let transposed = Truth {
            shape: (truth.shape.1, truth.shape.0),
            alike: &|a, c| (truth.alike)(c, a),
            neither: &|a, c| (truth.neither)(c, a),
            grade: &|a, c| (truth.grade)(c, a),
            ids: truth.ids.map(|(one, two)| (two, one)),
            ..*truth
        };
        let exchanged = batch.exchanged();
        let all = 0..truth.shape.1;
        assert_eq!(seen(&exchanged), wanted(&transposed, all), "{what}");
        let all = 0..truth.shape.0;
        assert_eq!(seen(&exchanged.exchanged()), wanted(truth, all), "{what}");
    });
}
