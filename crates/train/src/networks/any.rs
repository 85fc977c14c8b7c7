//! The network of a recipe: one for everything, or one for each side.

use burn::module::{Module, ParamId};
use burn::tensor::Tensor;

use super::side::SideEncoder;
use crate::inputs::Input;
use crate::{Encoder, Error, Pass};

/// The network of a recipe: one for everything, or one for each of two sides, with one space.
#[derive(Module, Debug)]
pub struct AnyEncoder {
    first: SideEncoder,
    second: Option<SideEncoder>,
}

impl AnyEncoder {
    /// One network for everything.
    pub fn one(network: SideEncoder) -> Self {
        Self {
            first: network,
            second: None,
        }
    }

    /// A network of queries or images, and one of documents or captions.
    pub fn two(first: SideEncoder, second: SideEncoder) -> Self {
        Self {
            first,
            second: Some(second),
        }
    }

    /// The network of a side; of both where there is one for everything.
    pub fn side(&self, side: usize) -> &SideEncoder {
        match &self.second {
            Some(second) if side > 0 => second,
            _ => &self.first,
        }
    }

    /// Numbers per embedding, `d`.
    pub fn dim(&self) -> usize {
        self.first.dim()
    }
}

impl Encoder for AnyEncoder {
    type Input = Input;

    fn embed(&self, inputs: &[Input], pass: &Pass) -> Result<Tensor<2>, Error> {
        self.side(pass.side).forward(inputs, pass, &self.device())
    }

    fn encode_side(&self, inputs: &[Input], side: usize) -> Result<Vec<f32>, Error> {
        let device = self.device().inner();
        self.side(side).encode(inputs, &device)
    }

    fn depths(&self) -> (Vec<(ParamId, usize)>, usize) {
        match self.second {
            None => self.first.depths(),
            Some(_) => (Vec::new(), 0),
        }
    }
}
