//! Initial weights as a pure function of (seed, parameter name).
//!
//! Neither the order in which layers are built nor the framework's process-wide generator has a
//! say, so adding a layer leaves the others as they were.

use burn::module::{Param, ParamId};
use burn::tensor::{Device, Tensor, TensorData};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// Where initial weights come from.
#[derive(Debug, Clone)]
pub(crate) struct Initial<'a> {
    pub(crate) seed: u64,
    pub(crate) device: &'a Device,
}

impl Initial<'_> {
    /// Uniform in `[-bound, bound)` with `bound = sqrt(6 / inputs)`: He et al. 2015 for a rectifier,
    /// variance `2 / inputs`.
    pub(crate) fn rectified<const D: usize>(
        &self,
        name: &str,
        size: [usize; D],
        inputs: usize,
    ) -> Param<Tensor<D>> {
        self.uniform(name, size, (6.0 / inputs as f64).sqrt())
    }

    /// Uniform in `[-bound, bound)` with `bound = sqrt(3 / inputs)`: variance `1 / inputs`.
    pub(crate) fn linear<const D: usize>(
        &self,
        name: &str,
        size: [usize; D],
        inputs: usize,
    ) -> Param<Tensor<D>> {
        self.uniform(name, size, (3.0 / inputs as f64).sqrt())
    }

    /// The same number everywhere.
    pub(crate) fn constant<const D: usize>(
        &self,
        name: &str,
        size: [usize; D],
        value: f32,
    ) -> Param<Tensor<D>> {
        let numbers = vec![value; size.iter().product()];
        self.parameter(name, size, numbers)
    }

    fn uniform<const D: usize>(&self, name: &str, size: [usize; D], bound: f64) -> Param<Tensor<D>> {
        let key = xxh3_64_with_seed(name.as_bytes(), self.seed);
        let mut stream = Xoshiro256PlusPlus::seed_from_u64(key);
        let numbers = (0..size.iter().product())
            .map(|_| ((stream.random::<f64>() * 2.0 - 1.0) * bound) as f32)
            .collect();
        self.parameter(name, size, numbers)
    }

    /// A parameter whose identity is its name, so that optimiser state finds it in any process.
    fn parameter<const D: usize>(
        &self,
        name: &str,
        size: [usize; D],
        numbers: Vec<f32>,
    ) -> Param<Tensor<D>> {
        let value = Tensor::from_data(TensorData::new(numbers, size), self.device);
        let value = if self.device.is_autodiff() { value.require_grad() } else { value };
        Param::initialized(ParamId::from(xxh3_64(name.as_bytes())), value)
    }
}
