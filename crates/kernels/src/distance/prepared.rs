//! Rows made ready for a distance, for whoever wants distances and no loss.

use std::ops::Range;

use super::{Distance, Side};
use crate::{Error, Real, Rows};

/// Rows `(n, d)` with what their distance needs once per row: unit rows for the cosine, squared lengths
/// for the Euclidean ones. Memory `(n,)`, and `(n, d)` for the cosine.
///
/// ```
/// use tercet_kernels::{Distance, Prepared, Rows};
/// let rows = Rows::new(&[0.0, 1.0, 3.0], 1)?;
/// let rows = Prepared::new(Distance::SquaredEuclidean, rows)?;
/// let mut tile = [0.0; 4];
/// rows.distances(1..3, &rows, 0..2, &mut tile);
/// assert_eq!(tile, [1.0, 0.0, 9.0, 4.0]);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug)]
pub struct Prepared<'a, T: Real> {
    distance: Distance,
    side: Side<'a, T>,
}

impl<'a, T: Real> Prepared<'a, T> {
    /// Makes rows ready for a distance.
    ///
    /// # Errors
    /// [`Error::NotFinite`] and [`Error::TooLong`] for rows that cannot be compared.
    pub fn new(distance: Distance, rows: Rows<'a, T>) -> Result<Self, Error> {
        rows.check("rows")?;
        let side = Side::new(distance, rows);
        Ok(Self { distance, side })
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.side.all().len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The distances of some rows to some of the others, `(rows, columns)` into `out`, from one matrix
    /// product on the calling thread. The bits of each depend on the two rows only, whatever the ranges.
    ///
    /// # Panics
    /// If a range is outside its rows, `out` is not of that shape, or the others were made ready for another
    /// distance or have rows of another length.
    pub fn distances(
        &self,
        rows: Range<usize>,
        others: &Self,
        columns: Range<usize>,
        out: &mut [T],
    ) {
        assert_eq!(self.distance, others.distance, "distance of both sides");
        let (one, two) = (self.side.all(), others.side.all());
        assert_eq!(one.dim, two.dim, "numbers per row of both sides");
        let (one, two) = (one.slice(rows), two.slice(columns));
        self.distance.tile(out, one, two);
    }
}
