//! What embeddings cost.

mod given;
mod written;

use serde::{Deserialize, Serialize};
use tercet_kernels::{
    Contrastive, Distance, Loss, Margin, Negative, NonNegative, Objective, Reduce, Select,
    SemiHard, Triplet,
};

pub use self::given::GivenRecipe;
use self::written::Written;
use crate::goal::Goal;
use crate::{Error, gap};

/// `[loss]`: `kind = "triplet"` (default), `"contrastive"` or any other loss of one batch of labelled rows, or
/// `"given-triplet"`, `"cosent"` or `"cosine-regression"` on tuples of texts, and the keys of that kind; a key of
/// another kind is refused. `"multiple-negatives-ranking"` is another name of `"info-nce"`.
///
/// Losses with proxies (`proxy-anchor`, `proxy-nca`, `arc-face`, `cos-face`, `soft-triple`) are refused, too: they
/// need weights per class, which the loop does not own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
#[non_exhaustive]
pub enum LossRecipe {
    /// Triplets of anchor, positive and negative.
    Triplet(TripletRecipe),
    /// Pairs: positives are pulled together, negatives pushed beyond the margin.
    Contrastive(ContrastiveRecipe),
    /// Every other kind of one batch.
    Other(OtherRecipe),
    /// Tuples as the data have them.
    Given(GivenRecipe),
}

/// The keys of `kind = "triplet"`. Default: squared Euclidean, margin 0.2, `semi-hard`, `mean`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct TripletRecipe {
    /// `distance`: how far two embeddings are.
    pub distance: Distance,
    /// `margin`: a number in units of the distance, or `"soft"`.
    pub margin: Margin,
    /// `select`: which triplets count.
    pub select: Select,
    /// `reduce`: from a sum to one number.
    pub reduce: Reduce,
}

/// The keys of `kind = "contrastive"`. Default: Hadsell's form on Euclidean distance, margin 1, `mean`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ContrastiveRecipe {
    /// `distance`: how far two embeddings are.
    pub distance: Distance,
    /// `form`: what a pair costs.
    pub form: Form,
    /// `margin`: below it a negative costs something, in units of the distance.
    pub margin: NonNegative,
    /// `positive_margin`, with `form = "linear"` alone: above it a positive costs something; default 0.
    pub positive_margin: NonNegative,
    /// `reduce`: from a sum to one number.
    pub reduce: Reduce,
}

/// The keys of any other kind: those of its loss, as [`Loss`] has them, and `distance` and `reduce`. Default: those
/// that the loss is published with. Numbers that a loss could learn stay as they are written.
#[derive(Debug, Clone, PartialEq)]
pub struct OtherRecipe {
    objective: Objective<Loss>,
}

impl OtherRecipe {
    /// What it costs.
    pub fn objective(&self) -> &Objective<Loss> {
        &self.objective
    }
}

impl LossRecipe {
    /// The relevance at which each rung of a ladder ends; none of another loss.
    pub fn thresholds(&self) -> Vec<f32> {
        match self {
            Self::Other(keys) => match keys.objective.loss() {
                Loss::Ladder(ladder) => ladder.rungs().iter().filter_map(|r| r.threshold).collect(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }
}

impl Default for ContrastiveRecipe {
    fn default() -> Self {
        Self {
            distance: Distance::Euclidean,
            form: Form::Squared,
            margin: NonNegative::new("margin", 1.0).expect("1 is not negative"),
            positive_margin: NonNegative::default(),
            reduce: Reduce::Mean,
        }
    }
}

/// What a pair at distance `D` costs under the contrastive loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Form {
    /// `D^2 / 2` and `[margin - D]+^2 / 2` (Hadsell, Chopra, LeCun 2006).
    #[default]
    Squared,
    /// `[D - positive_margin]+` and `[margin - D]+` (pytorch-metric-learning).
    Linear,
}

impl Default for LossRecipe {
    fn default() -> Self {
        Self::Triplet(TripletRecipe::default())
    }
}

impl LossRecipe {
    /// What embeddings cost.
    ///
    /// # Errors
    /// As [`objective`](Self::objective) of a loss of one batch.
    pub(crate) fn goal(&self) -> Result<Goal, Error> {
        Ok(match self {
            Self::Given(GivenRecipe::Triplet(given)) => Goal::Given(*given),
            Self::Given(GivenRecipe::Cosent(cosent)) => Goal::Cosent(*cosent),
            Self::Given(GivenRecipe::Cosine(cosine)) => Goal::Cosine(*cosine),
            _ => Goal::Batch(self.objective()?),
        })
    }

    /// The objective on one batch that it describes.
    ///
    /// # Errors
    /// [`Error::Kernels`] for a loss that has no meaning on its distance, [`Error::Unfit`] for one of given tuples.
    pub fn objective(&self) -> Result<Objective<Loss>, Error> {
        let loss = match self {
            Self::Triplet(keys) => Loss::Triplet(Triplet::new(keys.margin, keys.select)),
            Self::Contrastive(keys) => Loss::Contrastive(keys.loss()?),
            Self::Other(keys) => return Ok(keys.objective.clone()),
            Self::Given(_) => {
                let wanted = "tuples that are given";
                return Err(Error::Unfit { wanted });
            }
        };
        Ok(Objective::new(self.distance(), loss, self.reduce())?)
    }

    /// How far two embeddings are.
    pub fn distance(&self) -> Distance {
        match self {
            Self::Triplet(keys) => keys.distance,
            Self::Contrastive(keys) => keys.distance,
            Self::Other(keys) => keys.objective.distance(),
            Self::Given(keys) => keys.distance(),
        }
    }

    /// From a sum to one number.
    pub fn reduce(&self) -> Reduce {
        match self {
            Self::Triplet(keys) => keys.reduce,
            Self::Contrastive(keys) => keys.reduce,
            Self::Other(keys) => keys.objective.reduce(),
            Self::Given(keys) => keys.reduce(),
        }
    }

    /// The margin, by which triplets are called hard, semi-hard or easy; 0 of a loss without one ([`gap`]).
    pub fn margin(&self) -> Margin {
        match self {
            Self::Triplet(keys) => keys.margin,
            Self::Contrastive(keys) => Margin::Hard(keys.margin),
            Self::Other(keys) => {
                let margin = gap(keys.objective.loss());
                margin.unwrap_or(Margin::Hard(NonNegative::default()))
            }
            Self::Given(keys) => keys.margin(),
        }
    }

    /// The same loss with semi-hard negatives, where it mined the hardest: what a run that collapses goes
    /// on with under `train.on_collapse = "soften"`. `None` where there is nothing to soften.
    ///
    /// `hardest` becomes `semi-hard:nearest-above`: unlike the FaceNet window it selects something even
    /// where all embeddings are almost the same.
    pub fn softened(&self) -> Option<Self> {
        let &Self::Triplet(keys) = self else {
            return None;
        };
        let select = match keys.select {
            Select::Hardest => Select::SemiHard(SemiHard::NearestAbove),
            Select::EasyPositive(Negative::Hardest) => Select::EasyPositive(Negative::SemiHard),
            _ => return None,
        };
        Some(Self::Triplet(TripletRecipe { select, ..keys }))
    }
}

impl ContrastiveRecipe {
    fn loss(&self) -> Result<Contrastive, Error> {
        let (margin, positive) = (self.margin.get(), self.positive_margin.get());
        Ok(match self.form {
            Form::Squared => Contrastive::squared(margin)?,
            Form::Linear => Contrastive::linear(positive, margin)?,
        })
    }
}
