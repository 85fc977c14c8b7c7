//! The Gaussian error linear unit.

use burn::backend::flex::FlexTensor;
use burn::tensor::Tensor;
use rayon::prelude::*;

use super::device::on_cpu;
use super::normal::tail;
use super::operation::{Kept, Operation, Saved, apply, floats, matrix, owned, sizes};
use super::stock;
use super::wide::wide;

/// Numbers worked on at a time.
const BLOCK: usize = 1 << 15;

/// `y = x Phi(x)` of every number, `Phi` the normal distribution (Hendrycks and Gimpel 2016,
/// arXiv:1606.08415), in its exact form.
///
/// Within 1e-6 of `y` itself; of negative infinity it is 0.
pub(crate) fn gelu(x: Tensor<2>) -> Tensor<2> {
    if !on_cpu(&x.device()) {
        return stock::gelu(x);
    }
    apply(Gelu, vec![x.into_dispatch()])
}

#[derive(Debug)]
struct Gelu;

impl Operation for Gelu {
    fn forward(&self, inputs: &[FlexTensor], _: bool) -> (FlexTensor, Kept) {
        let x = floats(&inputs[0]);
        let mut y = vec![0.0; x.len()];
        y.par_chunks_mut(BLOCK)
            .zip(x.par_chunks(BLOCK))
            .for_each(|(y, x)| forward(x, y));
        (matrix(y, sizes(&inputs[0]).1), Vec::new())
    }

    fn backward(&self, saved: Saved, slope: FlexTensor, _: &[bool]) -> Vec<Option<FlexTensor>> {
        let x = floats(&saved.inputs[0]);
        let mut slope = owned(slope);
        slope
            .par_chunks_mut(BLOCK)
            .zip(x.par_chunks(BLOCK))
            .for_each(|(slope, x)| slopes(x, slope));
        vec![Some(matrix(slope, sizes(&saved.inputs[0]).1))]
    }
}

/// The value and the slope at one place.
#[inline(always)]
fn at(x: f32) -> (f32, f32) {
    let (a, beyond, density) = tail(x);
    if x > 0.0 {
        (x * (1.0 - beyond), (1.0 - beyond) + a * density)
    } else {
        (-a * beyond, beyond - a * density)
    }
}

wide! {
    /// The values.
    pub(crate) fn forward<'w>(x: &'w [f32], y: &'w mut [f32]) -> () {
        for (y, &x) in y.iter_mut().zip(x) {
            *y = at(x).0;
        }
    }
}

wide! {
    /// Turns slopes of the values into slopes of `x`.
    fn slopes<'w>(x: &'w [f32], slope: &'w mut [f32]) -> () {
        for (slope, &x) in slope.iter_mut().zip(x) {
            *slope *= at(x).1;
        }
    }
}

wide! {
    /// Replaces `x` by the values and slopes of the values by slopes of `x`.
    pub(crate) fn both<'w>(x: &'w mut [f32], slope: &'w mut [f32]) -> () {
        for (x, slope) in x.iter_mut().zip(slope) {
            let (value, factor) = at(*x);
            *x = value;
            *slope *= factor;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::agree;
    use super::*;

    #[test]
    fn gelu_agrees_with_the_framework() {
        for size in [[1, 1], [3, 50], [40, 1000]] {
            let scaled = |x: &Tensor<2>| x.clone() * 4.0;
            agree(
                &|t| gelu(scaled(&t[0])),
                &|t| stock::gelu(scaled(&t[0])),
                &[size],
            );
        }
    }

    /// `e^(z^2) erfc(z)` of `z >= 1` by its continued fraction, from the far end.
    fn scaled_complement(z: f64) -> f64 {
        let fraction = (1..400)
            .rev()
            .fold(z, |rest, n| z + f64::from(n) * 0.5 / rest);
        1.0 / (fraction * std::f64::consts::PI.sqrt())
    }

    #[test]
    fn negative_values_keep_their_digits() {
        for step in 1500..13_000 {
            let x = -step as f32 / 1000.0;
            let z = -f64::from(x) / std::f64::consts::SQRT_2;
            let beyond = 0.5 * (-z * z).exp() * scaled_complement(z);
            let wanted = f64::from(x) * beyond;
            let given = f64::from(at(x).0);
            assert!(
                (given - wanted).abs() <= 1e-6 * wanted.abs(),
                "{x}: {given}, {wanted}"
            );
            let density = (-z * z).exp() / std::f64::consts::TAU.sqrt();
            let (given, wanted) = (f64::from(at(x).1), beyond + f64::from(x) * density);
            assert!((given - wanted).abs() <= 2e-6 * density * -f64::from(x));
        }
    }

    #[test]
    fn the_whole_range_is_finite() {
        for x in [
            0.0,
            -0.0,
            1e-30,
            -1e-30,
            14.0,
            -14.0,
            -1e4,
            f32::MIN,
            f32::MAX,
        ] {
            let (value, slope) = at(x);
            assert!((value - x.max(0.0)).abs() <= 1e-30, "value at {x}: {value}");
            let wanted = if x > 1.0 {
                1.0
            } else {
                0.5 - 0.5 * f32::from(u8::from(x < -1.0))
            };
            assert!((slope - wanted).abs() <= 1e-7, "slope at {x}: {slope}");
        }
        assert_eq!(at(f32::INFINITY), (f32::INFINITY, 1.0));
        assert_eq!(at(f32::NEG_INFINITY), (0.0, 0.0));
        assert!(at(f32::NAN).0.is_nan() && at(f32::NAN).1.is_nan());
    }
}
