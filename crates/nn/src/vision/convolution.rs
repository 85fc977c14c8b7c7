//! Convolutions with batch normalisation that stays as it is.

use burn::module::{Module, Param};
use burn::tensor::ops::{ConvOptions, PadMode};
use burn::tensor::{Tensor, module};

use crate::layers::Names;

/// Filters of a convolution; the normalisation after it has the bias.
#[derive(Module, Debug)]
pub(super) struct Filters {
    /// `(filters, channels / groups, kernel, kernel)`.
    weight: Param<Tensor<4>>,
}

/// Batch normalisation with the statistics of the files (Ioffe and Szegedy 2015, arXiv:1502.03167).
#[derive(Module, Debug)]
pub(super) struct BatchNorm {
    /// `(filters)`, as all.
    weight: Param<Tensor<1>>,
    bias: Param<Tensor<1>>,
    running_mean: Param<Tensor<1>>,
    running_var: Param<Tensor<1>>,
    #[module(skip)]
    epsilon: f64,
}

/// What a convolution's tensors do not say.
#[derive(Debug, Clone, Copy)]
pub(super) struct ConvolutionStep {
    pub(super) stride: usize,
    pub(super) padding: usize,
    pub(super) groups: usize,
}

impl Filters {
    pub(super) fn new(names: &Names<'_>, size: [usize; 4]) -> Self {
        Self {
            weight: names.zeros("weight", size),
        }
    }

    /// Side of the kernel.
    fn kernel(&self) -> usize {
        self.weight.dims()[2]
    }

    /// Convolution that keeps the size but for the stride, and normalisation:
    /// `(n, channels, h, w)` to `(n, filters, h', w')`.
    pub(super) fn forward(&self, x: Tensor<4>, norm: &BatchNorm, stride: usize) -> Tensor<4> {
        let step = ConvolutionStep {
            stride,
            padding: self.kernel() / 2,
            groups: 1,
        };
        self.step(x, norm, step)
    }

    /// As [`Self::forward`], padded as TensorFlow does: of an odd number of pixels more stand below and right.
    pub(super) fn same(&self, x: Tensor<4>, norm: &BatchNorm, stride: usize) -> Tensor<4> {
        self.padded(x, norm, [stride, 1])
    }

    /// As [`Self::same`], one filter for each channel.
    pub(super) fn each(&self, x: Tensor<4>, norm: &BatchNorm, stride: usize) -> Tensor<4> {
        let groups = x.dims()[1];
        self.padded(x, norm, [stride, groups])
    }

    fn padded(&self, x: Tensor<4>, norm: &BatchNorm, [stride, groups]: [usize; 2]) -> Tensor<4> {
        let [_, _, height, width] = x.dims();
        let sides = [height, width].map(|size| {
            let reach = (size.div_ceil(stride) - 1) * stride + self.kernel();
            let more = reach.saturating_sub(size);
            (more / 2, more - more / 2)
        });
        let same = sides.iter().all(|side| *side == (sides[0].0, sides[0].0));
        let (x, padding) = if same {
            (x, sides[0].0)
        } else {
            (x.pad(sides, PadMode::Constant(0.0)), 0)
        };
        let step = ConvolutionStep {
            stride,
            padding,
            groups,
        };
        self.step(x, norm, step)
    }

    /// `norm(convolution(x))` in one convolution: as the statistics stay, the normalisation is a factor
    /// `g = weight / sqrt(running_var + epsilon)` of every filter and a bias `bias - g running_mean`.
    pub(super) fn step(&self, x: Tensor<4>, norm: &BatchNorm, step: ConvolutionStep) -> Tensor<4> {
        let (factor, bias) = norm.line();
        let filters = factor.dims()[0];
        let weight = self.weight.val() * factor.reshape([filters, 1, 1, 1]);
        let ConvolutionStep {
            stride,
            padding,
            groups,
        } = step;
        let options = ConvOptions::new([stride; 2], [padding; 2], [1; 2], groups);
        module::conv2d(x, weight, Some(bias), options)
    }
}

impl BatchNorm {
    pub(super) fn new(names: &Names<'_>, filters: usize, epsilon: f64) -> Self {
        let statistics = |part| names.zeros(part, [filters]).set_require_grad(false);
        Self {
            weight: names.zeros("weight", [filters]),
            bias: names.zeros("bias", [filters]),
            running_mean: statistics("running_mean"),
            running_var: statistics("running_var"),
            epsilon,
        }
    }

    /// Factor and bias per filter.
    fn line(&self) -> (Tensor<1>, Tensor<1>) {
        let [mean, variance] =
            [&self.running_mean, &self.running_var].map(|part| part.val().detach());
        let factor = self.weight.val() / (variance + self.epsilon).sqrt();
        (factor.clone(), self.bias.val() - factor * mean)
    }
}

/// The mean over pixels: `(n, channels, h, w)` to `(n, channels)`.
pub(super) fn mean(x: Tensor<4>) -> Tensor<2> {
    let [n, channels, height, width] = x.dims();
    let x = x.reshape([n, channels, height * width]);
    x.mean_dim(2).reshape([n, channels])
}
