//! The fused network against the framework's stock operations, and its laws.
#![allow(clippy::unwrap_used, reason = "tests")]

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Gradients, Tensor, TensorData, activation};
use tercet_nn::{ConvNet, ConvNetConfig, Embedder};

fn config() -> ConvNetConfig {
    ConvNetConfig {
        widths: vec![6, 4],
        strides: vec![2, 1],
        kernel: 3,
        groups: 2,
        dim: 5,
        normalize: true,
    }
}

/// Numbers that look random.
fn wave(len: usize, step: f64) -> Vec<f32> {
    (0..len).map(|i| (i as f64 * step).sin() as f32).collect()
}

fn pictures(n: usize, size: usize, device: &Device) -> Tensor<4> {
    let data = TensorData::new(wave(n * size * size * 3, 0.7), [n, size, size, 3]);
    Tensor::from_data(data, device)
}

/// A network's parameters as tensors of their own.
struct Leaves {
    stages: Vec<(Tensor<2>, Tensor<1>, Tensor<1>)>,
    head: Tensor<2>,
    bias: Tensor<1>,
}

impl Leaves {
    fn new(network: &ConvNet, config: &ConvNetConfig, device: &Device) -> Self {
        let weights = tercet_nn::weights(network);
        let find = |name: String| {
            weights
                .iter()
                .find(|weight| weight.name == name)
                .unwrap()
                .clone()
        };
        let track = |name: String| {
            let weight = find(name);
            TensorData::new(weight.numbers, weight.size)
        };
        let matrix = |name: String| leaf(Tensor::<2>::from_data(track(name), device));
        let vector = |name: String| leaf(Tensor::<1>::from_data(track(name), device));
        let stage = |index: usize| {
            let name = |part: &str| format!("stages.{index}.{part}");
            (
                matrix(name("weight")),
                vector(name("scale")),
                vector(name("shift")),
            )
        };
        Self {
            stages: (0..config.widths.len()).map(stage).collect(),
            head: matrix("head.weight".into()),
            bias: vector("head.bias".into()),
        }
    }

    /// The network from stock operations, channels first.
    fn embed(&self, images: Tensor<4>, config: &ConvNetConfig) -> Tensor<2> {
        let mut images = images.permute([0, 3, 1, 2]);
        for ((weight, scale, shift), &stride) in self.stages.iter().zip(&config.strides) {
            let [patch, filters] = weight.dims();
            let kernel = weight
                .clone()
                .reshape([3, 3, patch / 9, filters])
                .permute([3, 2, 0, 1]);
            let options = ConvOptions::new([stride, stride], [1, 1], [1, 1], 1);
            images = conv2d(images, kernel, None, options);
            let [n, c, h, w] = images.dims();
            let grouped = images.reshape([n, config.groups, c / config.groups * h * w]);
            let centred = grouped.clone() - grouped.mean_dim(2);
            let variance = (centred.clone() * centred.clone()).mean_dim(2);
            let unit = (centred / (variance + 1e-5).sqrt()).reshape([n, c, h, w]);
            let line = |vector: &Tensor<1>| vector.clone().reshape([1, c, 1, 1]);
            images = activation::relu(unit * line(scale) + line(shift));
        }
        let [n, c, h, w] = images.dims();
        let features = images.reshape([n, c, h * w]).mean_dim(2).reshape([n, c]);
        let rows = features.matmul(self.head.clone()) + self.bias.clone().unsqueeze();
        rows.clone() / (rows.clone() * rows).sum_dim(1).sqrt()
    }

    /// Gradients in the order of [`tercet_nn::weights`].
    fn gradients(&self, gradients: &Gradients) -> Vec<Vec<f32>> {
        let mut all = Vec::new();
        for (weight, scale, shift) in &self.stages {
            all.push(numbers(weight.grad(gradients).unwrap()));
            all.push(numbers(scale.grad(gradients).unwrap()));
            all.push(numbers(shift.grad(gradients).unwrap()));
        }
        all.push(numbers(self.head.grad(gradients).unwrap()));
        all.push(numbers(self.bias.grad(gradients).unwrap()));
        all
    }
}

fn leaf<const D: usize>(tensor: Tensor<D>) -> Tensor<D> {
    if tensor.device().is_autodiff() {
        tensor.require_grad()
    } else {
        tensor
    }
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec::<f32>().unwrap()
}

fn assert_near(a: &[f32], b: &[f32], tolerance: f32) {
    assert_eq!(a.len(), b.len());
    let largest = a
        .iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max);
    assert!(largest <= tolerance, "largest difference {largest}");
}

