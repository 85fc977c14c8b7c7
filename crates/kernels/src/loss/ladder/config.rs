//! The numbers of a ladder loss, and which of its forms is meant.

use serde::{Deserialize, Serialize};

use super::{authors, paper};
use crate::number::{NonNegative, Positive};
use crate::row::{Row, RowLoss};
use crate::{Distance, Error, Margin, Needs, Real, Reduce, Slopes, Terms};

/// The ladder loss: not only is the positive nearer than everything else, but more relevant candidates are
/// nearer than less relevant ones, rung by rung.
///
/// Thresholds `t_1 > t_2 > ...` cut the negatives by relevance `R` into `N_1 = {R >= t_1}`,
/// `N_2 = {t_1 > R >= t_2}`, ..., the last without a lower bound. The sum of
///
/// ```text
/// rung 1:          b_1 [d_p - d_n + m_1]+    p a positive,   n in N_1 and all below
/// rung l = 2, ...: b_l [d_i - d_j + m_l]+    i in N_(l-1),   j in N_l and all below
/// ```
///
/// over anchors, with all such pairs (`all-pairs`) or the farthest `i` and the nearest `j` alone
/// (`hard-contrastive`). Margins in units of the distance, thresholds in those of relevance, compared in
/// `f32`; a relevance equal to a threshold belongs above it. Slopes: `b_l` on the upper, `-b_l` on the lower
/// distance where the cost is above 0.
///
/// Relevance is [`Row::grades`]: of a [`Relevance`](crate::Relevance), hierarchy paths or label sets; of classes
/// and pairs it is 1 or 0, so that rung 2 is empty there. Positives (relevance of at least
/// [`Relevance::level`](crate::Relevance::level), so whatever is the same thing, at 1) and the anchor itself
/// stand above all rungs: they are neither negatives of rung 1 nor items of any other. Masked duplicates are
/// left out. An empty upper or lower side costs 0; [`filled`](Self::filled) says how often that happened. An
/// anchor without positive still costs its other rungs. Equal embeddings cost `b_l m_l` a pair, with gradient 0.
///
/// One direction is [`Batch::related`](crate::Batch::related) of both towers, the other its
/// [`exchanged`](crate::Batch::exchanged); the paper's value is the sum of both. A term is a pair of (upper,
/// lower) of any rung. The authors' code differs from the paper: see [`LadderVariant`].
///
/// Defaults: margins 0.2 and 0.01, threshold 0.63 (for the authors' relevance by word vectors), `b` 1 and
/// 0.25, hard-contrastive, the paper's variant, `Cosine`, `Sum`. With no threshold it is
/// [`Vse`](crate::Vse). Serialised as the lists `margins`, `thresholds`, `betas`, with `sampling`, `variant`.
///
/// Source: Zhou, Niu, Wang, Gao, Zhang, Hua, *Ladder Loss for Coherent Visual-Semantic Embedding*, AAAI
/// 2020, arXiv:1911.07528, eq. 6 and 7.
///
/// ```
/// use tercet_kernels::{Batch, Distance, Ladder, Objective, Reduce, Relevance, Rows};
/// let (query, items) = (Rows::new(&[0.0], 1)?, Rows::new(&[0.0, 2.0, 1.5], 1)?);
/// // The same thing, something near to it, something else: at distances 0, 2, 1.5.
/// let relevance = Relevance::matrix((1, 3), &[1.0, 0.8, 0.1])?;
/// let batch = Batch::related(query, items, relevance)?;
/// let loss = Ladder::new(&[0.2, 0.1], &[0.5], &[1.0, 0.25])?;
/// let outcome = Objective::new(Distance::Euclidean, loss, Reduce::Sum)?.evaluate(&batch)?;
/// // Rung 1: [0 - 1.5 + 0.2]+ = 0. Rung 2: 0.25 [2 - 1.5 + 0.1]+.
/// assert!((outcome.value - 0.15).abs() < 1e-15);
/// assert_eq!(outcome.candidates, [0.0, 0.25, -0.25]);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Ladder {
    pub(super) rungs: Vec<Rung>,
    pub(super) sampling: LadderSampling,
    pub(super) variant: LadderVariant,
}

/// One rung of a [`Ladder`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Rung {
    /// The relevance from which on a candidate is above this rung; `None` for the first.
    pub threshold: Option<f32>,
    /// By how much what is above is to be nearer, in units of the distance.
    pub margin: NonNegative,
    /// The weight.
    pub beta: NonNegative,
}

/// Which pairs of a rung cost something. Default: `hard-contrastive`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LadderSampling {
    /// `hard-contrastive`: the farthest of those above with the nearest of those below.
    #[default]
    HardContrastive,
    /// `all-pairs`: everything above with everything below.
    AllPairs,
}

/// Whose rungs after the first; rung 1 is the same for all, and [`LadderSampling`] is for it alone under the
/// authors' variants, whose further rungs are always hard-contrastive. Default: `paper`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LadderVariant {
    /// `paper`: upper items are those of the rung just above.
    #[default]
    Paper,
    /// `authors`: upper items are all of relevance `t_l` or more, positives among them. Scores are masked by a
    /// product: wherever anything is masked, a phantom lower item stands at cosine 0 (distance 1), and an
    /// empty upper side is an item at distance 0. On `Cosine` alone.
    Authors,
    /// `authors-cumulative`: `[d_p - d_j + m_1 + ... + m_l]+`, with the farthest positive and the lower items of
    /// `authors`. On `Cosine` alone.
    AuthorsCumulative,
}

