//! What the criterion itself learns: proxies, class weights, scales, biases, boundaries.

use std::path::Path;

use burn::module::{Module, Param, ParamId};
use burn::optim::GradientsParams;
use burn::tensor::{Tensor, TensorData};
use safetensors::SafeTensors;
use tercet_kernels::Parameter;
use tercet_nn::Weight;

use super::optimizer::Optimizer;
use crate::Error;
use crate::recipe::OptimizerRecipe;
use crate::tensor::{cpu, rows};

/// The ids of its parameters follow this one.
const FIRST: u64 = 0x7e2c_e71c_5ca1_e000;

/// A criterion's parameters with the optimiser that moves them.
#[derive(Clone)]
pub(crate) struct Learned {
    parameters: Vec<Parameter>,
    optimizer: Optimizer,
}

/// Parameters as a module: numbers by themselves, and matrices.
#[derive(Module, Debug)]
struct Values {
    numbers: Vec<Param<Tensor<1>>>,
    matrices: Vec<Param<Tensor<2>>>,
}

impl Learned {
    /// The parameters at their first step. Matrices follow at `criterion_rate` times the learning rate and decay by
    /// `criterion_decay`, numbers by themselves at the learning rate, without decay.
    pub(crate) fn new(parameters: Vec<Parameter>, settings: &OptimizerRecipe) -> Self {
        let ids = (FIRST..).map(ParamId::from);
        let each: Vec<(ParamId, &Parameter)> = ids.zip(&parameters).collect();
        let alone = each.iter().filter(|(_, one)| one.shape.len() < 2);
        let alone: Vec<ParamId> = alone.map(|&(id, _)| id).collect();
        let matrices = each.iter().filter(|(_, one)| one.shape.len() > 1);
        let shares = matrices.map(|&(id, _)| (id, settings.criterion_rate));
        let shares = shares.collect();
        let optimizer = Optimizer::new(settings, settings.criterion_decay, &alone);
        Self {
            parameters,
            optimizer: optimizer.with_shares(shares),
        }
    }

    pub(crate) fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The optimiser, if there is anything to move.
    pub(crate) fn optimizer(&self) -> Option<&Optimizer> {
        (!self.parameters.is_empty()).then_some(&self.optimizer)
    }

    /// Puts an optimiser that was read in the place of this one.
    pub(crate) fn with_optimizer(self, optimizer: Optimizer) -> Self {
        Self { optimizer, ..self }
    }

    /// A step along gradients, one list per parameter; what has bounds stays within them.
    pub(crate) fn update(&mut self, gradients: &[Vec<f32>], learning_rate: f64) {
        if self.parameters.is_empty() {
            return;
        }
        let (values, gradients) = self.module(gradients);
        let moved = self.optimizer.update(values, gradients, 1.0, learning_rate);
        let mut numbers = moved.numbers.into_iter().map(|one| rows(one.val()));
        let mut matrices = moved.matrices.into_iter().map(|one| rows(one.val()));
        for parameter in &mut self.parameters {
            let values = match parameter.shape.len() {
                0 | 1 => numbers.next(),
                _ => matrices.next(),
            };
            parameter.values = values.expect("one for every parameter");
            parameter.clamp();
        }
    }

    fn module(&self, gradients: &[Vec<f32>]) -> (Values, GradientsParams) {
        let device = cpu();
        let mut values = Values {
            numbers: Vec::new(),
            matrices: Vec::new(),
        };
        let mut registered = GradientsParams::new();
        let each = self.parameters.iter().zip(gradients).zip(FIRST..);
        for ((parameter, gradient), id) in each {
            let id = ParamId::from(id);
            let data = |numbers: &[f32], shape: &[usize]| {
                TensorData::new(numbers.to_vec(), shape.to_vec())
            };
            if parameter.shape.len() < 2 {
                let flat = [parameter.values.len()];
                let value = Tensor::<1>::from_data(data(&parameter.values, &flat), &device);
                values
                    .numbers
                    .push(Param::initialized(id, value.require_grad()));
                let slope = Tensor::<1>::from_data(data(gradient, &flat), &device.clone().inner());
                registered.register(id, slope);
            } else {
                let width = parameter.shape[1..].iter().product();
                let shape = [parameter.shape[0], width];
                let value = Tensor::<2>::from_data(data(&parameter.values, &shape), &device);
                values
                    .matrices
                    .push(Param::initialized(id, value.require_grad()));
                let slope = Tensor::<2>::from_data(data(gradient, &shape), &device.clone().inner());
                registered.register(id, slope);
            }
        }
        (values, registered)
    }

    /// The values that [`to_bytes`] wrote.
    ///
    /// # Errors
    /// The file cannot be read, or lacks a parameter in its shape.
    pub(crate) fn read(mut self, path: &Path) -> Result<Self, Error> {
        let bytes = fs_err::read(path)?;
        let wrong = || Error::Learned {
            path: path.to_owned(),
        };
        let tensors = SafeTensors::deserialize(&bytes).map_err(|_| wrong())?;
        for parameter in &mut self.parameters {
            let tensor = tensors.tensor(&parameter.name).map_err(|_| wrong())?;
            if tensor.shape() != parameter.shape {
                return Err(wrong());
            }
            let (numbers, _) = tensor.data().as_chunks::<4>();
            let values = numbers.iter().map(|bytes| f32::from_le_bytes(*bytes));
            parameter.values = values.collect();
        }
        Ok(self)
    }
}

/// The values of parameters as a safetensors file.
pub(super) fn to_bytes(parameters: &[Parameter]) -> Result<Vec<u8>, Error> {
    let weights = parameters.iter().map(|parameter| Weight {
        name: parameter.name.clone(),
        size: parameter.shape.clone(),
        numbers: parameter.values.clone(),
    });
    tercet_nn::to_bytes(&weights.collect::<Vec<Weight>>()).map_err(Error::Weights)
}
