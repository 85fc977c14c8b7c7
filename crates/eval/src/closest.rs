//! The nearest of all pairs: paraphrase mining.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use tercet_kernels::{Distance, Prepared, Rows};

use crate::Error;
use crate::tiles::check;
use crate::top::Top;

/// Rows and columns of a tile.
const SIDE: usize = 512;

/// Two rows that are near each other.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Close {
    /// The lower index.
    pub first: usize,
    /// The higher one.
    pub second: usize,
    /// How far they are.
    pub distance: f32,
}

/// The `k` nearest of all `n (n - 1) / 2` pairs of rows `(n, d)`, nearest first, ties to the lowest indices;
/// all pairs where there are fewer.
///
/// Exact: every distance is computed once, tile by tile, in `O(n^2 d)` time and
/// `O(n d + threads * (k + 512^2))` memory. sentence-transformers' `paraphrase_mining` looks at the 100 nearest of
/// each row instead, and so may miss pairs of a crowded neighbourhood.
///
/// # Errors
/// [`Error::Empty`], [`Error::NotFinite`] and [`Error::TooLong`] for the rows; [`Error::TooSmall`] for one row
/// alone, or where `k` is 0.
///
/// ```
/// use tercet_eval::closest_pairs;
/// use tercet_kernels::{Distance, Rows};
///
/// let data = [0.0, 5.0, 1.0, 6.5];
/// let rows = Rows::new(&data, 1).expect("four rows of one number");
/// let found = closest_pairs(rows, Distance::Euclidean, 2)?;
/// assert_eq!((found[0].first, found[0].second, found[0].distance), (0, 2, 1.0));
/// assert_eq!((found[1].first, found[1].second, found[1].distance), (1, 3, 1.5));
/// # Ok::<(), tercet_eval::Error>(())
/// ```
pub fn closest_pairs(
    rows: Rows<'_, f32>,
    distance: Distance,
    k: usize,
) -> Result<Vec<Close>, Error> {
    check("embeddings", &rows)?;
    for (what, wanted, given) in [("embeddings", 2, rows.len()), ("k", 1, k)] {
        if given < wanted {
            return Err(Error::TooSmall {
                what,
                wanted,
                given,
            });
        }
    }
    let prepared = Prepared::new(distance, rows).expect("no row is longer than the limit");
    let tops = tiles(rows.len()).into_par_iter().fold(
        || (Top::new(k), vec![0.0; SIDE * SIDE]),
        |(mut top, mut tile), (row, column)| {
            look(&prepared, (row, column), &mut tile, &mut top);
            (top, tile)
        },
    );
    let top = tops.map(|(top, _)| top).reduce(|| Top::new(k), Top::join);
    let close = |(distance, (first, second))| Close {
        first,
        second,
        distance,
    };
    Ok(top.sorted().into_iter().map(close).collect())
}

/// Where the tiles on and above the diagonal begin.
fn tiles(n: usize) -> Vec<(usize, usize)> {
    let starts = (0..n).step_by(SIDE);
    let above = |row: usize| (row..n).step_by(SIDE).map(move |column| (row, column));
    starts.flat_map(above).collect()
}

/// Shows the pairs of one tile.
fn look(
    rows: &Prepared<'_, f32>,
    (row, column): (usize, usize),
    tile: &mut [f32],
    top: &mut Top<(usize, usize)>,
) {
    let n = rows.len();
    let (down, across) = (row..n.min(row + SIDE), column..n.min(column + SIDE));
    let width = across.len();
    let tile = &mut tile[..down.len() * width];
    rows.distances(down.clone(), rows, across, tile);
    for (first, distances) in down.zip(tile.chunks_exact(width)) {
        let right = (first + 1).saturating_sub(column).min(width);
        let pairs = distances[right..].iter().zip(column + right..);
        pairs.for_each(|(&distance, second)| top.see((distance, (first, second))));
    }
}
