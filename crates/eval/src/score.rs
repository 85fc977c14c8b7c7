//! One number about embeddings, with its name.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Interval;
use crate::title::score_title;

/// One number about embeddings: what every evaluator's `scores()` lists, and what events, tables, `metrics.json` and
/// `[target]` hold.
///
/// In JSON an object; `interval` stands there only where there is one, `higher_is_better` only where it is `false`,
/// and a value that is no finite number is `null` (and NaN when it is read back). [`Display`](fmt::Display) gives
/// the cell of a table, without the name: three digits, of a rank one, and the interval in brackets.
///
/// ```
/// use tercet_eval::{Interval, Score};
///
/// let score = Score::new("recall_at_1", 0.5).within(Interval { low: 0.25, high: 0.75 });
/// assert_eq!((score.title(), score.to_string()), ("Recall@1".into(), "0.500 [0.250, 0.750]".into()));
/// let rank = Score::new("median_rank", 3.0).lower_is_better();
/// assert_eq!(serde_json::to_string(&rank)?, r#"{"name":"median_rank","value":3.0,"higher_is_better":false}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// What it is, in snake case: `recall_at_1`, `spearman`; of one direction of two `picture_to_text.recall_at_1`.
    pub name: String,
    /// The number.
    #[serde(serialize_with = "write", deserialize_with = "read")]
    pub value: f64,
    /// Its 95 % interval, where one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// Whether more is better: of all but ranks.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub higher_is_better: bool,
}

impl Score {
    /// A score without an interval, of which more is better.
    pub fn new(name: impl Into<String>, value: f64) -> Self {
        Self {
            name: name.into(),
            value,
            interval: None,
            higher_is_better: true,
        }
    }

    /// With its 95 % interval.
    #[must_use]
    pub fn within(self, interval: Interval) -> Self {
        let interval = Some(interval);
        Self { interval, ..self }
    }

    /// Of which less is better.
    #[must_use]
    pub fn lower_is_better(self) -> Self {
        Self {
            higher_is_better: false,
            ..self
        }
    }

    /// Named after what it is a score of: `recall_at_1` of `picture_to_text` is `picture_to_text.recall_at_1`.
    ///
    /// ```
    /// use tercet_eval::Score;
    /// let score = Score::new("recall_at_1", 0.5).of("picture_to_text");
    /// assert_eq!(score.name, "picture_to_text.recall_at_1");
    /// assert_eq!(score.title(), "Recall@1, picture to text");
    /// ```
    #[must_use]
    pub fn of(self, prefix: &str) -> Self {
        let name = format!("{prefix}.{}", self.name);
        Self { name, ..self }
    }

    /// Its name as people write it: [`score_title`].
    pub fn title(&self) -> String {
        score_title(&self.name)
    }

    /// Whether it is better than `other`, more or less by its own direction; equal scores are not. NaN never is, and
    /// every number is better than NaN.
    ///
    /// ```
    /// use tercet_eval::Score;
    /// let rank = |value| Score::new("median_rank", value).lower_is_better();
    /// assert!(rank(2.0).is_better_than(&rank(3.0)) && !rank(3.0).is_better_than(&rank(2.0)));
    /// assert!(rank(3.0).is_better_than(&rank(f64::NAN)) && !rank(f64::NAN).is_better_than(&rank(3.0)));
    /// ```
    pub fn is_better_than(&self, other: &Self) -> bool {
        let better = match self.higher_is_better {
            true => self.value > other.value,
            false => self.value < other.value,
        };
        better || (other.value.is_nan() && !self.value.is_nan())
    }

    /// Whether it is at least as good as a target; NaN meets none, and nothing meets NaN.
    ///
    /// ```
    /// use tercet_eval::Score;
    /// assert!(Score::new("recall_at_1", 0.6).meets(0.6) && !Score::new("recall_at_1", f64::NAN).meets(0.0));
    /// assert!(Score::new("median_rank", 3.0).lower_is_better().meets(5.0));
    /// ```
    pub fn meets(&self, target: f64) -> bool {
        match self.higher_is_better {
            true => self.value >= target,
            false => self.value <= target,
        }
    }

    /// Its name without what it is a score of, which is given first: empty for most.
    pub(crate) fn parts(&self) -> (&str, &str) {
        self.name.rsplit_once('.').unwrap_or(("", &self.name))
    }
}

/// `recall_at_5` and so on: a score for each depth.
pub(crate) fn at_depths<'a>(
    name: &str,
    depths: impl IntoIterator<Item = (&'a usize, &'a f64)>,
) -> impl Iterator<Item = Score> {
    let depths = depths.into_iter();
    depths.map(move |(k, &value)| Score::new(format!("{name}_at_{k}"), value))
}

/// How many queries were averaged over, and how many not, because they are without something.
pub(crate) fn averaged(queries: usize, skipped: usize, without: &str) -> String {
    match skipped {
        0 => format!("{queries} queries"),
        _ => format!("{queries} queries, {skipped} without {without} left out"),
    }
}

/// The scores of two or more directions: first the mean over them of every score that all have, by its plain name and
/// without an interval; then those of each direction, named after it.
///
/// ```
/// use tercet_eval::{Score, of_directions};
///
/// let recall = |value| vec![Score::new("recall_at_1", value)];
/// let both = of_directions(&[("picture_to_text", recall(0.25)), ("text_to_picture", recall(0.75))]);
/// let named: Vec<_> = both.iter().map(|score| (score.name.as_str(), score.value)).collect();
/// let wanted = [("recall_at_1", 0.5), ("picture_to_text.recall_at_1", 0.25), ("text_to_picture.recall_at_1", 0.75)];
/// assert_eq!(named, wanted);
/// ```
pub fn of_directions(directions: &[(&str, Vec<Score>)]) -> Vec<Score> {
    let Some((_, first)) = directions.first() else {
        return Vec::new();
    };
    let mean = |score: &Score| {
        let of = |list: &Vec<Score>| list.iter().find(|one| one.name == score.name).cloned();
        let values = directions.iter().map(|(_, list)| Some(of(list)?.value));
        let values: Vec<f64> = values.collect::<Option<_>>()?;
        let value = values.iter().sum::<f64>() / values.len() as f64;
        let interval = None;
        Some(Score {
            value,
            interval,
            ..score.clone()
        })
    };
    let means = first.iter().filter_map(mean);
    let each = directions.iter().flat_map(|(prefix, scores)| {
        let scores = scores.iter().cloned();
        scores.map(|score| score.of(prefix))
    });
    means.chain(each).collect()
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = if self.name.ends_with("_rank") { 1 } else { 3 };
        let value = format!("{:.digits$}", self.value);
        match self.interval {
            None => f.pad(&value),
            Some(Interval { low, high }) => {
                f.pad(&format!("{value} [{low:.digits$}, {high:.digits$}]"))
            }
        }
    }
}

fn yes() -> bool {
    true
}

fn is_yes(is: &bool) -> bool {
    *is
}

/// A finite number, or nothing: JSON knows no other.
fn write<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    value.is_finite().then_some(*value).serialize(serializer)
}

fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or(f64::NAN))
}
