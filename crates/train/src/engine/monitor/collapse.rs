//! What a collapse looks like, at one look.

use std::f64::consts::LN_2;

use tercet_kernels::{Margin, Select};

/// An effective rank below this is a collapse onto a line.
const LEAST_RANK: f64 = 1.5;
/// A mean squared distance below this share of a healthy one is a collapse onto a point.
const LEAST_SHARE: f64 = 0.01;

/// One look at embeddings, and at what a loss says of them.
///
/// They look collapsed if their effective rank is below 1.5 (where `d > 2`), or their mean squared distance
/// below 1 % of a healthy one, whatever the loss. At total collapse every loss of distances stands still:
/// its gradient is 0, and its value what equal embeddings cost: of a triplet loss the margin (ln 2 if soft) or,
/// where a selection finds nothing, 0; of any other [`equal`](Self::equal).
///
/// ```
/// use tercet_train::CollapseCheck;
/// let look = CollapseCheck { dim: 128, effective_rank: 1.01, healthy_distance: 2.0, ..CollapseCheck::default() };
/// assert!(look.is_collapsed());
/// assert!(!CollapseCheck { effective_rank: 9.0, mean_squared_distance: 1.0, ..look }.is_collapsed());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct CollapseCheck {
    /// Numbers per embedding, `d`.
    pub dim: usize,
    /// Uncentred effective rank of their directions.
    pub effective_rank: f64,
    /// Mean squared Euclidean distance of two embeddings.
    pub mean_squared_distance: f64,
    /// What that is where nothing has collapsed: in training that of the first step; twice the mean squared
    /// length where nothing else is known, for so far apart are rows in unrelated directions.
    pub healthy_distance: f64,
    /// The value of the objective.
    pub loss: f64,
    /// Selected terms.
    pub selected: u64,
    /// What a triplet loss asks for and what it selects; `None` for every other loss.
    pub triplet: Option<(Margin, Select)>,
    /// What equal embeddings with the same labels cost under any other loss, if that is known.
    pub equal: Option<f64>,
}

impl CollapseCheck {
    /// Whether almost all embeddings are the same.
    pub fn is_collapsed(&self) -> bool {
        let flat = self.dim > 2 && self.effective_rank < LEAST_RANK;
        let apart = self.mean_squared_distance >= LEAST_SHARE * self.healthy_distance;
        flat || !apart
    }

    /// What the loss itself shows of a collapse, in a sentence.
    pub fn signature(&self) -> String {
        let loss = self.loss;
        if self.selected == 0 {
            let what = match self.triplet {
                Some(_) => "No triplet",
                None => "Nothing",
            };
            return format!("{what} is selected, so the loss is 0 and teaches nothing.");
        }
        let (value, name) = match (self.triplet, self.equal) {
            (Some((Margin::Hard(margin), _)), _) => (margin.get(), "its margin "),
            (Some((Margin::Soft, _)), _) => (LN_2, "ln 2 = "),
            (None, Some(equal)) => (equal, ""),
            (None, None) => return format!("The loss stands at {loss:.4}."),
        };
        if (loss - value).abs() <= 0.1 * value.abs() {
            return format!(
                "The loss stands at {loss:.4}, near {name}{value:.4}: what equal embeddings cost."
            );
        }
        format!("The loss stands at {loss:.4}.")
    }

    /// What to try against a collapse, in the keys of a recipe; a sentence.
    pub fn advice(&self) -> String {
        let gentler = "a lower optimizer.learning_rate or more optimizer.warmup_steps";
        let Some((_, select)) = self.triplet else {
            return format!("Try {gentler}, or kind = \"triplet\" in [loss].");
        };
        if self.selected == 0 {
            return format!(
                "Try loss.select = \"semi-hard:nearest-above\", which always selects something, and {gentler}."
            );
        }
        match select {
            Select::Hardest | Select::All => format!(
                "Try loss.select = \"semi-hard\" instead, {gentler}, or loss.margin = \"soft\"."
            ),
            _ => format!("Try {gentler}, or loss.distance = \"euclidean\"."),
        }
    }
}
