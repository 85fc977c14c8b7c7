//! Are texts that people find alike near each other?

use serde::{Deserialize, Serialize};
use tercet_kernels::{Distance, Rows};

use crate::correlation::{is_constant, pearson, spearman};
use crate::labelled::same_length;
use crate::pairs::pair_distances;
use crate::{Error, Score};

/// Semantic textual similarity: [`sts`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sts {
    /// Spearman's correlation of similarity and score, in `[-1, 1]`: the number of the literature (times 100).
    pub spearman: f64,
    /// Pearson's, of the same.
    pub pearson: f64,
    /// How many pairs.
    pub pairs: usize,
    /// The distance whose negative is the similarity.
    pub distance: Distance,
}

impl Sts {
    /// `spearman` and `pearson`.
    pub fn scores(&self) -> Vec<Score> {
        let both = [("spearman", self.spearman), ("pearson", self.pearson)];
        both.map(|(name, value)| Score::new(name, value)).into()
    }
}

/// How the similarity `-d(a, b)` of pairs of rows, both sides `(n, d)`, correlates with the `scores` that people
/// gave, more being more alike.
///
/// Neither correlation depends on the scale of the scores, nor on whether the cosine or 1 less the cosine is taken.
/// Spearman's gives tied scores the mean of their ranks, as SentEval and sentence-transformers do.
///
/// # Errors
/// Those of [`pair_distances`]; [`Error::Length`] and [`Error::NotFinite`] for `scores`; [`Error::Constant`] where
/// all scores or all distances are the same, a single pair among them: the correlation is not defined.
///
/// ```
/// use tercet_eval::sts;
/// use tercet_kernels::{Distance, Rows};
///
/// let (a, b) = ([0.0, 0.0, 0.0], [1.0, 2.0, 30.0]);
/// let rows = |data| Rows::new(data, 1).expect("three rows of one number");
/// let found = sts(rows(&a), rows(&b), &[5.0, 3.0, 1.0], Distance::Euclidean)?;
/// assert_eq!(found.spearman, 1.0);
/// assert!(found.pearson < 0.9);
/// assert_eq!(found.scores()[0].name, "spearman");
/// # Ok::<(), tercet_eval::Error>(())
/// ```
pub fn sts(
    a: Rows<'_, f32>,
    b: Rows<'_, f32>,
    scores: &[f64],
    distance: Distance,
) -> Result<Sts, Error> {
    let distances = pair_distances(a, b, distance)?;
    same_length("scores", distances.len(), scores.len())?;
    if let Some(row) = scores.iter().position(|score| !score.is_finite()) {
        return Err(Error::NotFinite {
            what: "scores",
            row,
        });
    }
    let alike: Vec<f64> = distances.iter().map(|distance| -distance).collect();
    let constant = |what, list: &[f64]| Error::Constant {
        what,
        given: list[0],
        rows: list.len(),
    };
    if is_constant(scores) {
        return Err(constant("scores", scores));
    }
    // Distances are finite, so where they differ both correlations are defined.
    let correlations = pearson(&alike, scores).zip(spearman(&alike, scores));
    let (pearson, spearman) = correlations.ok_or_else(|| constant("distances", &distances))?;
    Ok(Sts {
        spearman,
        pearson,
        pairs: scores.len(),
        distance,
    })
}
