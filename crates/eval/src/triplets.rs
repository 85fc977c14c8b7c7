//! Is the positive nearer than the negative?

use serde::{Deserialize, Serialize};
use tercet_kernels::{Distance, Rows};

use crate::pairs::{far, same_shape};
use crate::tiles::check;
use crate::{Error, Interval, Score};

/// How many triplets are in the right order: [`triplet_accuracy`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TripletAccuracy {
    /// The share of triplets with `d(a, p) < d(a, n)`, in `[0, 1]`; chance is 1/2.
    pub accuracy: f64,
    /// `accuracy +- 1.96 sigma / sqrt(n)` over triplets, cut to `[0, 1]`. Triplets count as independent.
    pub interval95: Interval,
    /// The number `n` of triplets.
    pub triplets: usize,
    /// The distance that was asked.
    pub distance: Distance,
}

impl TripletAccuracy {
    /// `triplet_accuracy`.
    pub fn scores(&self) -> Vec<Score> {
        vec![Score::new("triplet_accuracy", self.accuracy).within(self.interval95)]
    }
}

/// The share of triplets whose positive is nearer to the anchor than their negative: row `i` of each
/// side `(n, d)` is triplet `i`.
///
/// Strict and without a margin: a tie is wrong, so a collapsed embedding has accuracy 0. Agrees with
/// sentence-transformers' `TripletEvaluator` (margin 0), which asks the cosine unless told otherwise; the SBERT
/// paper (arXiv:1908.10084, section 4.4) does not say which distance its numbers are of.
///
/// # Errors
/// [`Error::Empty`], [`Error::NotFinite`] and [`Error::TooLong`] for any side, [`Error::Length`] and
/// [`Error::Dim`] where they are not of one shape.
///
/// ```
/// use tercet_eval::triplet_accuracy;
/// use tercet_kernels::{Distance, Rows};
///
/// let rows = |data| Rows::new(data, 1).expect("rows of one number");
/// // Right, wrong, and a tie, which is wrong.
/// let (a, p, n) = ([0.0, 0.0, 0.0], [1.0, 3.0, 2.0], [2.0, 2.0, -2.0]);
/// let found = triplet_accuracy(rows(&a), rows(&p), rows(&n), Distance::Euclidean)?;
/// assert_eq!((found.accuracy, found.triplets), (1.0 / 3.0, 3));
/// assert_eq!(found.scores()[0].title(), "Triplet accuracy");
/// # Ok::<(), tercet_eval::Error>(())
/// ```
pub fn triplet_accuracy(
    anchors: Rows<'_, f32>,
    positives: Rows<'_, f32>,
    negatives: Rows<'_, f32>,
    distance: Distance,
) -> Result<TripletAccuracy, Error> {
    check("anchors", &anchors)?;
    for (what, rows) in [("positives", &positives), ("negatives", &negatives)] {
        check(what, rows)?;
        same_shape(what, &anchors, rows)?;
    }
    let near = far(anchors, positives, distance);
    let away = far(anchors, negatives, distance);
    let right = near.iter().zip(&away).map(|(near, away)| near < away);
    let right: Vec<f64> = right.map(|right| f64::from(u8::from(right))).collect();
    Ok(TripletAccuracy {
        accuracy: right.iter().sum::<f64>() / right.len() as f64,
        interval95: Interval::of_mean(&right),
        triplets: right.len(),
        distance,
    })
}
