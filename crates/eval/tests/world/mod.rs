//! Labelled rows whose distances are exact in f32, so that ties are ties in any arithmetic.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(dead_code, reason = "each test binary uses some of it")]

use tercet_kernels::{Distance, Rows};

/// Rows `(n, dim)` with labels and groups.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) data: Vec<f32>,
    pub(crate) dim: usize,
    pub(crate) labels: Vec<i64>,
    pub(crate) groups: Vec<u32>,
}

/// A number that looks random.
pub(crate) fn mix(i: usize) -> usize {
    let mut x = (i as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (x ^ (x >> 31)) as usize >> 1
}

impl World {
    fn of(n: usize, dim: usize, classes: usize, number: impl Fn(usize) -> f32) -> Self {
        // The first items are one of each class; some labels differ in their high bits only.
        let label = |i: usize| {
            let class = if i < classes { i } else { mix(i + 7) % classes };
            ((class / 2) as i64) | ((class % 2) as i64) << 40
        };
        Self {
            data: (0..n * dim).map(number).collect(),
            dim,
            labels: (0..n).map(label).collect(),
            groups: (0..n).map(|i| (mix(i + 99) % 5) as u32).collect(),
        }
    }

    /// Rows of +1 and -1, `dim` a power of 4: their norm is a power of 2, so even the cosine is exact.
    pub(crate) fn signs(n: usize, dim: usize) -> Self {
        Self::of(n, dim, 13, |i| {
            if mix(i).is_multiple_of(2) { 1.0 } else { -1.0 }
        })
    }

    /// Rows of one repeated value: everything is tied.
    pub(crate) fn equal(n: usize) -> Self {
        Self::of(n, 4, 5, |_| 0.5)
    }

    /// The worlds that definitions are tried on: one tile and several, many ties and few.
    pub(crate) fn all() -> Vec<Self> {
        vec![Self::signs(40, 4), Self::signs(150, 64), Self::equal(30)]
    }

    /// Rows of multiples of 1/64 between -1 and 1.
    pub(crate) fn spread(n: usize, dim: usize) -> Self {
        Self::of(n, dim, 13, |i| (mix(i) % 129) as f32 / 64.0 - 1.0)
    }

    pub(crate) fn len(&self) -> usize {
        self.labels.len()
    }

    pub(crate) fn rows(&self) -> Rows<'_, f32> {
        Rows::new(&self.data, self.dim).unwrap()
    }

    /// How many classes there are.
    pub(crate) fn kinds(&self) -> usize {
        let labels: std::collections::BTreeSet<i64> = self.labels.iter().copied().collect();
        labels.len()
    }

    /// A distance by its definition in f64.
    pub(crate) fn d(&self, a: usize, b: usize, distance: Distance) -> f64 {
        let row = |i: usize| self.rows().row(i).iter().map(|&x| f64::from(x));
        let dot = |a: usize, b: usize| row(a).zip(row(b)).map(|(x, y)| x * y).sum::<f64>();
        let squared: f64 = row(a).zip(row(b)).map(|(x, y)| (x - y).powi(2)).sum();
        match distance {
            Distance::SquaredEuclidean => squared,
            Distance::Euclidean => squared.sqrt(),
            Distance::Cosine => 1.0 - dot(a, b) / (dot(a, a) * dot(b, b)).sqrt(),
            Distance::NegativeDot => -dot(a, b),
            other => panic!("no definition of {other:?} yet"),
        }
    }

    /// These items in another order: item `i` of the new world is `order[i]` of this one.
    pub(crate) fn permuted(&self, order: &[usize]) -> Self {
        let row = |&i: &usize| self.rows().row(i).to_vec();
        Self {
            data: order.iter().flat_map(row).collect(),
            dim: self.dim,
            labels: order.iter().map(|&i| self.labels[i]).collect(),
            groups: order.iter().map(|&i| self.groups[i]).collect(),
        }
    }
}

/// Equal but for the rounding of a mean.
pub(crate) fn close(given: f64, wanted: f64) {
    assert!(
        (given - wanted).abs() < 1e-12,
        "wanted {wanted}, given {given}"
    );
}
