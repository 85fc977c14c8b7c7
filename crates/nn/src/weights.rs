//! Weights in files: the safetensors format, equal weights giving equal bytes.

use std::collections::HashMap;
use std::path::Path;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData};
use safetensors::tensor::{Dtype, TensorView, serialize};

use crate::error::Error;
use crate::tensors::Tensors;

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
    let mut collect = Collect::default();
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
/// as floats of 32 or 16 bits. Further tensors in the file are ignored.
pub fn load<M: Module>(network: M, path: &Path) -> Result<M, Error> {
    replace(network, &Tensors::read(path)?, "")
}

/// The network with its parameters replaced by the tensors of their names after `prefix`.
///
/// # Errors
/// A parameter is not among the tensors in its size as floats.
pub(crate) fn replace<M: Module>(network: M, tensors: &Tensors, prefix: &str) -> Result<M, Error> {
    replace_by(network, tensors, &|name| format!("{prefix}{name}"))
}

/// The network with its parameters replaced by the tensors that `spelling` names by their names here.
///
/// # Errors
/// Those of [`replace`].
pub(crate) fn replace_by<M: Module>(
    network: M,
    tensors: &Tensors,
    spelling: &dyn Fn(&str) -> String,
) -> Result<M, Error> {
    let mut replace = Replace {
        path: ParameterPath::default(),
        tensors,
        spelling,
        failed: None,
    };
    let network = network.map(&mut replace);
    match replace.failed {
        Some(error) => Err(error),
        None => Ok(network),
    }
}

/// The path of a parameter as files spell it, followed through a network.
///
/// Fields bear the names of the files but where Rust has no such field; which kind of network it is,
/// an enum's variant, is no part of the name.
#[derive(Debug, Default)]
pub(crate) struct ParameterPath(Vec<String>);

impl ParameterPath {
    pub(crate) fn enter(&mut self, field: &str, container: &str) {
        if !container.starts_with("Enum:") {
            self.0.push(spelt(field).to_owned());
        }
    }

    pub(crate) fn exit(&mut self, container: &str) {
        if !container.starts_with("Enum:") {
            self.0.pop();
        }
    }

    pub(crate) fn path(&self) -> String {
        self.0.join(".")
    }
}

/// How files spell a field.
fn spelt(field: &str) -> &str {
    match field {
        "self_" => "self",
        "layer_norm" => "LayerNorm",
        "wqkv" => "Wqkv",
        "wi" => "Wi",
        "wo" => "Wo",
        other => other,
    }
}

#[derive(Default)]
struct Collect {
    path: ParameterPath,
    weights: Vec<Weight>,
}

impl ModuleVisitor for Collect {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let data = param.val().into_data();
        self.weights.push(Weight {
            name: self.path.path(),
            size: data.shape().to_vec(),
            numbers: data
                .convert::<f32>()
                .try_into_vec::<f32>()
                .expect("converted to 32-bit floats"),
        });
    }

    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _: &str, container: &str) {
        self.path.exit(container);
    }
}

struct Replace<'a> {
    path: ParameterPath,
    tensors: &'a Tensors,
    spelling: &'a dyn Fn(&str) -> String,
    failed: Option<Error>,
}

impl ModuleMapper for Replace<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = (self.spelling)(&self.path.path());
        let size = param.dims();
        match self.tensors.finite(&name, &size) {
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

    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _: &str, container: &str) {
        self.path.exit(container);
    }
}
