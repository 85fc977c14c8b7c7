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
    /// A matrix `(inputs, outputs)` whose columns sum to zero, of variance about `2 / inputs` (He et al.
    /// 2015, for a rectifier).
    pub(crate) fn rectified(&self, name: &str, size: [usize; 2]) -> Param<Tensor<2>> {
        self.centred(name, size, 6.0)
    }

    /// The same of variance about `1 / inputs`.
    pub(crate) fn linear(&self, name: &str, size: [usize; 2]) -> Param<Tensor<2>> {
        self.centred(name, size, 3.0)
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

    /// Uniform in `[-b, b)` with `b = sqrt(spread / inputs)`, less the mean of its column.
    ///
    /// What a rectifier lets through is never negative, so all inputs share a large mean. Columns that
    /// sum to zero do not see it; without this, all pictures start out in nearly the same place.
    fn centred(&self, name: &str, size: [usize; 2], spread: f64) -> Param<Tensor<2>> {
        let [inputs, outputs] = size;
        let bound = (spread / inputs as f64).sqrt();
        let key = xxh3_64_with_seed(name.as_bytes(), self.seed);
        let mut stream = Xoshiro256PlusPlus::seed_from_u64(key);
        let mut numbers: Vec<f64> = (0..inputs * outputs)
            .map(|_| (stream.random::<f64>() * 2.0 - 1.0) * bound)
            .collect();
        for column in 0..outputs {
            let place = |row: usize| row * outputs + column;
            let mean = (0..inputs).map(|row| numbers[place(row)]).sum::<f64>() / inputs as f64;
            (0..inputs).for_each(|row| numbers[place(row)] -= mean);
        }
        self.parameter(name, size, numbers.iter().map(|&number| number as f32).collect())
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
