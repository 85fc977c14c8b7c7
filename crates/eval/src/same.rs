//! Do two texts mean the same: yes or no?

use serde::{Deserialize, Serialize};

use crate::labelled::same_length;
use crate::{Error, Score};

/// What the best threshold is best at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ThresholdMetric {
    /// The share of pairs judged rightly. The default.
    #[default]
    Accuracy,
    /// The harmonic mean of precision and recall.
    F1,
}

/// How well a threshold tells pairs that belong together from others: [`judge`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairScores {
    /// Pairs at most this far apart were judged to belong together.
    pub threshold: f64,
    /// The share of pairs judged rightly.
    pub accuracy: f64,
    /// Of the pairs judged to belong together, the share that do; 0 where none was.
    pub precision: f64,
    /// Of the pairs that belong together, the share judged so.
    pub recall: f64,
    /// `2 precision recall / (precision + recall)`, 0 where both are.
    pub f1: f64,
    /// Average precision, which no threshold plays a part in.
    pub average_precision: f64,
    /// How many pairs.
    pub pairs: usize,
    /// How many of them belong together.
    pub positives: usize,
}

impl PairScores {
    /// `accuracy`, `precision`, `recall`, `f1` and `average_precision`.
    pub fn scores(&self) -> Vec<Score> {
        let all = [
            ("accuracy", self.accuracy),
            ("precision", self.precision),
            ("recall", self.recall),
            ("f1", self.f1),
            ("average_precision", self.average_precision),
        ];
        all.map(|(name, value)| Score::new(name, value)).into()
    }
}

/// The threshold that is best at a goal on these pairs: half-way between two neighbouring distances, or just
/// below the smallest, or the largest. Of equally good ones the smallest.
///
/// Choose it on one split and [`judge`] another with it: what is chosen on the judged pairs flatters itself.
///
/// # Errors
/// [`Error::Length`] unless both lists are `n`, [`Error::NotFinite`] for a distance, [`Error::OneKind`] where all
/// pairs belong together or none does.
///
/// ```
/// use tercet_eval::{ThresholdMetric, best_threshold, judge};
/// let threshold = best_threshold(&[0.1, 0.2, 0.6], &[true, true, false], ThresholdMetric::Accuracy)?;
/// assert_eq!(threshold, 0.4);
/// let found = judge(&[0.1, 0.5, 0.3, 0.7], &[true, true, false, false], threshold)?;
/// assert_eq!((found.accuracy, found.precision, found.recall), (0.5, 0.5, 0.5));
/// assert_eq!(found.scores()[3].title(), "F1");
/// # Ok::<(), tercet_eval::Error>(())
/// ```
pub fn best_threshold(
    distances: &[f64],
    same: &[bool],
    goal: ThresholdMetric,
) -> Result<f64, Error> {
    let curve = curve(distances, same)?;
    let mut best = Step {
        threshold: curve[0].threshold.next_down(),
        judged: 0,
        right: 0,
    };
    let (pairs, positives) = (distances.len(), positives(same));
    let worth = |step: &Step| match goal {
        ThresholdMetric::Accuracy => step.accuracy(pairs, positives),
        ThresholdMetric::F1 => step.f1(positives),
    };
    for (step, next) in curve
        .iter()
        .zip(curve.iter().skip(1).map(Some).chain([None]))
    {
        if worth(step) > worth(&best) {
            let threshold = next.map_or(step.threshold, |next| {
                between(step.threshold, next.threshold)
            });
            best = Step { threshold, ..*step };
        }
    }
    Ok(best.threshold)
}

/// Judges pairs, given how far apart they are and whether they belong together in truth: those at most
/// `threshold` apart are said to.
///
/// Average precision is `sum (R_i - R_(i-1)) P_i` over the different distances in ascending order, `P_i` and `R_i`
/// being precision and recall of all pairs up to the `i`-th: as in scikit-learn's `average_precision_score`, tied
/// pairs come together, and nothing is interpolated.
///
/// # Errors
/// [`Error::Length`] unless both lists are `n`, [`Error::NotFinite`] for a distance or the threshold,
/// [`Error::OneKind`] where all pairs belong together or none does.
pub fn judge(distances: &[f64], same: &[bool], threshold: f64) -> Result<PairScores, Error> {
    let curve = curve(distances, same)?;
    if !threshold.is_finite() {
        let (what, row) = ("threshold", 0);
        return Err(Error::NotFinite { what, row });
    }
    let (pairs, positives) = (distances.len(), positives(same));
    let place = curve.partition_point(|step| step.threshold <= threshold);
    let nothing = Step {
        threshold,
        judged: 0,
        right: 0,
    };
    let step = place.checked_sub(1).map_or(nothing, |place| curve[place]);
    Ok(PairScores {
        threshold,
        accuracy: step.accuracy(pairs, positives),
        precision: step.precision(),
        recall: step.right as f64 / positives as f64,
        f1: step.f1(positives),
        average_precision: average_precision(&curve, positives),
        pairs,
        positives,
    })
}

/// What a threshold at one of the distances does.
#[derive(Debug, Clone, Copy)]
struct Step {
    threshold: f64,
    /// How many pairs it says belong together.
    judged: usize,
    /// How many of these do.
    right: usize,
}

impl Step {
    fn accuracy(&self, pairs: usize, positives: usize) -> f64 {
        let wrong = (self.judged - self.right) + (positives - self.right);
        (pairs - wrong) as f64 / pairs as f64
    }

    fn precision(&self) -> f64 {
        self.right as f64 / self.judged.max(1) as f64
    }

    /// `2 P R / (P + R)`, in counts.
    fn f1(&self, positives: usize) -> f64 {
        2.0 * self.right as f64 / (self.judged + positives) as f64
    }
}

/// The steps at the different distances, ascending: at least one.
fn curve(distances: &[f64], same: &[bool]) -> Result<Vec<Step>, Error> {
    check(distances, same)?;
    let mut order: Vec<usize> = (0..distances.len()).collect();
    order.sort_unstable_by(|&one, &other| distances[one].total_cmp(&distances[other]));
    let (mut judged, mut right) = (0, 0);
    let tied = order.chunk_by(|&one, &other| distances[one] == distances[other]);
    let steps = tied.map(|tied| {
        judged += tied.len();
        right += tied.iter().filter(|&&pair| same[pair]).count();
        let threshold = distances[tied[tied.len() - 1]];
        Step {
            threshold,
            judged,
            right,
        }
    });
    Ok(steps.collect())
}

fn check(distances: &[f64], same: &[bool]) -> Result<(), Error> {
    same_length("same", distances.len(), same.len())?;
    if let Some(row) = distances.iter().position(|distance| !distance.is_finite()) {
        let what = "distances";
        return Err(Error::NotFinite { what, row });
    }
    let (pairs, positives) = (same.len(), positives(same));
    if positives == 0 || positives == pairs {
        return Err(Error::OneKind { pairs, positives });
    }
    Ok(())
}

fn positives(same: &[bool]) -> usize {
    same.iter().filter(|&&same| same).count()
}

/// Half-way from one distance to the next; the lower one where no number is between.
fn between(low: f64, high: f64) -> f64 {
    let middle = low + (high - low) / 2.0;
    if middle < high { middle } else { low }
}

fn average_precision(curve: &[Step], positives: usize) -> f64 {
    let before = std::iter::once(0).chain(curve.iter().map(|step| step.right));
    let gains = curve
        .iter()
        .zip(before)
        .map(|(step, before)| (step.right - before) as f64 / positives as f64 * step.precision());
    gains.sum()
}
