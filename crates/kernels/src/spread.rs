//! Mean and quantiles of distances.

use serde::{Deserialize, Serialize};

use crate::Real;

/// How some distances are spread. All 0 if there are none.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Spread {
    /// How many distances there are.
    pub count: u64,
    /// Their mean, over all of them.
    pub mean: f64,
    /// 5 % are below this one.
    pub q05: f64,
    /// The median.
    pub q50: f64,
    /// 95 % are below this one.
    pub q95: f64,
}

impl Spread {
    /// The spread of `count` distances with this sum, its quantiles from a sample.
    ///
    /// A quantile `q` of `k` sorted numbers is read at place `q (k - 1)`, linearly between neighbours
    /// (numpy's default).
    pub(crate) fn new<T: Real>(count: u64, sum: f64, mut sample: Vec<T>) -> Self {
        if sample.is_empty() {
            return Self::default();
        }
        sample.sort_unstable_by(T::total_cmp);
        Self {
            count,
            mean: sum / count as f64,
            q05: quantile(&sample, 0.05),
            q50: quantile(&sample, 0.5),
            q95: quantile(&sample, 0.95),
        }
    }
}

fn quantile<T: Real>(sorted: &[T], part: f64) -> f64 {
    let place = part * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    let (low, high) = (sorted[below].to_f64(), sorted[above].to_f64());
    low + (high - low) * (place - below as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_quantiles_between_neighbours() {
        let spread = Spread::new(3, 6.0, vec![3.0, 1.0, 2.0]);
        assert_eq!((spread.count, spread.mean, spread.q50), (3, 2.0, 2.0));
        assert!((spread.q05 - 1.1).abs() < 1e-12 && (spread.q95 - 2.9).abs() < 1e-12);
        assert_eq!(Spread::new::<f32>(0, 0.0, vec![]), Spread::default());
    }
}
