//! Distances by tiles: all candidates of a few queries at a time.

use rayon::prelude::*;
use tercet_kernels::{Distance, Prepared, Rows};

use crate::Error;

/// Queries per tile. A tile is the unit of work of one thread and holds `TILE * m` distances.
const TILE: usize = 64;

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
    let given: f64 = values.iter().map(|&value| f64::from(value).powi(2)).sum();
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
/// answers in the order of the queries. Both sides have gone through [`check`].
///
/// The tiles are the same on any number of threads, and so are the bits of the answers. Needs
/// `O(threads * TILE * m)` numbers beside the answers and, for the cosine, a copy of the rows.
pub(crate) fn look<R: Send>(
    queries: Rows<'_, f32>,
    candidates: Rows<'_, f32>,
    distance: Distance,
    answer: impl Fn(usize, &[f32]) -> R + Sync,
) -> Vec<R> {
    let (n, m) = (queries.len(), candidates.len());
    let prepare = |rows| Prepared::new(distance, rows).expect("no row is longer than the limit");
    let (queries, candidates) = (prepare(queries), prepare(candidates));
    let starts: Vec<usize> = (0..n).step_by(TILE).collect();
    let tiles = starts.into_par_iter().map_init(
        || vec![0.0; TILE.min(n) * m],
        |tile, start| {
            let rows = start..n.min(start + TILE);
            let tile = &mut tile[..rows.len() * m];
            queries.distances(rows.clone(), &candidates, 0..m, tile);
            let seen = tile.chunks_exact(m).zip(rows);
            let answers: Vec<R> = seen.map(|(row, query)| answer(query, row)).collect();
            answers
        },
    );
    tiles.flatten_iter().collect()
}

/// Candidates per block, where not all are looked at at once.
const BLOCK: usize = 4096;

/// As [`look`], but a block of candidates at a time: `see(answer, i, first, distances)` is told the distances
/// of query `i` to the candidates from `first` on, block by block in ascending order.
///
/// Needs `O(threads * TILE * BLOCK)` numbers beside the answers, however many candidates there are.
pub(crate) fn look_by_blocks<R: Send>(
    queries: Rows<'_, f32>,
    candidates: Rows<'_, f32>,
    distance: Distance,
    answer: impl Fn() -> R + Sync,
    see: impl Fn(&mut R, usize, usize, &[f32]) + Sync,
) -> Vec<R> {
    let (n, m) = (queries.len(), candidates.len());
    let prepare = |rows| Prepared::new(distance, rows).expect("no row is longer than the limit");
    let (queries, candidates) = (prepare(queries), prepare(candidates));
    let starts: Vec<usize> = (0..n).step_by(TILE).collect();
    let tiles = starts.into_par_iter().map_init(
        || vec![0.0; TILE.min(n) * BLOCK.min(m)],
        |tile, start| {
            let rows = start..n.min(start + TILE);
            let mut answers: Vec<R> = rows.clone().map(|_| answer()).collect();
            for first in (0..m).step_by(BLOCK) {
                let columns = first..m.min(first + BLOCK);
                let tile = &mut tile[..rows.len() * columns.len()];
                queries.distances(rows.clone(), &candidates, columns.clone(), tile);
                let seen = tile.chunks_exact(columns.len()).zip(rows.clone());
                for ((distances, query), answer) in seen.zip(&mut answers) {
                    see(answer, query, first, distances);
                }
            }
            answers
        },
    );
    tiles.flatten_iter().collect()
}
