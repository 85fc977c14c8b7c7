//! What a batch looks like: for logs, and for the collapse alarm.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::distance::Side;
use crate::labels::Related;
use crate::spread::Spread;
use crate::{Batch, Distance, Fill, Margin, Matrix, MatrixMut, Real, Row, Rows, Threads, product};

/// Anchors per tile of distances.
const TILE: usize = 64;
/// Up to this many distances of a kind, quantiles are exact.
const SAMPLE: u64 = 1 << 18;

/// What a batch looks like, whatever the loss.
///
/// Every triplet (a, p, n) of the batch is *hard* (`d_n <= d_p`), *semi-hard* (`d_p < d_n < d_p + m`) or
/// *easy* (`d_n >= d_p + m`). The soft margin has no upper bound, so nothing is easy under it.
///
/// Time `O(n m log m)` beside the distances, memory `O(m)` per thread.
///
/// ```
/// use tercet_kernels::{Batch, Distance, Geometry, Margin, Rows};
/// let rows = Rows::new(&[1.0, 0.0, 0.0, 1.0, -1.0, 0.0], 2)?;
/// let batch = Batch::within(rows, &[0, 0, 1])?;
/// let geometry = Geometry::of(&batch, Distance::SquaredEuclidean, Margin::hard(0.2)?);
/// // Anchor 0: d_p = 2, d_n = 4, easy; anchor 1: d_p = 2, d_n = 2, hard.
/// assert_eq!((geometry.valid, geometry.hard, geometry.easy), (2, 1, 1));
/// assert_eq!(geometry.positive.mean, 2.0);
/// assert!((geometry.mean_squared_distance - 8.0 / 3.0).abs() < 1e-6);
/// // Squared cosines sum to 3 (self) + 2 (rows 0 and 2, both orders): 9 / 5.
/// assert!((geometry.effective_rank - 1.8).abs() < 1e-6);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Geometry {
    /// Triplets in all.
    pub valid: u64,
    /// Triplets with `d_n <= d_p`.
    pub hard: u64,
    /// Triplets with `d_p < d_n < d_p + m`.
    pub semi_hard: u64,
    /// Triplets with `d_n >= d_p + m`.
    pub easy: u64,
    /// Anchors without any positive.
    #[serde(default)]
    pub without_positive: u64,
    /// Anchors without any negative.
    #[serde(default)]
    pub without_negative: u64,
    /// Distances of ordered positive pairs.
    pub positive: Spread,
    /// Distances of ordered negative pairs. Above 262,144 pairs of a kind, quantiles are those of a
    /// fixed sample, spread evenly; means and counts stay exact.
    pub negative: Spread,
    /// Mean of `|c_i - c_j|^2` over ordered pairs of different candidates.
    pub mean_squared_distance: f64,
    /// `(tr C)^2 / tr(C^2)` of the candidates' uncentred second moment `C` after L2 normalisation, which
    /// is `m^2 / sum_ij cos(i, j)^2`: 1 if all lie on one line through the origin, at most `min(m, d)`.
    /// Rows of zeros are left out; 0 if no other row is left.
    pub effective_rank: f64,
}

impl Geometry {
    /// Looks at a batch in the distance and with the margin of its loss, in the arithmetic of its rows.
    pub fn of<T: Real>(batch: &Batch<'_, T>, distance: Distance, margin: Margin) -> Self {
        let strides = Strides::new(batch);
        let candidates = Side::new(distance, batch.candidates());
        let anchors = Side::new(distance, batch.anchors());
        let starts: Vec<usize> = (0..batch.anchors().len()).step_by(TILE).collect();
        let tiles = starts.into_par_iter().map(|start| {
            let end = (start + TILE).min(batch.anchors().len());
            let mut distances = vec![T::ZERO; (end - start) * batch.candidates().len()];
            let tile = anchors.all().slice(start..end);
            distance.tile(&mut distances, tile, candidates.all());
            Part::of(batch, start..end, (distance, &distances), (margin, strides))
        });
        let parts: Vec<Part<T>> = tiles.collect();
        let mut whole = Part::default();
        parts.into_iter().for_each(|part| whole.add(part));
        Self {
            without_positive: strides.without_positive,
            without_negative: strides.without_negative,
            ..whole.finish(batch.candidates())
        }
    }
}

/// Every how many-th distance of a kind is sampled, and which anchors have none of a kind.
#[derive(Debug, Clone, Copy)]
struct Strides {
    positive: u64,
    negative: u64,
    without_positive: u64,
    without_negative: u64,
}

impl Strides {
    fn new<T: Real>(batch: &Batch<'_, T>) -> Self {
        let mut related = Related::default();
        let (mut positive, mut negative) = (0, 0);
        let (mut without_positive, mut without_negative) = (0, 0);
        for index in 0..batch.anchors().len() {
            batch.relate(index, false, &mut related);
            let positives = related.positives.len() as u64;
            let negatives = (batch.candidates().len() - related.rest.len()) as u64;
            positive += positives;
            negative += negatives;
            without_positive += u64::from(positives == 0);
            without_negative += u64::from(negatives == 0);
        }
        Self {
            positive: positive.div_ceil(SAMPLE),
            negative: negative.div_ceil(SAMPLE),
            without_positive,
            without_negative,
        }
    }
}