#[test]
fn equals_stock_operations() {
    let device = Device::flex();
    let network = config().init(3, &device).unwrap();
    let leaves = Leaves::new(&network, &config(), &device);
    for size in [7, 8, 12] {
        let images = pictures(5, size, &device);
        let expected = leaves.embed(images.clone(), &config());
        // Both ways sum in f32 in their own order, which depends on the width of the processor's
        // registers too: 32 roundings of numbers of at most 1.
        let bound = 32.0 * f32::EPSILON;
        assert_near(&numbers(network.embed(images)), &numbers(expected), bound);
    }
}

#[test]
fn gradients_equal_those_of_stock_operations() {
    let device = Device::flex().autodiff();
    let mut config = config();
    for (n, size, kernel_groups) in [(4, 9, 2), (40, 16, 1), (3, 5, 2)] {
        config.groups = kernel_groups;
        let network = config.init(3, &device).unwrap();
        let leaves = Leaves::new(&network, &config, &device);
        let slope = Tensor::<2>::from_data(TensorData::new(wave(n * 5, 1.3), [n, 5]), &device);
        let images = pictures(n, size, &device);
        let ours = (network.embed(images.clone()) * slope.clone())
            .sum()
            .backward();
        let ours = GradientsParams::from_grads(ours, &network);
        let stock = (leaves.embed(images, &config) * slope).sum().backward();
        for ((name, ours), stock) in named(&network, &ours)
            .into_iter()
            .zip(leaves.gradients(&stock))
        {
            let largest = stock.iter().fold(0.0_f32, |m, v| m.max(v.abs()));
            assert!(largest > 0.0, "{name} has no gradient");
            assert_near(&ours, &stock, 2e-5 * largest);
        }
    }
}

/// Every parameter's gradient by name.
fn named(network: &ConvNet, gradients: &GradientsParams) -> Vec<(String, Vec<f32>)> {
    struct Names<'a>(&'a GradientsParams, Vec<Vec<f32>>);
    impl ModuleVisitor for Names<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.1.push(numbers(self.0.get::<D>(param.id).unwrap()));
        }
    }
    let mut names = Names(gradients, Vec::new());
    network.visit(&mut names);
    let weights = tercet_nn::weights(network);
    weights
        .into_iter()
        .map(|weight| weight.name)
        .zip(names.1)
        .collect()
}

#[test]
fn an_embedding_does_not_depend_on_its_batch() {
    let device = Device::flex();
    let network = config().init(3, &device).unwrap();
    let images = pictures(7, 8, &device);
    let together = numbers(network.embed(images.clone()));
    for picture in 0..7 {
        let alone = numbers(network.embed(images.clone().narrow(0, picture, 1)));
        assert_near(&alone, &together[picture * 5..(picture + 1) * 5], 1e-6);
    }
}

#[test]
fn a_black_zero_row_has_no_nan() {
    let device = Device::flex().autodiff();
    let network = config().init(3, &device).unwrap();
    let images = Tensor::<4>::zeros([2, 8, 8, 3], &device);
    let rows = network.embed(images);
    let gradients = rows.clone().sum().backward();
    let gradients = GradientsParams::from_grads(gradients, &network);
    assert!(numbers(rows).iter().all(|number| number.is_finite()));
    let all = named(&network, &gradients);
    assert!(
        all.iter()
            .all(|(_, gradient)| gradient.iter().all(|number| number.is_finite()))
    );
}

#[test]
fn initial_weights_are_a_function_of_seed_and_name() {
    let device = Device::flex();
    let small = tercet_nn::weights(&config().init(3, &device).unwrap());
    let mut longer = config();
    longer.widths.push(8);
    longer.strides.push(2);
    let large = tercet_nn::weights(&longer.init(3, &device).unwrap());
    assert_eq!(small[0], large[0]);
    let other = tercet_nn::weights(&config().init(4, &device).unwrap());
    assert_ne!(small[0], other[0]);
}

#[test]
fn same_bits_on_any_number_of_threads() {
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let device = Device::flex().autodiff();
            let network = ConvNetConfig::default().init(3, &device).unwrap();
            let rows = network.embed(pictures(70, 32, &device));
            let bits = numbers(rows.clone());
            let gradients = (rows.clone() * rows.sin()).sum().backward();
            let gradients = GradientsParams::from_grads(gradients, &network);
            (bits, named(&network, &gradients))
        })
    };
    let one = run(1);
    assert!(one == run(2) && one == run(5));
}
