//! The triplet loss.

use serde::{Deserialize, Serialize};

use std::cell::OnceCell;

use super::{counting, drawn, nearest_above, pick, soft_all};
use crate::row::{Row, RowLoss};
use crate::slopes::LossScratch;
use crate::threshold_search::Window;
use crate::{
    Count, Margin, Needs, Negative, NonNegative, Pick, Real, Select, SemiHard, Slopes, Terms,
};

/// The triplet loss: every selected triplet (a, p, n) costs what its [`Margin`] asks for the gap
/// `d(a, p) - d(a, n)`, under a hard margin `[d(a, p) - d(a, n) + m]+`.
///
/// Slopes: 1 on `d(a, p)` and -1 on `d(a, n)` where the cost is above 0, else 0; times the logistic
/// function of the gap under the soft margin.
///
/// Degenerate batches: an anchor without positive or negative contributes nothing. If all embeddings
/// are equal, the gradient is 0 under every selection (but for
/// [`NegativeDot`](crate::Distance::NegativeDot)) and the value under a mean over terms is the margin
/// (ln 2 if soft), or 0 with nothing selected where [`Select`] asks for negatives strictly farther
/// than the positive. Under a hard margin a batch with no violated triplet has value 0 and gradient 0.
///
/// With [`swapped`](Self::swapped), `min(d(a, n), d(p, n))` takes the place of `d(a, n)` in the cost: a negative
/// nearer to the positive than to the anchor is pushed away from the positive. Which triplets count is
/// decided by `d(a, n)` as before. Every selected triplet then costs a distance of its own, `d` numbers long, and
/// memory above the batch grows by the selected triplets of 8 anchors (at most their positives times their
/// negatives, 24 bytes each): for few triplets per anchor or small classes.
///
/// Source: Schroff, Kalenichenko, Philbin, *FaceNet*, CVPR 2015, arXiv:1503.03832 (squared distance,
/// unit rows, margin 0.2, semi-hard negatives); Hermans, Beyer, Leibe, *In Defense of the Triplet
/// Loss*, arXiv:1703.07737 (all, hardest, soft margin); Balntas, Riba, Ponsa, Mikolajczyk, *Learning local
/// feature descriptors with triplets and shallow convolutional neural networks*, BMVC 2016,
/// doi:10.5244/C.30.119, section 3.2 (swap, there over given triplets; within a batch as
/// pytorch-metric-learning's `TripletMarginLoss(swap=True)`). The defaults are FaceNet's.
///
/// ```
/// use tercet_kernels::{Batch, Distance, Margin, Objective, Reduce, Rows, Select, Triplet};
/// let rows = Rows::new(&[0.0, 3.0, 4.0], 1)?;
/// let batch = Batch::within(rows, &[0, 0, 1])?;
/// let loss = Triplet::new(Margin::hard(1.0)?, Select::Hardest);
/// let outcome = Objective::new(Distance::Euclidean, loss, Reduce::Mean)?.evaluate(&batch)?;
/// // Anchor 0: [3 - 4 + 1]+ = 0; anchor 1: [3 - 1 + 1]+ = 3; anchor 2 has no positive.
/// assert_eq!(outcome.value, 1.5);
/// assert_eq!((outcome.terms.terms(), outcome.terms.active()), (2, 1));
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Triplet {
    margin: Margin,
    select: Select,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    swap: bool,
}

impl Triplet {
    /// Costs by `margin` what `select` selects.
    pub fn new(margin: Margin, select: Select) -> Self {
        Self {
            margin,
            select,
            swap: false,
        }
    }

    /// With `d(p, n)` in the place of `d(a, n)` where it is smaller.
    ///
    /// ```
    /// use tercet_kernels::{Batch, Distance, Margin, Objective, Reduce, Rows, Select, Triplet};
    /// let rows = Rows::new(&[0.0, 3.0, 4.0], 1)?;
    /// let batch = Batch::within(rows, &[0, 0, 1])?;
    /// let loss = Triplet::new(Margin::hard(1.0)?, Select::All).swapped();
    /// let outcome = Objective::new(Distance::Euclidean, loss, Reduce::Mean)?.evaluate(&batch)?;
    /// // Either way round the positives are 3 apart and the nearer of them is 1 from the negative: [3 - 1 + 1]+.
    /// assert_eq!(outcome.value, 3.0);
    /// // Both push the pair (1, 2) apart, half each.
    /// assert_eq!(outcome.gradient(), [-1.0, 2.0, -1.0]);
    /// # Ok::<(), tercet_kernels::Error>(())
    /// ```
    #[must_use]
    pub fn swapped(self) -> Self {
        Self { swap: true, ..self }
    }

    /// What a gap costs.
    pub fn margin(&self) -> Margin {
        self.margin
    }

    /// Which triplets count.
    pub fn select(&self) -> Select {
        self.select
    }

    /// Whether a negative's distance to the positive counts where it is smaller.
    pub fn is_swapped(&self) -> bool {
        self.swap
    }

    /// The counting of all triplets at once, where there is one: hard margins, whole windows, and no
    /// distance between positives and negatives.
    fn counted(&self) -> Option<Window> {
        match (self.margin, self.select) {
            (Margin::Soft, _) => None,
            _ if self.swap => None,
            (_, Select::All) => Some(Window::Below),
            (_, Select::SemiHard(SemiHard::Facenet(Pick::All))) => Some(Window::Between),
            _ => None,
        }
    }

