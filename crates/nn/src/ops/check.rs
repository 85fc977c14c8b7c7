//! What the tests of the operations share: values and gradients beside those of stock operations.

use burn::tensor::{Device, Tensor, TensorData};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// A function of matrices; rows of one number each stand for vectors.
pub(crate) type Function<'a> = &'a (dyn Fn(&[Tensor<2>]) -> Tensor<2> + Sync);

/// Numbers in `[-1, 1)`.
pub(crate) fn random(seed: u64, count: usize) -> Vec<f32> {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(seed);
    (0..count)
        .map(|_| generator.random_range(-1.0..1.0))
        .collect()
}

/// Numbers that look random.
pub(crate) fn wave(count: usize, step: f64) -> Vec<f32> {
    let numbers = (0..count).map(|place| (place as f64 * step).sin() as f32);
    numbers.collect()
}

/// A row as a vector.
pub(crate) fn flat(row: &Tensor<2>) -> Tensor<1> {
    row.clone().flatten(0, 1)
}

/// The value of a function and its gradients under a fixed random slope.
pub(crate) fn run(function: Function<'_>, inputs: &[(Vec<f32>, [usize; 2])]) -> Vec<Vec<f32>> {
    let device = Device::flex().autodiff();
    let inputs: Vec<Tensor<2>> = inputs
        .iter()
        .map(|(numbers, size)| {
            let data = TensorData::new(numbers.clone(), *size);
            Tensor::from_data(data, &device).require_grad()
        })
        .collect();
    let value = function(&inputs);
    let size = value.dims();
    let slope = TensorData::new(random(7, size[0] * size[1]), size);
    let slope = Tensor::<2>::from_data(slope, &device);
    let gradients = (value.clone() * slope).sum().backward();
    let numbers = |tensor: Tensor<2>| {
        let data = tensor.into_data();
        data.try_into_vec::<f32>().expect("32-bit floats")
    };
    let gradients = inputs.iter().map(|input| {
        let gradient = input.grad(&gradients);
        gradient.map_or_else(Vec::new, &numbers)
    });
    std::iter::once(numbers(value.clone()))
        .chain(gradients)
        .collect()
}

/// Asserts that both functions have the same value and gradients up to rounding, that the first has the
/// same bits on any number of threads, and the same value without a graph.
pub(crate) fn agree(fast: Function<'_>, plain: Function<'_>, sizes: &[[usize; 2]]) {
    let numbers = |(seed, &size): (u64, &[usize; 2])| (random(seed, size[0] * size[1]), size);
    let inputs: Vec<_> = (1..).zip(sizes).map(numbers).collect();
    let (given, wanted) = (run(fast, &inputs), run(plain, &inputs));
    for (place, (given, wanted)) in given.iter().zip(&wanted).enumerate() {
        assert_eq!(given.len(), wanted.len(), "part {place}");
        let largest = wanted.iter().fold(0.0, |most, x: &f32| x.abs().max(most));
        for (given, wanted) in given.iter().zip(wanted) {
            let apart = (given - wanted).abs();
            assert!(
                apart <= 1e-5 * largest.max(1e-3),
                "part {place}: {given}, {wanted}"
            );
        }
    }
    for threads in [1, 2, 3, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let again = pool.expect("a pool").install(|| run(fast, &inputs));
        assert!(again == given, "other bits on {threads} threads");
    }
    let device = Device::flex();
    let inputs: Vec<_> = inputs
        .into_iter()
        .map(|(numbers, size)| Tensor::from_data(TensorData::new(numbers, size), &device))
        .collect();
    let value = fast(&inputs).into_data().try_into_vec::<f32>();
    assert!(value.expect("32-bit floats") == given[0], "without a graph");
}
