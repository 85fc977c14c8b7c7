//! What a step asks of all gradients together: their norm, and whether all are finite.

use burn::backend::Flex;
use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use rayon::prelude::*;

use crate::ops::{on_cpu, wide::wide};
use crate::weights::ParameterPath;

/// Numbers that one thread sums at a time, a fixed number.
const BLOCK: usize = 1 << 14;

/// Lanes of a sum of squares.
const LANES: usize = 16;

/// The Euclidean norm of all gradients together, in f64, summed in the order of the parameters.
///
/// Not finite if a gradient is not: [`first_not_finite`] says which. See there for an example.
pub fn gradient_norm<M: Module>(network: &M, gradients: &GradientsParams) -> f64 {
    let sums = sums(network, gradients);
    sums.iter().map(|(_, sum)| sum).sum::<f64>().sqrt()
}

/// The name of the first parameter, in the order of [`weights`](fn@crate::weights), of whose gradient a number
/// is infinite or none at all; `None` where all are finite.
///
/// ```
/// use burn::optim::GradientsParams;
/// use burn::tensor::{Device, Tensor};
/// use tercet_nn::{Embedder, VectorNetworkConfig, first_not_finite, gradient_norm};
///
/// let device = Device::flex().autodiff();
/// let config = VectorNetworkConfig { input: 2, dim: 2, normalize: false, ..Default::default() };
/// let network = config.init(0, &device)?;
/// let gradients = |slope: f32| {
///     let rows = network.embed(Tensor::from_data([[3.0, 4.0]], &device));
///     GradientsParams::from_grads((rows * slope).sum().backward(), &network)
/// };
/// // Of y = W x + b the gradients are x for each of two outputs, and 1 for each bias.
/// let norm = gradient_norm(&network, &gradients(1.0));
/// assert!((norm - (2.0 * 25.0 + 2.0_f64).sqrt()).abs() < 1e-6);
/// assert_eq!(first_not_finite(&network, &gradients(1.0)), None);
/// let first = first_not_finite(&network, &gradients(f32::NAN));
/// assert_eq!(first.as_deref(), Some("layers.0.weight"));
/// # Ok::<(), tercet_nn::Error>(())
/// ```
pub fn first_not_finite<M: Module>(network: &M, gradients: &GradientsParams) -> Option<String> {
    // No square of a finite 32-bit number, and no sum of them, is beyond f64.
    let mut sums = sums(network, gradients).into_iter();
    sums.find(|(_, sum)| !sum.is_finite()).map(|(name, _)| name)
}

/// Of every parameter with a gradient, its name and the sum of the gradient's squares.
fn sums<M: Module>(network: &M, gradients: &GradientsParams) -> Vec<(String, f64)> {
    let mut squares = Squares {
        path: ParameterPath::default(),
        gradients,
        sums: Vec::new(),
    };
    network.visit(&mut squares);
    squares.sums
}

struct Squares<'a> {
    path: ParameterPath,
    gradients: &'a GradientsParams,
    sums: Vec<(String, f64)>,
}

impl ModuleVisitor for Squares<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let Some(gradient) = self.gradients.get::<D>(param.id) else {
            return;
        };
        self.sums.push((self.path.path(), sum_of_squares(gradient)));
    }

    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _: &str, container: &str) {
        self.path.exit(container);
    }
}

/// Without a copy on the CPU.
fn sum_of_squares<const D: usize>(gradient: Tensor<D>) -> f64 {
    let sum = |numbers: &[f32]| {
        let parts: Vec<f64> = numbers.par_chunks(BLOCK).map(squares).collect();
        parts.iter().sum::<f64>()
    };
    if on_cpu(&gradient.device()) {
        let gradient = gradient.try_into_primitive::<Flex>();
        let gradient = gradient.expect("on the CPU").to_contiguous();
        return sum(gradient.as_slice().expect("gradients are 32-bit floats"));
    }
    let data = gradient.into_data();
    sum(data.as_slice().expect("gradients are 32-bit floats"))
}

wide! {
    /// The sum of squares, in f64.
    fn squares<'w>(numbers: &'w [f32]) -> f64 {
        let mut lanes = [0.0; LANES];
        let (chunks, rest) = numbers.as_chunks::<LANES>();
        for chunk in chunks {
            for (lane, &number) in lanes.iter_mut().zip(chunk) {
                *lane += f64::from(number) * f64::from(number);
            }
        }
        let rest = rest.iter().map(|&number| f64::from(number) * f64::from(number));
        lanes.into_iter().chain(rest).sum()
    }
}

#[cfg(test)]
mod tests {
    use burn::module::ParamId;
    use burn::tensor::{Device, TensorData};

    use super::*;

    #[derive(Module, Debug)]
    struct Three {
        weight: Param<Tensor<2>>,
        frozen: Param<Tensor<1>>,
        bias: Param<Tensor<1>>,
    }

    fn three() -> Three {
        let device = Device::flex().autodiff();
        let vector = || Param::from_tensor(Tensor::zeros([70], &device).require_grad());
        Three {
            weight: Param::from_tensor(Tensor::zeros([300, 70], &device).require_grad()),
            frozen: vector(),
            bias: vector(),
        }
    }

    /// Gradients that look random; of `frozen` there is none.
    fn given(network: &Three) -> (GradientsParams, Vec<f32>) {
        let mut all = GradientsParams::new();
        let numbers: Vec<f32> = (0..300 * 70 + 70)
            .map(|i| (i as f32 * 0.37).sin())
            .collect();
        let (weight, bias) = numbers.split_at(300 * 70);
        set(&mut all, network.weight.id, weight, [300, 70]);
        set(&mut all, network.bias.id, bias, [70]);
        (all, numbers)
    }

    fn set<const D: usize>(
        all: &mut GradientsParams,
        id: ParamId,
        numbers: &[f32],
        size: [usize; D],
    ) {
        let data = TensorData::new(numbers.to_vec(), size);
        all.register::<D>(id, Tensor::from_data(data, &Device::flex()));
    }

    #[test]
    fn the_norm_is_over_all_parameters() {
        let network = three();
        let (gradients, numbers) = given(&network);
        let wanted = numbers.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>();
        let norm = gradient_norm(&network, &gradients);
        assert!((norm / wanted.sqrt() - 1.0).abs() < 1e-12, "{norm}");
        assert_eq!(first_not_finite(&network, &gradients), None);
    }

    #[test]
    fn any_number_that_is_not_finite_is_found_by_its_parameter() {
        let network = three();
        for wrong in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            for place in [0, 1, 17, 20_999, 21_000, 21_069] {
                let (mut gradients, mut numbers) = given(&network);
                numbers[place] = wrong;
                let (weight, bias) = numbers.split_at(300 * 70);
                set(&mut gradients, network.weight.id, weight, [300, 70]);
                set(&mut gradients, network.bias.id, bias, [70]);
                let wanted = if place < 21_000 { "weight" } else { "bias" };
                let found = first_not_finite(&network, &gradients);
                assert_eq!(found.as_deref(), Some(wanted), "{wrong} at {place}");
                assert!(!gradient_norm(&network, &gradients).is_finite());
            }
        }
    }

    #[test]
    fn the_largest_finite_numbers_are_finite() {
        let network = three();
        let (mut gradients, _) = given(&network);
        set(&mut gradients, network.bias.id, &[f32::MAX; 70], [70]);
        assert_eq!(first_not_finite(&network, &gradients), None);
    }
}
