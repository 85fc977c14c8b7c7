//! Distances by tiles: all candidates of a few queries at a time.

use rayon::prelude::*;
use tercet_kernels::{Distance, Fill, Matrix, MatrixMut, Rows, Threads, product};

use crate::Error;
use crate::prepared::{Prepared, squared};

/// Queries per tile. A tile is the unit of work of one thread and holds `TILE * m` distances.
const TILE: usize = 64;

/// Candidates per product: every product is `(TILE, d) (d, STRIP)`, see [`Prepared`].
const STRIP: usize = 128;

/// Below this part of `|a|^2 + |b|^2` the Gram form `|a|^2 + |b|^2 - 2 a.b` has lost 8 of its 24 bits
/// and is left for the differences. So equal rows are at distance 0.
const NEAR: f32 = 1.0 / 256.0;

/// No squared length may exceed this, or `|a - b|^2 <= 2 (|a|^2 + |b|^2)` could overflow.
const LIMIT: f64 = f32::MAX as f64 / 8.0;

/// Rows can be compared: there are some, and all their distances are finite.
pub(crate) fn check(what: &'static str, rows: &Rows<'_, f32>) -> Result<(), Error> {
    if rows.is_empty() {
        return Err(Error::Empty { what });
    }
    (0..rows.len()).try_for_each(|row| check_row(what, row, rows.row(row)))
}

fn check_row(what: &'static str, row: usize, values: &[f32]) -> Result<(), Error> {
    let given = squared(values);
    if !given.is_finite() {
        return Err(Error::NotFinite { what, row });
    }
    if given > LIMIT {
        return Err(Error::TooLong {
            what,
            row,
            limit: LIMIT,
            given,
        });
    }
    Ok(())
}

/// `answer(i, distances)` for every query `i`, where `distances[j]` is that to candidate `j`; the
/// answers in the order of the queries.
///
/// The tiles are the same on any number of threads, and so are the bits of the answers. Needs
/// `O(threads * TILE * m)` numbers beside the answers and a copy of the rows.
pub(crate) fn look<R: Send>(
    queries: Rows<'_, f32>,
    candidates: Rows<'_, f32>,
    distance: Distance,
    answer: impl Fn(usize, &[f32]) -> R + Sync,
) -> Vec<R> {
    let pair = Pair {
        queries: Prepared::new(queries, distance, TILE),
        candidates: Prepared::new(candidates, distance, STRIP),
        distance,
    };
    let (n, m) = (queries.len(), candidates.len());
    let starts: Vec<usize> = (0..n).step_by(TILE).collect();
    let tiles = starts.into_par_iter().map_init(
        || (vec![0.0; TILE * STRIP], vec![0.0; TILE * m]),
        |(dots, tile), start| {
            let rows = TILE.min(n - start);
            pair.fill(start, dots, &mut tile[..rows * m]);
            let seen = tile.chunks_exact(m).take(rows).zip(start..);
            let answers: Vec<R> = seen.map(|(row, query)| answer(query, row)).collect();
            answers
        },
    );
    tiles.flatten_iter().collect()
}

/// The two sides of a comparison.
struct Pair {
    queries: Prepared,
    candidates: Prepared,
    distance: Distance,
}

impl Pair {
    /// The distances `(rows, m)` of the queries from `start` on; `dots` is scratch.
    fn fill(&self, start: usize, dots: &mut [f32], out: &mut [f32]) {
        let m = self.candidates.len();
        let dim = self.queries.dim();
        let left = Matrix::new(self.queries.block(start, TILE), TILE, dim);
        for first in (0..m).step_by(STRIP) {
            let right = Matrix::new(self.candidates.block(first, STRIP), STRIP, dim);
            let tile = MatrixMut::new(dots, TILE, STRIP);
            product(tile, Fill::Overwrite, left, right.t(), Threads::One);
            let lines = out.chunks_exact_mut(m).zip(dots.chunks_exact(STRIP));
            for ((line, dots), query) in lines.zip(start..) {
                for (j, (place, &dot)) in (first..).zip(line[first..].iter_mut().zip(dots)) {
                    *place = self.distance(query, j, dot);
                }
            }
        }
    }

    /// A distance from the dot product of the prepared rows.
    fn distance(&self, query: usize, candidate: usize, dot: f32) -> f32 {
        match self.distance {
            Distance::SquaredEuclidean => self.squared(query, candidate, dot),
            Distance::Euclidean => self.squared(query, candidate, dot).sqrt(),
            Distance::Cosine if 1.0 - dot < NEAR => 0.5 * self.differences(query, candidate),
            Distance::Cosine => 1.0 - dot,
            Distance::NegativeDot => -dot,
            // A distance that is newer than this match: slower, by its definition.
            other => other.between(self.queries.row(query), self.candidates.row(candidate)),
        }
    }

    fn squared(&self, query: usize, candidate: usize, dot: f32) -> f32 {
        let lengths = self.queries.length(query) + self.candidates.length(candidate);
        let gram = lengths - 2.0 * dot;
        if gram < NEAR * lengths {
            return self.differences(query, candidate);
        }
        gram
    }

    /// `|a - b|^2` of the prepared rows, term by term.
    fn differences(&self, query: usize, candidate: usize) -> f32 {
        Distance::SquaredEuclidean.between(self.queries.row(query), self.candidates.row(candidate))
    }
}
