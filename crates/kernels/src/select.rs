//! Which (positive, negative) pairs of an anchor count.

use serde::{Deserialize, Serialize};

use crate::name::named;

/// Which (positive, negative) pairs of an anchor count.
///
/// Mining happens in the loss's own distance. Ties go to the lowest candidate index. An anchor without
/// a positive or without a negative contributes nothing, under every selection. Random choices are a
/// pure function of (seed, step, global anchor, positive), see [`Batch::keyed`](crate::Batch::keyed). What is drawn
/// is a place in a list: that of all negatives by index, or that of the negatives inside a window by how many ends of
/// the windows of all the anchor's positives lie above them, most first, then by index.
///
/// | name | pairs |
/// |---|---|
/// | `all` | every one (batch-all, Hermans et al. 2017, arXiv:1703.07737, eq. 6) |
/// | `hardest` | the farthest positive with the nearest negative (batch-hard, ibid., eq. 5) |
/// | `semi-hard`, `semi-hard:...` | per positive as [`SemiHard`] says |
/// | `random` | per positive one negative, uniformly |
/// | `easy-positive` | the nearest positive with the nearest negative (Xuan, Stylianou, Pless, WACV 2020) |
/// | `easy-positive:semi-hard` | the nearest positive with the nearest negative farther than it, if there is one (pytorch-metric-learning's `BatchEasyHardMiner`) |
///
/// If all embeddings are equal, nothing lies strictly above a positive's distance, so the selections
/// that ask for that (`semi-hard`, `semi-hard:facenet-*`, `easy-positive:semi-hard`) select nothing and
/// the value is 0; under every other one each selected triplet costs the margin (ln 2 if soft).
///
/// Default: `semi-hard`, which is also read as `semi-hard:facenet` and `semi-hard:facenet-hardest`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum Select {
    /// Every positive with every negative.
    All,
    /// The farthest positive with the nearest negative.
    Hardest,
    /// For every positive, a negative that is neither too near nor too far.
    SemiHard(SemiHard),
    /// For every positive, one negative drawn uniformly.
    Random,
    /// The nearest positive, with one negative.
    EasyPositive(Negative),
}

/// What *semi-hard* means: eight libraries mean eight things, these are named after whose they are.
/// `d_p` and `d_n` are the anchor's distances to the positive and the negative, `m` the margin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SemiHard {
    /// `semi-hard`, `semi-hard:facenet-random`, `semi-hard:facenet-all`: negatives strictly inside the
    /// window `d_p < d_n < d_p + m` of FaceNet (Schroff, Kalenichenko, Philbin, CVPR 2015,
    /// arXiv:1503.03832, eq. 4 and the text below it); the paper does not say which one, so [`Pick`] does. A positive with an empty window selects nothing.
    /// With [`Pick::All`] this is pytorch-metric-learning's `TripletMarginMiner("semihard")`, but for
    /// a negative exactly at `d_p + m`, which it takes at cost 0. With the soft margin the window
    /// has no upper bound.
    Facenet(Pick),
    /// `semi-hard:nearest-above`: the smallest `d_n > d_p`; if there is none, the largest `d_n` of all
    /// the anchor's negatives (TensorFlow Addons `triplet_semihard_loss`, sentence-transformers
    /// `BatchSemiHardTripletLoss`). The margin takes no part.
    NearestAbove,
    /// `semi-hard:sandberg`: any negative with `d_n < d_p + m`, hard ones included, drawn uniformly (the
    /// active code of davidsandberg/facenet, which visits each unordered pair once; we visit both
    /// orders). With the soft margin: any negative.
    Sandberg,
}

/// Which of the negatives inside the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Pick {
    /// The nearest to the anchor.
    Hardest,
    /// One, drawn uniformly.
    Random,
    /// Every one.
    All,
}

/// Which negative goes with an easy positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Negative {
    /// The nearest.
    Hardest,
    /// The nearest of those farther than the positive; the anchor is left out if there is none.
    SemiHard,
}

impl Default for Select {
    fn default() -> Self {
        Self::SemiHard(SemiHard::default())
    }
}

impl Default for SemiHard {
    fn default() -> Self {
        Self::Facenet(Pick::Hardest)
    }
}

/// `Select` from its parts, short enough for the table below.
const fn window(pick: Pick) -> Select {
    Select::SemiHard(SemiHard::Facenet(pick))
}

named!(Select, "select", {
    Self::All => "all",
    Self::Hardest => "hardest",
    window(Pick::Hardest) => "semi-hard",
    window(Pick::Random) => "semi-hard:facenet-random",
    window(Pick::All) => "semi-hard:facenet-all",
    Self::SemiHard(SemiHard::NearestAbove) => "semi-hard:nearest-above",
    Self::SemiHard(SemiHard::Sandberg) => "semi-hard:sandberg",
    Self::Random => "random",
    Self::EasyPositive(Negative::Hardest) => "easy-positive",
    Self::EasyPositive(Negative::SemiHard) => "easy-positive:semi-hard",
}, read {
    "semi-hard:facenet" => "semi-hard",
    "semi-hard:facenet-hardest" => "semi-hard",
});