/// The loss as it is written down.
#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Written {
    margins: Vec<f64>,
    thresholds: Vec<f64>,
    betas: Vec<f64>,
    sampling: LadderSampling,
    variant: LadderVariant,
}

impl Default for Written {
    fn default() -> Self {
        Self {
            margins: vec![0.2, 0.01],
            thresholds: vec![0.63],
            betas: vec![1.0, 0.25],
            sampling: LadderSampling::default(),
            variant: LadderVariant::default(),
        }
    }
}

impl TryFrom<Written> for Ladder {
    type Error = Error;

    fn try_from(written: Written) -> Result<Self, Error> {
        let ladder = Self::new(&written.margins, &written.thresholds, &written.betas)?;
        Ok(ladder.sampled(written.sampling).variant(written.variant))
    }
}

impl From<Ladder> for Written {
    fn from(ladder: Ladder) -> Self {
        let rungs = ladder.rungs.iter();
        let thresholds = rungs.clone().filter_map(|rung| rung.threshold);
        Self {
            margins: rungs.clone().map(|rung| rung.margin.get()).collect(),
            thresholds: thresholds.map(written).collect(),
            betas: rungs.map(|rung| rung.beta.get()).collect(),
            sampling: ladder.sampling,
            variant: ladder.variant,
        }
    }
}

/// The shortest decimal that is read as the same `f32`.
fn written(threshold: f32) -> f64 {
    let text = threshold.to_string();
    text.parse().unwrap_or(f64::from(threshold))
}

impl Default for Ladder {
    fn default() -> Self {
        let rung = |threshold, margin, beta| Rung {
            threshold,
            margin: NonNegative::of(margin),
            beta: NonNegative::of(beta),
        };
        Self {
            rungs: vec![rung(None, 0.2, 1.0), rung(Some(0.63), 0.01, 0.25)],
            sampling: LadderSampling::default(),
            variant: LadderVariant::default(),
        }
    }
}

impl Ladder {
    /// From the first rung down: a margin and a weight `beta` per rung, a threshold between each two.
    ///
    /// # Errors
    /// [`Error::Length`] unless there are as many weights as margins and one threshold less,
    /// [`Error::Number`] for a margin or weight outside `[0, 1e30]` or a threshold outside `(0, 1]`,
    /// [`Error::NotDescending`] unless every threshold is below the one before, in `f32`.
    pub fn new(margins: &[f64], thresholds: &[f64], betas: &[f64]) -> Result<Self, Error> {
        length("ladder margins", thresholds.len() + 1, margins.len())?;
        length("ladder betas", margins.len(), betas.len())?;
        let mut above = vec![None];
        for &threshold in thresholds {
            above.push(Some(checked(threshold)?));
        }
        for pair in thresholds.windows(2) {
            let (before, given) = (pair[0], pair[1]);
            // Compared as relevance is: a rung between equal f32 would stay empty for ever.
            if given as f32 >= before as f32 {
                let what = "ladder thresholds";
                return Err(Error::NotDescending {
                    what,
                    before,
                    given,
                });
            }
        }
        let each = above.into_iter().zip(margins).zip(betas);
        let rungs = each.map(|((threshold, &margin), &beta)| {
            Ok(Rung {
                threshold,
                margin: NonNegative::new("ladder margin", margin)?,
                beta: NonNegative::new("ladder beta", beta)?,
            })
        });
        let rungs = rungs.collect::<Result<_, Error>>()?;
        Ok(Self {
            rungs,
            ..Self::default()
        })
    }

    /// With other pairs.
    #[must_use]
    pub fn sampled(self, sampling: LadderSampling) -> Self {
        Self { sampling, ..self }
    }

    /// By other people's rungs.
    #[must_use]
    pub fn variant(self, variant: LadderVariant) -> Self {
        Self { variant, ..self }
    }

    /// The rungs, the first at the front; never empty.
    pub fn rungs(&self) -> &[Rung] {
        &self.rungs
    }
}

fn length(what: &'static str, wanted: usize, given: usize) -> Result<(), Error> {
    match wanted == given {
        true => Ok(()),
        false => Err(Error::Length {
            what,
            wanted,
            given,
        }),
    }
}

fn checked(threshold: f64) -> Result<f32, Error> {
    let what = "ladder threshold";
    let number = Positive::new(what, threshold)?.get() as f32;
    if number > 0.0 && number <= 1.0 {
        return Ok(number);
    }
    Err(Error::Number {
        what,
        wanted: "a number above 0 and at most 1",
        given: threshold,
    })
}

impl RowLoss for Ladder {
    const DISTANCE: Distance = Distance::Cosine;
    const REDUCE: Reduce = Reduce::Sum;

    fn row<T: Real>(&self, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) -> Terms {
        match self.variant {
            LadderVariant::Paper => paper::row(self, row, slopes),
            _ => authors::row(self, row, slopes),
        }
    }

    fn row_plain<T: Real>(&self, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) -> Terms {
        match self.variant {
            LadderVariant::Paper => paper::row_plain(self, row, slopes),
            _ => authors::row(self, row, slopes),
        }
    }

    fn needs(&self) -> Needs {
        match self.variant {
            LadderVariant::Paper => Needs::none().grades(),
            _ => Needs::none().grades().only(&[Distance::Cosine]),
        }
    }

    /// That of the first rung.
    fn margin(&self) -> Option<Margin> {
        Some(Margin::Hard(self.rungs.first()?.margin))
    }
}
