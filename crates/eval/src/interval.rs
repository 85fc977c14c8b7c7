//! How sure a mean is.

use serde::{Deserialize, Serialize};

/// A 95 % confidence interval, `low <= high`: of a proportion both in `[0, 1]`, of a correlation in `[-1, 1]`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    /// `mean +- 1.96 * sigma / sqrt(n)`, cut to `[0, 1]`: the normal approximation for `n`
    /// independent values, `sigma` their standard deviation with `n - 1` in the denominator. One
    /// value alone says nothing about its spread and gives an interval of length 0.
    pub(crate) fn of_mean(values: &[f64]) -> Self {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let sigma = (squares / (n - 1.0).max(1.0)).sqrt();
        let half = 1.96 * sigma / n.sqrt();
        Self {
            low: (mean - half).max(0.0),
            high: (mean + half).min(1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Interval;

    #[test]
    fn of_four_values_by_hand() {
        // mean 0.5, sigma^2 = 4 * 0.01 / 3, half = 1.96 * sqrt(0.04 / 3) / 2 = 0.98 * 0.11547...
        let interval = Interval::of_mean(&[0.4, 0.6, 0.4, 0.6]);
        assert!((interval.low - (0.5 - 0.113_160_652_761_166_7)).abs() < 1e-12);
        assert!((interval.high - (0.5 + 0.113_160_652_761_166_7)).abs() < 1e-12);
    }

    #[test]
    fn stays_within_proportions() {
        let interval = Interval::of_mean(&[0.0, 0.0, 0.0, 1.0]);
        assert_eq!(interval.low, 0.0);
        let alone = Interval::of_mean(&[0.25]);
        assert_eq!((alone.low, alone.high), (0.25, 0.25));
    }
}
