//! How far the two rows of each pair are.

use rayon::prelude::*;
use tercet_kernels::{Distance, Rows};

use crate::Error;
use crate::labelled::same_length;
use crate::tiles::check;

/// The distance of row `i` of `a` to row `i` of `b`, both `(n, d)`: `n` numbers, computed in `f64`.
///
/// # Errors
/// [`Error::Empty`], [`Error::NotFinite`] and [`Error::TooLong`] for either side, [`Error::Length`] and
/// [`Error::Dim`] where they are not of one shape.
///
/// ```
/// use tercet_eval::pair_distances;
/// use tercet_kernels::{Distance, Rows};
///
/// let (a, b) = ([1.0, 0.0, 0.0, 2.0], [3.0, 0.0, 1.0, 0.0]);
/// let rows = |data| Rows::new(data, 2).expect("two rows of two numbers");
/// assert_eq!(pair_distances(rows(&a), rows(&b), Distance::Cosine)?, [0.0, 1.0]);
/// # Ok::<(), tercet_eval::Error>(())
/// ```
pub fn pair_distances(
    a: Rows<'_, f32>,
    b: Rows<'_, f32>,
    distance: Distance,
) -> Result<Vec<f64>, Error> {
    check("first texts", &a)?;
    check("second texts", &b)?;
    same_shape("second texts", &a, &b)?;
    Ok(far(a, b, distance))
}

/// Row by row against other rows, which have to be as many and as long.
pub(crate) fn same_shape(
    what: &'static str,
    wanted: &Rows<'_, f32>,
    given: &Rows<'_, f32>,
) -> Result<(), Error> {
    same_length(what, wanted.len(), given.len())?;
    if wanted.dim() == given.dim() {
        return Ok(());
    }
    Err(Error::Dim {
        wanted: wanted.dim(),
        given: given.dim(),
    })
}

/// [`pair_distances`] of rows that were checked.
pub(crate) fn far(a: Rows<'_, f32>, b: Rows<'_, f32>, distance: Distance) -> Vec<f64> {
    let wide = |row: &[f32]| -> Vec<f64> { row.iter().map(|&number| f64::from(number)).collect() };
    let far = |i: usize| distance.between(&wide(a.row(i)), &wide(b.row(i)));
    (0..a.len()).into_par_iter().map(far).collect()
}
