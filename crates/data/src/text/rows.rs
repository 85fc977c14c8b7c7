use super::shuffle::Shuffle;
use crate::draws::{Draws, Purpose, key};
use crate::{Error, Example};

/// The most rows that a batch may have.
const LARGEST: usize = 65_536;

/// Which rows make up each step: shuffled anew for every epoch, each row once.
///
/// [`RowPlan::batch`] is a pure function of (seed, step), so a run can start anywhere. No list of rows
/// is kept: a plan over a hundred million rows is as small as one over ten. The last step of an epoch
/// is filled up with the epoch's first rows, so every batch is full, and no row is in it twice.
///
/// ```
/// use tercet_data::RowPlan;
/// let plan = RowPlan::new(10, 4, 1)?;
/// assert_eq!((plan.steps_per_epoch(), plan.epoch_of(3)), (3, 1));
/// let mut shown = [plan.batch(0), plan.batch(1), plan.batch(2)[..2].to_vec()].concat();
/// shown.sort();
/// assert!(shown.into_iter().eq(0..10));
/// # Ok::<(), tercet_data::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct RowPlan {
    rows: usize,
    batch: usize,
    seed: u64,
    shuffled: bool,
}

/// What is shown of a tuple in one epoch: [`RowPlan::draw`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn<'a, C = String> {
    /// The anchor.
    pub anchor: &'a C,
    /// One of the positives.
    pub positive: &'a C,
    /// Some of the negatives, each at most once.
    pub negatives: Vec<&'a C>,
}

impl RowPlan {
    /// Batches of `batch` of `rows` rows.
    ///
    /// # Errors
    ///
    /// [`Error::Number`] unless `1 <= batch <= rows` and `batch <= 65,536`.
    pub fn new(rows: usize, batch: usize, seed: u64) -> Result<Self, Error> {
        if (1..=LARGEST.min(rows)).contains(&batch) {
            let shuffled = true;
            return Ok(Self {
                rows,
                batch,
                seed,
                shuffled,
            });
        }
        Err(Error::Number {
            name: "sampler.batch",
            wanted: "1 to 65,536 rows, and no more than there are",
            given: format!("{batch} of {rows}"),
        })
    }

    /// This plan in the order of the rows in every epoch: for rows that stand in an order on purpose, such as the
    /// easy ones first.
    #[must_use]
    pub fn in_order(self) -> Self {
        Self {
            shuffled: false,
            ..self
        }
    }

    /// How many rows a step has.
    pub fn batch_size(&self) -> usize {
        self.batch
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// `ceil(rows / batch)`.
    pub fn steps_per_epoch(&self) -> u64 {
        self.rows.div_ceil(self.batch) as u64
    }

    /// The epoch of a step, both from 0.
    pub fn epoch_of(&self, step: u64) -> u64 {
        step / self.steps_per_epoch()
    }

    /// The rows of a step.
    pub fn batch(&self, step: u64) -> Vec<usize> {
        let stream = key(Purpose::Rows, [self.seed, self.epoch_of(step), 0]);
        let shuffle = Shuffle::new(self.rows, stream);
        let first = (step % self.steps_per_epoch()) as usize * self.batch;
        let places = (first..first + self.batch).map(|place| place % self.rows);
        match self.shuffled {
            true => places.map(|place| shuffle.at(place)).collect(),
            false => places.collect(),
        }
    }

    /// What of a tuple is shown in an epoch: one of its positives, and up to `negatives` of its
    /// negatives, all drawn evenly by (seed, epoch, row). `None` for an example that is no tuple, or
    /// has no positive.
    ///
    /// ```
    /// use tercet_data::{Example, RowPlan};
    /// let two = |a: &str, b: &str| vec![a.to_owned(), b.to_owned()];
    /// let anchor = "q".to_owned();
    /// let tuple = Example::Tuple { anchor, positives: two("p", "P"), negatives: two("n", "N") };
    /// let plan = RowPlan::new(10, 4, 1)?;
    /// let shown = plan.draw(0, 7, &tuple, 1).expect("a tuple");
    /// assert_eq!((shown.anchor.as_str(), shown.negatives.len()), ("q", 1));
    /// let positives = (0..20).map(|epoch| plan.draw(epoch, 7, &tuple, 0).expect("a tuple").positive);
    /// let capital = positives.filter(|positive| *positive == "P").count();
    /// assert!(capital > 0 && capital < 20);
    /// # Ok::<(), tercet_data::Error>(())
    /// ```
    pub fn draw<'a, C>(
        &self,
        epoch: u64,
        row: usize,
        example: &'a Example<C>,
        negatives: usize,
    ) -> Option<Drawn<'a, C>> {
        let Example::Tuple {
            anchor,
            positives,
            negatives: all,
        } = example
        else {
            return None;
        };
        let draws = |purpose| Draws::new(key(purpose, [self.seed, epoch, row as u64]));
        let chosen = draws(Purpose::Positive).below(positives.len());
        let mut list: Vec<&C> = all.iter().collect();
        draws(Purpose::Negatives).pick(&mut list, negatives);
        list.truncate(negatives);
        Some(Drawn {
            anchor,
            positive: positives.get(chosen)?,
            negatives: list,
        })
    }
}
