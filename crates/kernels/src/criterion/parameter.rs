//! What a criterion learns itself.

use std::f64::consts::TAU;

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::{Error, Scalar};

/// Numbers that a criterion learns, with their values at the first step.
///
/// | name | shape | of | first values |
/// |---|---|---|---|
/// | `proxies` | `(classes k, d)` | proxy losses, `k` per class | random directions of length 1 |
/// | `log_scale` | `(1,)` | a learnt scale, as its logarithm, at most `ln 100` | that of the loss |
/// | `bias` | `(1,)` | the sigmoid loss | that of the loss |
/// | `beta` | `(1,)` | the margin loss | that of the loss |
///
/// A name begins with the place of its term: `0.proxies`. Row `c k + i` of proxies is the `i`-th of class `c`.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// The term's place and what it is: `0.log_scale`.
    pub name: String,
    /// Rows and numbers per row, or `[1]`.
    pub shape: Vec<usize>,
    /// The numbers, row after row.
    pub values: Vec<f32>,
    /// No number is to fall below it.
    pub least: Option<f32>,
    /// No number is to rise above it.
    pub most: Option<f32>,
    /// Whether weight decay is meant for it.
    pub decays: bool,
}

impl Parameter {
    /// One number.
    pub(super) fn scalar(name: String, scalar: Scalar) -> Self {
        Self {
            name,
            shape: vec![1],
            values: vec![scalar.value as f32],
            least: None,
            most: scalar.most.map(|most| most as f32),
            decays: false,
        }
    }

    /// Random directions of length 1, a pure function of (seed, name).
    pub(super) fn directions(name: String, (rows, dim): (usize, usize), seed: u64) -> Self {
        let key = xxh3_64_with_seed(name.as_bytes(), seed);
        let mut values = Vec::with_capacity(rows * dim);
        for row in 0..rows {
            values.extend(direction(key, row, dim));
        }
        Self {
            name,
            shape: vec![rows, dim],
            values,
            least: None,
            most: None,
            decays: true,
        }
    }

    /// Brings every number between [`least`](Self::least) and [`most`](Self::most): what the loop does after an update.
    ///
    /// ```
    /// use tercet_kernels::Criterion;
    /// let criterion: Criterion = serde_json::from_str(r#"{"kind": "info-nce", "learn": true}"#)?;
    /// let mut scale = criterion.parameters(8, None, 0)?.remove(0);
    /// scale.values[0] = 9.0;
    /// scale.clamp();
    /// assert!((scale.values[0].exp() - 100.0).abs() < 1e-3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn clamp(&mut self) {
        for value in &mut self.values {
            *value = value.max(self.least.unwrap_or(f32::NEG_INFINITY));
            *value = value.min(self.most.unwrap_or(f32::INFINITY));
        }
    }
}

/// A direction, uniform on the sphere: normal numbers over their length.
fn direction(key: u64, row: usize, dim: usize) -> impl Iterator<Item = f32> {
    let numbers: Vec<f64> = (0..dim).map(|column| normal(key, row, column)).collect();
    let length = numbers.iter().map(|x| x * x).sum::<f64>().sqrt();
    numbers.into_iter().map(move |x| (x / length) as f32)
}

/// A normal number by Box and Muller from two uniform ones in (0, 1).
fn normal(key: u64, row: usize, column: usize) -> f64 {
    let uniform = |which: u64| {
        let mut bytes = [0; 32];
        let words = [key, row as u64, column as u64, which];
        for (place, word) in bytes.chunks_exact_mut(8).zip(words) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        ((xxh3_64(&bytes) >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    };
    (-2.0 * uniform(0).ln()).sqrt() * (TAU * uniform(1)).cos()
}

/// The name of what term `index` learns.
pub(super) fn name(index: usize, what: &str) -> String {
    format!("{index}.{what}")
}

/// The place and the numbers of a parameter of that name, whose shape fits.
pub(super) fn find<'p>(
    parameters: &'p [Parameter],
    name: &str,
    wanted: &'static str,
    fits: impl Fn(&[usize]) -> bool,
) -> Result<(usize, &'p [f32]), Error> {
    let refused = |given: String| Error::Parameter {
        name: name.to_owned(),
        wanted,
        given,
    };
    let place = parameters
        .iter()
        .position(|parameter| parameter.name == name);
    let place = place.ok_or_else(|| refused("none of that name".to_owned()))?;
    let Parameter { shape, values, .. } = &parameters[place];
    if !fits(shape) || values.len() != shape.iter().product() {
        return Err(refused(format!("{shape:?} with {} numbers", values.len())));
    }
    if let Some(column) = values.iter().position(|x| !x.is_finite()) {
        return Err(Error::NotFinite {
            what: "parameters",
            row: place,
            column,
            given: values[column].into(),
        });
    }
    Ok((place, values))
}