/// Distances of one kind: all in the sum, some in the sample.
#[derive(Debug, Default)]
struct Kind<T> {
    count: u64,
    sum: f64,
    sample: Vec<T>,
}

impl<T: Real> Kind<T> {
    fn push(&mut self, distance: T, pair: u64, stride: u64) {
        self.count += 1;
        self.sum += distance.to_f64();
        // Multiplying by 2^64 / golden ratio scatters neighbours, so that no column is preferred.
        if stride <= 1 || (pair.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32).is_multiple_of(stride) {
            self.sample.push(distance);
        }
    }

    fn add(&mut self, other: Self) {
        self.count += other.count;
        self.sum += other.sum;
        self.sample.extend(other.sample);
    }
}

/// What some anchors see.
#[derive(Debug, Default)]
struct Part<T> {
    valid: u64,
    hard: u64,
    easy: u64,
    positive: Kind<T>,
    negative: Kind<T>,
}

impl<T: Real> Part<T> {
    fn of(
        batch: &Batch<'_, T>,
        anchors: std::ops::Range<usize>,
        (distance, distances): (Distance, &[T]),
        (margin, strides): (Margin, Strides),
    ) -> Self {
        let mut part = Self::default();
        let (mut negatives, mut related) = (Vec::new(), Related::default());
        let m = batch.candidates().len();
        for (index, distances) in anchors.zip(distances.chunks_exact(m.max(1))) {
            batch.relate(index, false, &mut related);
            let row = batch.row(index, (distance, distances), &related, &[]);
            negatives.clear();
            negatives.extend(row.negatives().map(|other| distances[other]));
            negatives.sort_unstable_by(T::total_cmp);
            part.sample(&row, strides);
            part.count(&row, margin, &negatives);
        }
        part
    }

    fn sample(&mut self, row: &Row<'_, T>, strides: Strides) {
        let first = (row.anchor * row.distances.len()) as u64;
        for other in row.positives() {
            let pair = first + other as u64;
            self.positive
                .push(row.distances[other], pair, strides.positive);
        }
        for other in row.negatives() {
            let pair = first + other as u64;
            self.negative
                .push(row.distances[other], pair, strides.negative);
        }
    }

    /// Counts an anchor's triplets among its sorted negatives.
    fn count(&mut self, row: &Row<'_, T>, margin: Margin, negatives: &[T]) {
        let all = negatives.len();
        for positive in row.positives() {
            let near = row.distances[positive];
            let limit = margin.threshold(near);
            let hard = negatives.partition_point(|&distance| distance <= near);
            let below = negatives.partition_point(|&distance| distance < limit);
            self.valid += all as u64;
            self.hard += hard as u64;
            // With margin 0 a tie is hard and not below the limit.
            self.easy += (all - below.max(hard)) as u64;
        }
    }

    fn add(&mut self, other: Self) {
        self.valid += other.valid;
        self.hard += other.hard;
        self.easy += other.easy;
        self.positive.add(other.positive);
        self.negative.add(other.negative);
    }

    fn finish(self, candidates: Rows<'_, T>) -> Geometry {
        let spread = |kind: Kind<T>| Spread::new(kind.count, kind.sum, kind.sample);
        Geometry {
            valid: self.valid,
            hard: self.hard,
            semi_hard: self.valid - self.hard - self.easy,
            easy: self.easy,
            positive: spread(self.positive),
            negative: spread(self.negative),
            mean_squared_distance: mean_squared_distance(candidates),
            effective_rank: effective_rank(candidates),
            ..Geometry::default()
        }
    }
}

/// `2 / (m - 1)` times the sum of squared distances from the mean.
fn mean_squared_distance<T: Real>(rows: Rows<'_, T>) -> f64 {
    let count = rows.len();
    if count < 2 {
        return 0.0;
    }
    let mut mean = vec![0.0; rows.dim()];
    for index in 0..count {
        let each = mean.iter_mut().zip(rows.row(index));
        each.for_each(|(sum, &x)| *sum += x.to_f64() / count as f64);
    }
    let from_mean = |(&x, mean): (&T, &f64)| (x.to_f64() - mean).powi(2);
    let sum: f64 = (0..count)
        .flat_map(|index| rows.row(index).iter().zip(&mean))
        .map(from_mean)
        .sum();
    2.0 * sum / (count - 1) as f64
}

fn effective_rank<T: Real>(rows: Rows<'_, T>) -> f64 {
    let side = Side::new(Distance::Cosine, rows);
    let (unit, dim) = (side.all(), rows.dim());
    let mut moment = vec![T::ZERO; dim * dim];
    let unit = Matrix::new(unit.data, rows.len(), dim);
    let out = MatrixMut::new(&mut moment, dim, dim);
    product(out, Fill::Overwrite, unit.t(), unit, Threads::All);
    let trace: f64 = (0..dim).map(|k| moment[k * dim + k].to_f64()).sum();
    let square: f64 = moment.iter().map(|x| x.to_f64().powi(2)).sum();
    if square > 0.0 {
        trace * trace / square
    } else {
        0.0
    }
}
