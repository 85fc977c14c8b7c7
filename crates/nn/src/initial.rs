//! Initial weights as a pure function of (seed, parameter name).
//!
//! Neither the order in which layers are built nor the framework's process-wide generator has a
//! say, so adding a layer leaves the others as they were.

use burn::module::{Param, ParamId};
use burn::tensor::{Device, Tensor, TensorData};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// The variance of initial weights: `gain / inputs`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Spread {
    /// Gain 2, for a rectifier, which takes half away (He et al. 2015, arXiv:1502.01852).
    Rectified,
    /// Gain 1.
    Linear,
}

impl Spread {
    fn gain(self) -> f64 {
        match self {
            Self::Rectified => 2.0,
            Self::Linear => 1.0,
        }
    }
}

/// Where initial weights come from.
#[derive(Debug, Clone)]
pub(crate) struct Initial<'a> {
    pub(crate) seed: u64,
    pub(crate) device: &'a Device,
}

impl Initial<'_> {
    /// A matrix `(inputs, outputs)`, uniform with the variance of `spread`.
    pub(crate) fn plain(&self, name: &str, size: [usize; 2], spread: Spread) -> Param<Tensor<2>> {
        self.parameter(name, size, self.uniform(name, size, spread))
    }

    /// What [`Self::plain`] gives, less the mean of each column.
    ///
    /// What a rectifier lets through is never negative, so all inputs share a large mean. Columns that
    /// sum to zero do not see it; without this, all pictures start out in nearly the same place.
    pub(crate) fn centred(&self, name: &str, size: [usize; 2], spread: Spread) -> Param<Tensor<2>> {
        let [inputs, outputs] = size;
        let mut numbers = self.uniform(name, size, spread);
        for column in 0..outputs {
            let entries = (0..inputs).map(|row| row * outputs + column);
            let sum: f64 = entries.clone().map(|entry| f64::from(numbers[entry])).sum();
            let mean = (sum / inputs as f64) as f32;
            entries.for_each(|entry| numbers[entry] -= mean);
        }
        self.parameter(name, size, numbers)
    }

    /// One number everywhere.
    pub(crate) fn constant<const D: usize>(
        &self,
        name: &str,
        size: [usize; D],
        value: f32,
    ) -> Param<Tensor<D>> {
        let numbers = vec![value; size.iter().product()];
        self.parameter(name, size, numbers)
    }

    /// Uniform with a standard deviation.
    pub(crate) fn scattered(
        &self,
        name: &str,
        size: [usize; 2],
        deviation: f64,
    ) -> Param<Tensor<2>> {
        let numbers = self.within(name, size[0] * size[1], 3.0_f64.sqrt() * deviation);
        self.parameter(name, size, numbers)
    }

    /// A matrix `(outputs, inputs)` of variance `1 / inputs`, less the mean of each row.
    pub(crate) fn balanced(&self, name: &str, size: [usize; 2]) -> Param<Tensor<2>> {
        let [outputs, inputs] = size;
        let bound = (3.0 / inputs as f64).sqrt();
        let mut numbers = self.within(name, outputs * inputs, bound);
        for row in numbers.chunks_exact_mut(inputs) {
            let mean = row.iter().map(|&v| f64::from(v)).sum::<f64>() / inputs as f64;
            row.iter_mut().for_each(|number| *number -= mean as f32);
        }
        self.parameter(name, size, numbers)
    }

    fn uniform(&self, name: &str, [inputs, outputs]: [usize; 2], spread: Spread) -> Vec<f32> {
        let bound = (3.0 * spread.gain() / inputs as f64).sqrt();
        self.within(name, inputs * outputs, bound)
    }

    /// Uniform in `[-b, b)`; variance `b^2 / 3`.
    fn within(&self, name: &str, count: usize, bound: f64) -> Vec<f32> {
        let key = xxh3_64_with_seed(name.as_bytes(), self.seed);
        let mut stream = Xoshiro256PlusPlus::seed_from_u64(key);
        (0..count)
            .map(|_| ((stream.random::<f64>() * 2.0 - 1.0) * bound) as f32)
            .collect()
    }

    /// A parameter whose identity is its name, so that optimiser state finds it in any process.
    fn parameter<const D: usize>(
        &self,
        name: &str,
        size: [usize; D],
        numbers: Vec<f32>,
    ) -> Param<Tensor<D>> {
        let value = Tensor::from_data(TensorData::new(numbers, size), self.device);
        let value = if self.device.is_autodiff() {
            value.require_grad()
        } else {
            value
        };
        Param::initialized(ParamId::from(xxh3_64(name.as_bytes())), value)
    }
}
