//! Weights in files: the safetensors format, equal weights giving equal bytes.

use std::collections::HashMap;
use std::path::Path;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData};
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};

use crate::error::Error;

/// A parameter by name: its size and its numbers, row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct Weight {
    /// Path of the parameter in the network, such as `stages.0.weight`.
    pub name: String,
    /// Length of each dimension.
    pub size: Vec<usize>,
    /// The numbers, row-major.
    pub numbers: Vec<f32>,
}

/// All parameters of a network, in the order of its fields.
pub fn weights<M: Module>(network: &M) -> Vec<Weight> {
    let mut collect = Collect {
        path: Vec::new(),
        weights: Vec::new(),
    };
    network.visit(&mut collect);
    collect.weights
}

/// Writes weights as a safetensors file with the one metadata entry `format = "pt"`.
///
/// # Errors
/// The format refuses the tensors, which equal names would provoke.
pub fn to_bytes(weights: &[Weight]) -> Result<Vec<u8>, safetensors::SafeTensorError> {
    let bytes: Vec<Vec<u8>> = weights
        .iter()
        .map(|weight| {
            weight
                .numbers
                .iter()
                .flat_map(|v| v.to_le_bytes())
                .collect()
        })
        .collect();
    let views = weights
        .iter()
        .zip(&bytes)
        .map(|(weight, bytes)| {
            let view = TensorView::new(Dtype::F32, weight.size.clone(), bytes)?;
            Ok((weight.name.as_str(), view))
        })
        .collect::<Result<Vec<_>, safetensors::SafeTensorError>>()?;
    let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    serialize(views, Some(metadata))
}

/// The network with its parameters replaced by those of a safetensors file.
///
/// # Errors
/// The file cannot be read, is not safetensors, or lacks a parameter of the network in its size
/// as 32-bit floats. Further tensors in the file are ignored.
pub fn load<M: Module>(network: M, path: &Path) -> Result<M, Error> {
    let bytes = fs_err::read(path)?;
    let file = SafeTensors::deserialize(&bytes).map_err(|source| Error::Safetensors {
        path: path.to_owned(),
        source,
    })?;
    let mut replace = Replace {
        path: Vec::new(),
        file: &file,
        origin: path,
        failed: None,
    };
    let network = network.map(&mut replace);
    match replace.failed {
        Some(error) => Err(error),
        None => Ok(network),
    }
}

struct Collect {
    path: Vec<String>,
    weights: Vec<Weight>,
}

impl ModuleVisitor for Collect {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let data = param.val().into_data();
        self.weights.push(Weight {
            name: self.path.join("."),
            size: data.shape().to_vec(),
            numbers: data
                .convert::<f32>()
                .try_into_vec::<f32>()
                .expect("converted to 32-bit floats"),
        });
    }

    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }
}

struct Replace<'a> {
    path: Vec<String>,
    file: &'a SafeTensors<'a>,
    origin: &'a Path,
    failed: Option<Error>,
}

impl Replace<'_> {
    /// The numbers of one parameter, or why they cannot be had.
    fn numbers(&self, name: &str, size: &[usize]) -> Result<Vec<f32>, Error> {
        let wrong = |given| Error::Tensor {
            path: self.origin.to_owned(),
            name: name.to_owned(),
            wanted: size.to_vec(),
            given,
        };
        let view = self.file.tensor(name).map_err(|_| wrong("none".into()))?;
        if view.dtype() != Dtype::F32 || view.shape() != size {
            return Err(wrong(format!("{:?} {:?}", view.dtype(), view.shape())));
        }
        let (numbers, _) = view.data().as_chunks::<4>();
        Ok(numbers
            .iter()
            .map(|bytes| f32::from_le_bytes(*bytes))
            .collect())
    }
}

impl ModuleMapper for Replace<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = self.path.join(".");
        let size = param.dims();
        match self.numbers(&name, &size) {
            Ok(numbers) => param.map(|old| {
                let new = Tensor::from_data(TensorData::new(numbers, size), &old.device());
                if old.is_require_grad() {
                    new.require_grad()
                } else {
                    new
                }
            }),
            Err(error) => {
                self.failed.get_or_insert(error);
                param
            }
        }
    }

    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }
}