    /// Pushes every selected (positive, negative) into `cost`.
    fn push<T: Real>(
        &self,
        row: &Row<'_, T>,
        scratch: &mut LossScratch<T>,
        mut cost: impl FnMut(usize, usize),
    ) {
        match self.select {
            Select::SemiHard(SemiHard::Facenet(Pick::Hardest)) => {
                nearest_above::each(row, scratch, |positive, negative| {
                    let limit = self.margin.threshold(row.distances[positive]);
                    let inside = negative.filter(|&index| row.distances[index] < limit);
                    inside.into_iter().for_each(|index| cost(positive, index));
                });
            }
            Select::SemiHard(SemiHard::NearestAbove) => {
                // Few anchors have a positive beyond all negatives.
                let farthest = OnceCell::new();
                let farthest = || *farthest.get_or_init(|| pick::farthest(row, row.negatives()));
                nearest_above::each(row, scratch, |positive, negative| {
                    let chosen = negative.or_else(farthest);
                    chosen.into_iter().for_each(|index| cost(positive, index));
                });
            }
            Select::SemiHard(SemiHard::Facenet(Pick::Random)) if is_counted(row) => {
                drawn::each(Window::Between, self.margin, row, scratch, cost);
            }
            Select::SemiHard(SemiHard::Sandberg) if is_counted(row) => {
                drawn::each(Window::Below, self.margin, row, scratch, cost);
            }
            _ => pick::each(self.select, self.margin, row, cost),
        }
    }
}

/// Whether the ends of all windows can be counted in 16 bits.
fn is_counted<T: Real>(row: &Row<'_, T>) -> bool {
    row.positive_count() < usize::from(i16::MAX.unsigned_abs())
}

impl RowLoss for Triplet {
    fn row<T: Real>(&self, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) -> Terms {
        if row.pairs() == 0 {
            return Terms::default();
        }
        if let Some(window) = self.counted().filter(|_| is_counted(row)) {
            return Terms::one(counting::cost(window, self.margin, row, slopes.buffer));
        }
        if !self.swap && (self.margin, self.select) == (Margin::Soft, Select::All) {
            return Terms::one(soft_all::cost(row, slopes.buffer));
        }
        let mut scratch = std::mem::take(&mut slopes.buffer.scratch);
        let mut tally = Tally::new(self, row, slopes);
        self.push(row, &mut scratch, |positive, negative| {
            tally.cost(positive, negative)
        });
        let count = tally.count();
        slopes.buffer.scratch = scratch;
        Terms::one(count)
    }

    fn window(&self) -> Option<(Window, NonNegative)> {
        match self.margin {
            Margin::Hard(margin) => Some((self.counted()?, margin)),
            Margin::Soft => None,
        }
    }

    fn needs(&self) -> Needs {
        match self.swap {
            true => Needs::none().pairs(),
            false => Needs::none(),
        }
    }

    fn row_plain<T: Real>(&self, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) -> Terms {
        if row.pairs() == 0 {
            return Terms::default();
        }
        let mut tally = Tally::new(self, row, slopes);
        pick::each(self.select, self.margin, row, |positive, negative| {
            tally.cost(positive, negative);
        });
        Terms::one(tally.count())
    }

    fn margin(&self) -> Option<Margin> {
        Some(self.margin)
    }

    /// `hardest` becomes `semi-hard:nearest-above`, which unlike the FaceNet window selects something even where
    /// all embeddings are almost equal; `easy-positive` becomes `easy-positive:semi-hard`.
    fn softened(&self) -> Option<Self> {
        let select = match self.select {
            Select::Hardest => Select::SemiHard(SemiHard::NearestAbove),
            Select::EasyPositive(Negative::Hardest) => Select::EasyPositive(Negative::SemiHard),
            _ => return None,
        };
        Some(Self { select, ..*self })
    }
}

/// Costs one triplet after the other.
struct Tally<'t, 's, T> {
    loss: Triplet,
    row: &'t Row<'t, T>,
    slopes: &'t mut Slopes<'s, T>,
    count: Count,
}

impl<'t, 's, T: Real> Tally<'t, 's, T> {
    fn new(loss: &Triplet, row: &'t Row<'_, T>, slopes: &'t mut Slopes<'s, T>) -> Self {
        let count = Count {
            pairs: row.pairs(),
            ..Count::default()
        };
        Self {
            loss: *loss,
            row,
            slopes,
            count,
        }
    }

    #[inline(always)]
    fn cost(&mut self, positive: usize, negative: usize) {
        if self.loss.swap {
            return self.cost_swapped(positive, negative);
        }
        let distances = self.row.distances;
        let (near, far) = (distances[positive], distances[negative]);
        let (cost, slope) = self.loss.margin.cost(near, far);
        self.slopes.add(positive, slope);
        self.slopes.add(negative, -slope);
        self.tally(cost);
    }

    fn cost_swapped(&mut self, positive: usize, negative: usize) {
        let distances = self.row.distances;
        let (near, far) = (distances[positive], distances[negative]);
        let nearer = self.nearer(positive, negative, far);
        let (cost, slope) = self.loss.margin.cost(near, nearer.unwrap_or(far));
        self.slopes.add(positive, slope);
        match nearer {
            // Pairs are kept one by one, so those that pull nowhere are left out.
            Some(_) if slope == 0.0 => {}
            Some(_) => self.slopes.add_pair(positive, negative, -slope),
            None => self.slopes.add(negative, -slope),
        }
        self.tally(cost);
    }

    fn tally(&mut self, cost: f64) {
        self.count.sum += cost;
        self.count.terms += 1;
        self.count.active += u64::from(cost > 0.0);
    }

    /// The distance that takes the place of the anchor's own to the negative, if one does.
    fn nearer(&self, positive: usize, negative: usize, far: T) -> Option<T> {
        Some(self.row.pair(positive, negative)).filter(|&distance| distance < far)
    }

    fn count(mut self) -> Count {
        self.count.anchors = u64::from(self.count.terms > 0);
        self.count
    }
}
