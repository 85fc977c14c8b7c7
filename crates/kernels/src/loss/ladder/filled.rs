//! Which rungs a batch fills.

use super::{Ladder, LadderVariant};
use crate::labels::Related;
use crate::{Batch, Real};

impl Ladder {
    /// How many anchors have something above and something below each rung, so that it can cost anything.
    ///
    /// A rung that no batch ever fills does nothing: its thresholds do not fit the relevance. Phantoms of
    /// the authors' variants do not count. Looks at labels alone, in time `n m`.
    ///
    /// ```
    /// use tercet_kernels::{Batch, Ladder, Relevance, Rows};
    /// let rows = Rows::new(&[0.0; 3], 1)?;
    /// let relevance = Relevance::matrix((3, 3), &[1.0, 0.8, 0.1, 0.8, 1.0, 0.1, 0.1, 0.1, 1.0])?;
    /// let batch = Batch::related(rows, rows, relevance)?;
    /// // Every row has its own, and something else; the third has nothing nearly as relevant.
    /// assert_eq!(Ladder::default().filled(&batch), [3, 2]);
    /// # Ok::<(), tercet_kernels::Error>(())
    /// ```
    pub fn filled<T: Real>(&self, batch: &Batch<'_, T>) -> Vec<u64> {
        let mut filled = vec![0; self.rungs.len()];
        let mut related = Related::default();
        let m = batch.candidates().len();
        for index in 0..batch.anchors().len() {
            batch.relate(index, true, &mut related);
            self.fill(&related, m, &mut filled);
        }
        filled
    }

    /// Adds one anchor.
    fn fill(&self, related: &Related, m: usize, filled: &mut [u64]) {
        let mut places = vec![0u64; self.rungs.len()];
        let negatives = crate::labels::gaps(&related.rest, m).flatten();
        negatives.for_each(|item| places[self.place(related.grades[item])] += 1);
        let mut below: u64 = places.iter().sum();
        let positives = related.positives.len() as u64;
        let mut above = positives;
        for (rung, filled) in filled.iter_mut().enumerate() {
            *filled += u64::from(above > 0 && below > 0);
            below -= places[rung];
            above = match self.variant {
                LadderVariant::Paper => places[rung],
                LadderVariant::Authors => above + places[rung],
                LadderVariant::AuthorsCumulative => positives,
            };
        }
    }
}
