//! Counts of a row into weights, in the place of its distances.

use super::sums::Sums;
use crate::simd::{LANES, wide};
use crate::{Distance, Real};

wide! {
    /// One row's weights `c w(d)`, with `w` that of a slope of -1, also added to `columns`.
    pub(crate) fn weigh<'w, T>(
        distance: Distance,
        weights: &'w mut [T],
        counts: &'w [u16],
        columns: &'w mut [f64],
    ) -> Sums {
        match distance {
            Distance::SquaredEuclidean => weigh_by(weights, counts, columns, |count, _| count + count),
            Distance::Euclidean => weigh_by(weights, counts, columns, |count, distance| {
                let weight = count / distance;
                if distance > T::ZERO { weight } else { T::ZERO }
            }),
            Distance::Cosine => weigh_by(weights, counts, columns, |count, distance| {
                if distance == T::ZERO { T::ZERO } else { count }
            }),
            Distance::NegativeDot => weigh_by(weights, counts, columns, |count, _| count),
        }
    }
}

#[inline(always)]
fn weigh_by<T: Real>(
    weights: &mut [T],
    counts: &[u16],
    columns: &mut [f64],
    of: impl Fn(T, T) -> T,
) -> Sums {
    let (mut costs, mut sums) = ([0.0; LANES], [0.0; LANES]);
    for (start, weights) in weights.chunks_mut(LANES).enumerate() {
        let here = start * LANES..start * LANES + weights.len();
        let each = weights.iter_mut().zip(&counts[here.clone()]);
        for (lane, (weight, &count)) in each.enumerate() {
            let (distance, count) = (*weight, f32::from(count));
            costs[lane] += f64::from(count) * distance.to_f64();
            *weight = of(T::from_f32(count), distance);
            sums[lane] += weight.to_f64();
        }
        let each = columns[here].iter_mut().zip(weights);
        each.for_each(|(sum, weight)| *sum += weight.to_f64());
    }
    Sums {
        cost: costs.iter().sum(),
        weight: sums.iter().sum(),
    }
}

/// Weights one row of `f32`, by the fastest way that the processor has.
pub(crate) fn weigh_f32(
    distance: Distance,
    weights: &mut [f32],
    counts: &[u16],
    columns: &mut [f64],
) -> Sums {
    #[cfg(target_arch = "x86_64")]
    if let Some(sums) = super::avx512::weigh(distance, weights, counts, columns) {
        return sums;
    }
    weigh(distance, weights, counts, columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fast_is_plain() {
        for len in [0, 1, 15, 16, 17, 100, 257] {
            let distances: Vec<f32> = (0..len).map(|k| (k % 7) as f32 / 4.0).collect();
            let counts: Vec<u16> = (0..len).map(|k| (k * k % 40) as u16).collect();
            for &distance in Distance::ALL {
                let (mut fast, mut plain) = (distances.clone(), distances.clone());
                let mut columns = [vec![1.0; len], vec![1.0; len]];
                let given = weigh_f32(distance, &mut fast, &counts, &mut columns[0]);
                let wanted = weigh(distance, &mut plain, &counts, &mut columns[1]);
                assert_eq!(
                    (&fast, &columns[0]),
                    (&plain, &columns[1]),
                    "{distance} {len}"
                );
                assert!((given.cost - wanted.cost).abs() < 1e-9);
                assert!((given.weight - wanted.weight).abs() < 1e-9);
            }
        }
    }
}
